/**
 * The calls of tools that a model asked for, held against the calls that servers of tools got, by the id that both have:
 * a fold over the record. A call whose id no answer gave to its key comes from elsewhere; a tool that a client ran without
 * a call here is on a server that the gateway does not hold, whatever the client calls it. Only so much is remembered, and
 * where something was forgotten, or came before the start, nothing is said for a while.
 */
import type { Actor, CallBody, DecisionBody, Entry, JoinBody, OutcomeBody } from "./entry.ts";

/** How much is remembered. */
export interface JoiningBounds {
  /** Calls that models asked for. */
  readonly most: number;
  /** Answers under way; one whose end could not be recorded must not stay for ever. */
  readonly answering: number;
  /** Calls that wait for the end of an answer which may have asked for them. */
  readonly waiting: number;
  /** How long after something was forgotten an id that is not known says nothing. */
  readonly blindMs: number;
}

const USUAL: JoiningBounds = { most: 50_000, answering: 10_000, waiting: 1_000, blindMs: 10 * 60 * 1000 };

/** An answer that may ask for calls. */
interface Answering {
  readonly key: string;
  readonly session: string | null;
  readonly agent: string | null;
}

/** A call that a model asked for. */
interface Asked {
  readonly name: string;
  /** Ticket of the answer; null for a call of which only the result was seen. */
  readonly answer: string | null;
  readonly session: string | null;
  readonly agent: string | null;
  /** True when its call has come, or its absence was told. */
  told: boolean;
}

/** A call that came before the end of its answer, if it has one. */
interface Early {
  readonly call: CallBody;
  readonly answers: Set<string>;
}

/** Takes entries in their order and gives what becomes known by each. */
export class Joining {
  readonly #bounds: JoiningBounds;
  readonly #answering = new Map<string, Answering>();
  readonly #asked = new Map<string, Asked>();
  readonly #early = new Map<string, Early>();
  #begun = false;
  #blindUntil = 0;

  constructor(bounds: JoiningBounds = USUAL) {
    this.#bounds = bounds;
  }

  /** Calls that are remembered. */
  get size(): number {
    return this.#asked.size;
  }

  take({ at, seq, body }: Entry): JoinBody[] {
    const now = Date.parse(at);
    // What came before the first entry of a log that goes on is not known.
    if (!this.#begun && seq > 1) this.#forgotten(now);
    this.#begun = true;
    switch (body.kind) {
      case "decision":
        return this.#decision(body, now);
      case "outcome":
        return this.#outcome(body, now);
      case "call":
        return this.#call(body, now);
      default:
        return [];
    }
  }

  #decision({ ticket, actor, effect, purpose, session, agent, ran }: DecisionBody, now: number): JoinBody[] {
    if (effect === "allow" && purpose === "generate" && actor.key !== null) {
      this.#answering.set(ticket, { key: actor.key, session, agent });
      if (this.#answering.size > this.#bounds.answering) this.#answering.delete(this.#answering.keys().next().value!);
    }
    return ran.flatMap(({ id, name }) => {
      const asked = this.#asked.get(nameOf(actor, id));
      if (asked?.told || (asked === undefined && this.#early.has(nameOf(actor, id)))) return [];
      if (asked === undefined && now < this.#blindUntil) return [];
      this.#remember(nameOf(actor, id), { name, answer: asked?.answer ?? null, session, agent, told: true }, now);
      const finding = name.startsWith("mcp:") ? "bypassed" : "outside";
      return [
        { kind: "join", actor, finding, toolUse: id, name, call: null, answer: asked?.answer ?? null, session, agent },
      ];
    });
  }

  #outcome({ ticket, actor, toolUses }: OutcomeBody, now: number): JoinBody[] {
    const { session = null, agent = null } = this.#answering.get(ticket) ?? {};
    this.#answering.delete(ticket);
    const found: JoinBody[] = [];
    for (const { id, name, granted } of toolUses) {
      if (id === null || !granted) continue;
      const key = nameOf(actor, id);
      const asked = { name, answer: ticket, session, agent, told: false };
      this.#remember(key, asked, now);
      const early = this.#early.get(key);
      if (early !== undefined) found.push(...this.#met(early.call, asked));
      this.#early.delete(key);
    }
    for (const [key, { call, answers }] of this.#early) {
      answers.delete(ticket);
      if (answers.size > 0) continue;
      this.#early.delete(key);
      found.push(...this.#unissued(call, now));
    }
    return found;
  }

  #call(call: CallBody, now: number): JoinBody[] {
    if (call.toolUse === null) return [];
    const key = nameOf(call.actor, call.toolUse);
    const asked = this.#asked.get(key);
    // An id that was good for one call is no cover for another tool.
    if (asked !== undefined) return asked.told && isSame(call.name, asked.name) ? [] : this.#met(call, asked);
    const open = [...this.#answering].filter(([, answering]) => answering.key === call.actor.key);
    if (open.length === 0) return this.#unissued(call, now);
    // Some clients call as soon as the model has said so, before its answer has come to an end.
    if (this.#early.size >= this.#bounds.waiting) {
      this.#early.delete(this.#early.keys().next().value!);
      this.#forgotten(now);
    }
    this.#early.set(key, { call, answers: new Set(open.map(([ticket]) => ticket)) });
    return [];
  }

  #met(call: CallBody, asked: Asked): JoinBody[] {
    asked.told = true;
    const { answer, session, agent } = asked;
    const finding = isSame(call.name, asked.name) ? "joined" : "mismatched";
    return [{ ...joinOf(call, finding), answer, session, agent }];
  }

  #unissued(call: CallBody, now: number): JoinBody[] {
    return now < this.#blindUntil ? [] : [joinOf(call, "unissued")];
  }

  #remember(key: string, asked: Asked, now: number): void {
    this.#asked.delete(key);
    this.#asked.set(key, asked);
    if (this.#asked.size <= this.#bounds.most) return;
    const [oldest, { told }] = this.#asked.entries().next().value!;
    this.#asked.delete(oldest);
    if (!told) this.#forgotten(now);
  }

  #forgotten(now: number): void {
    this.#blindUntil = now + this.#bounds.blindMs;
  }
}

function nameOf({ key }: Actor, id: string): string {
  return `${key} ${id}`;
}

function joinOf({ actor, toolUse, name, ticket }: CallBody, finding: JoinBody["finding"]): JoinBody {
  return {
    kind: "join",
    actor,
    finding,
    toolUse: toolUse ?? "",
    name,
    call: ticket,
    answer: null,
    session: null,
    agent: null,
  };
}

/** The client may know the server by a name of its own, but the tool's own name ends the names of both. */
export function isSame(called: string, asked: string): boolean {
  const tool = called.slice(called.indexOf("/") + 1).replace(/[^A-Za-z0-9_-]/g, "_");
  return asked.endsWith(`/${tool}`) || asked.endsWith(`__${tool}`);
}
