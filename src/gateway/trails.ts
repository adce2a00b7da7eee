/**
 * What was called in each conversation of callers whom flow rules bind. A client shortens its history when it grows long,
 * and what was called in the part that is gone was called all the same; so names are kept here, beside what each request
 * shows. A call of a server's tool is found again by the id that the answer gave to it, with what had been called by then:
 * what comes later closes nothing that was let through before. Kept in memory only: after a start, a conversation's history
 * is all that is known of it.
 */
import type { Continuity } from "./offers.ts";

/** How much is remembered. */
export interface Bounds {
  /** Names of conversations; one may have two. */
  readonly most: number;
  /** Names of tools, of one conversation and of all together. */
  readonly tools: number;
  readonly allTools: number;
  /** Calls that a server of tools may get yet. */
  readonly calls: number;
  readonly idleMs: number;
}

const USUAL: Bounds = { most: 20_000, tools: 10_000, allTools: 500_000, calls: 50_000, idleMs: 12 * 60 * 60 * 1000 };

/** The tools that were called in a conversation, in the order of their first calls. */
export class Trail {
  /** Names under which it is found. */
  holders = 0;
  readonly #most: number;
  readonly #onName: (trail: Trail) => void;
  readonly #names = new Set<string>();
  readonly #order: string[] = [];

  constructor(most: number, onName: (trail: Trail) => void) {
    this.#most = most;
    this.#onName = onName;
  }

  get length(): number {
    return this.#order.length;
  }

  add(tool: string): void {
    if (this.#names.has(tool) || this.#order.length >= this.#most) return;
    this.#names.add(tool);
    this.#order.push(tool);
    this.#onName(this);
  }

  /** The names from one place on, up to another. */
  from(start: number, end: number = this.#order.length): readonly string[] {
    return start === this.#order.length ? NONE : this.#order.slice(start, end);
  }
}

const NONE: readonly string[] = [];

/** A call that was let through. */
interface Issued {
  readonly tool: string;
  readonly trail: Trail;
  /** How much of its trail there was by then. */
  readonly length: number;
  /** With what it was carried out; null until it is. */
  input: string | null;
}

/** A call of a server's tool that comes in. */
export interface ComingCall {
  readonly id: string;
  /** Told whether it is what an answer called by this name: a client has its own labels for servers. */
  readonly isSame: (tool: string) => boolean;
  /** Equal for equal arguments. */
  readonly input: string;
}

interface Row {
  readonly trail: Trail;
  usedAt: number;
}

/** The conversations of all keys. */
export class Trails {
  /** Names of tools in all conversations that are remembered. */
  tools = 0;
  readonly #now: () => number;
  readonly #bounds: Bounds;
  // In the order of their last use: a map keeps the order in which its keys came.
  readonly #rows = new Map<string, Row>();
  readonly #issued = new Map<string, Issued>();
  readonly #sessions = new WeakMap<object, Trail>();
  /** Of each key, when each tool was called last in any conversation. */
  readonly #keys = new Map<string, Map<string, number>>();

  constructor(now: () => number, bounds: Bounds = USUAL) {
    this.#now = now;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The trail of a key's conversation; it begins one when there is none. */
  of(key: string, { session, opening, answered }: Continuity): Trail {
    const bySession = session === null ? null : `${key} session ${session}`;
    const known = bySession === null ? undefined : this.#find(bySession);
    const byOpening = known === undefined ? `${key} opening ${opening()}` : null;
    // A first request begins anew, whatever was said before in the same words.
    const before = known ?? (answered && byOpening !== null ? this.#find(byOpening) : undefined);
    const trail = before ?? new Trail(this.#bounds.tools, this.#grown);
    for (const name of [bySession, byOpening]) if (name !== null) this.#use(name, trail);
    this.#makeRoom();
    return trail;
  }

  /** A session of a client with servers of tools: what is called in it and is part of no conversation that is known. */
  ofSession(session: object): Trail {
    const known = this.#sessions.get(session) ?? new Trail(this.#bounds.tools, () => {});
    this.#sessions.set(session, known);
    return known;
  }

  /** A tool is called in a conversation of a key, or in none that is known. */
  called(key: string, tool: string): void {
    const own = this.#keys.get(key) ?? new Map<string, number>();
    this.#keys.set(key, own);
    if (own.size < this.#bounds.tools || own.has(tool)) own.set(tool, this.#now());
  }

  /** All that a key called lately, in whichever conversation. */
  calledBy(key: string): readonly string[] {
    const since = this.#now() - this.#bounds.idleMs;
    const own = this.#keys.get(key);
    if (own === undefined) return [];
    for (const [tool, at] of own) if (at <= since) own.delete(tool);
    return [...own.keys()];
  }

  /** A call is let through under this id, after all that its trail holds by now. */
  issue(key: string, id: string, { tool, trail }: { readonly tool: string; readonly trail: Trail }): void {
    this.#issued.set(`${key} ${id}`, { tool, trail, length: trail.length, input: null });
    if (this.#issued.size > this.#bounds.calls) this.#issued.delete(this.#issued.keys().next().value!);
  }

  /**
   * What had been called when the answer asked for a call; null when no answer to this key did. An id is good for one call
   * and its repetitions: it stands in the client's own files, and must not open for another call what was closed since.
   */
  before(key: string, { id, isSame, input }: ComingCall): readonly string[] | null {
    const issued = this.#issued.get(`${key} ${id}`);
    if (issued === undefined || !isSame(issued.tool)) return null;
    issued.input ??= input;
    return issued.input === input ? issued.trail.from(0, issued.length) : null;
  }

  #find(name: string): Trail | undefined {
    const row = this.#rows.get(name);
    return row === undefined || row.usedAt <= this.#now() - this.#bounds.idleMs ? undefined : row.trail;
  }

  #use(name: string, trail: Trail): void {
    const before = this.#rows.get(name)?.trail;
    if (before !== trail) {
      trail.holders += 1;
      if (trail.holders === 1) this.tools += trail.length;
      if (before !== undefined) this.#release(before);
    }
    this.#rows.delete(name);
    this.#rows.set(name, { trail, usedAt: this.#now() });
  }

  #release(trail: Trail): void {
    trail.holders -= 1;
    if (trail.holders === 0) this.tools -= trail.length;
  }

  readonly #grown = ({ holders }: Trail): void => {
    if (holders === 0) return;
    this.tools += 1;
    this.#makeRoom();
  };

  #makeRoom(): void {
    const idle = this.#now() - this.#bounds.idleMs;
    for (const [name, { trail, usedAt }] of this.#rows) {
      const isOver = this.#rows.size > this.#bounds.most || this.tools > this.#bounds.allTools;
      if ((!isOver && usedAt > idle) || this.#rows.size === 1) return;
      this.#rows.delete(name);
      this.#release(trail);
    }
  }
}
