/**
 * What each conversation has been offered. A provider binds an answer's thinking to all that came before it, tools
 * included, and refuses a conversation whose beginning has changed; its prompt cache is lost as well. So what was said
 * first of a tool stands for the whole conversation: what went to the model stays in its prompt, what was taken out stays
 * out, whatever the policy says by now. What a tool may do is another question, decided anew at every call. Kept in memory
 * only: after a start the policy of then is the first.
 */

import { isBeyondReach } from "../wire/anthropic/names.ts";

/** What tells a conversation from the others of its key. */
export interface Continuity {
  /** The client's own name for it; null when it gives none. */
  readonly session: string | null;
  /** A name made of its first message, for clients that give none, and for a conversation that goes on under a new name. */
  readonly opening: () => string;
  /** True when the model has answered before. */
  readonly answered: boolean;
}

/** How much is remembered. */
export interface Bounds {
  /** Names of conversations; one may have two. */
  readonly most: number;
  /** Names of tools, of one conversation and of all together. */
  readonly tools: number;
  readonly allTools: number;
  readonly idleMs: number;
}

/** What of a request goes to the model. */
export interface Offer {
  /** Tools that are taken out. */
  readonly strip: readonly string[];
  /** Tools of which the policy of now says otherwise, each once. */
  readonly stood: readonly string[];
  /** A tool that the model was given, that is not granted any more, and whose calls never pass here; null when there is none. */
  readonly late: string | null;
  /** Notes that the request goes on its way. */
  keep(): void;
}

/** The conversations that go on. */
export interface Offers {
  /** What to take out of a request of a key's conversation that names these tools, of which some are not granted now. */
  of(key: string, told: Continuity, tools: readonly string[], ungranted: readonly string[]): Offer;
  readonly size: number;
  readonly tools: number;
}

const USUAL: Bounds = { most: 20_000, tools: 10_000, allTools: 500_000, idleMs: 12 * 60 * 60 * 1000 };

/** A memory of offers. */
export function createOffers(now: () => number, bounds: Bounds = USUAL): Offers {
  return new Memory(now, bounds);
}

/** Whether each tool went to the model. */
interface Conversation {
  readonly given: Map<string, boolean>;
  names: number;
}

interface Row {
  readonly conversation: Conversation;
  usedAt: number;
}

class Memory implements Offers {
  tools = 0;
  readonly #now: () => number;
  readonly #bounds: Bounds;
  // In the order of their last use: a map keeps the order in which its keys came.
  readonly #rows = new Map<string, Row>();

  constructor(now: () => number, bounds: Bounds) {
    this.#now = now;
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#rows.size;
  }

  of(key: string, told: Continuity, tools: readonly string[], ungranted: readonly string[]): Offer {
    const bySession = told.session === null ? null : `${key} session ${told.session}`;
    const known = bySession === null ? undefined : this.#find(bySession);
    const byOpening = known === undefined ? `${key} opening ${told.opening()}` : null;
    // A first request begins anew: who always begins with the same words must see a tool that was granted since.
    const before = known ?? (told.answered && byOpening !== null ? this.#find(byOpening) : undefined);
    const conversation = before ?? { given: new Map(), names: 0 };
    const denied = new Set(ungranted);
    return {
      ...offered(conversation.given, tools, denied),
      keep: () => {
        for (const name of [bySession, byOpening]) if (name !== null) this.#use(name, conversation);
        this.#note(conversation, tools, denied);
        this.#makeRoom();
      },
    };
  }

  #find(name: string): Conversation | undefined {
    const row = this.#rows.get(name);
    return row === undefined || row.usedAt <= this.#now() - this.#bounds.idleMs ? undefined : row.conversation;
  }

  #use(name: string, conversation: Conversation): void {
    const before = this.#rows.get(name);
    if (before === undefined || before.conversation !== conversation) {
      conversation.names += 1;
      if (conversation.names === 1) this.tools += conversation.given.size;
    }
    if (before !== undefined && before.conversation !== conversation) this.#release(before.conversation);
    this.#rows.delete(name);
    this.#rows.set(name, { conversation, usedAt: this.#now() });
  }

  #note({ given }: Conversation, tools: readonly string[], denied: ReadonlySet<string>): void {
    for (const tool of tools) {
      if (given.has(tool)) continue;
      if (given.size >= this.#bounds.tools) return;
      given.set(tool, !denied.has(tool));
      this.tools += 1;
    }
  }

  #release(conversation: Conversation): void {
    conversation.names -= 1;
    if (conversation.names === 0) this.tools -= conversation.given.size;
  }

  #makeRoom(): void {
    const idle = this.#now() - this.#bounds.idleMs;
    for (const [name, { conversation, usedAt }] of this.#rows) {
      const isOver = this.#rows.size > this.#bounds.most || this.tools > this.#bounds.allTools;
      if ((!isOver && usedAt > idle) || this.#rows.size === 1) return;
      this.#rows.delete(name);
      this.#release(conversation);
    }
  }
}

function offered(
  given: ReadonlyMap<string, boolean>,
  tools: readonly string[],
  denied: ReadonlySet<string>,
): Omit<Offer, "keep"> {
  const strip: string[] = [];
  const stood = new Set<string>();
  let late: string | null = null;
  for (const tool of tools) {
    const isDenied = denied.has(tool);
    const isGiven = given.get(tool) ?? !isDenied;
    if (isGiven === isDenied) stood.add(tool);
    if (!isGiven) strip.push(tool);
    else if (isDenied && isBeyondReach(tool)) late ??= tool;
  }
  return { strip, stood: [...stood], late };
}
