/**
 * What the gateway keeps of one conversation, in memory only and never in the record: the secrets that were replaced in
 * it, so that each keeps its placeholder and is known again when it comes back bare; and what the model wrote itself
 * where the client has it otherwise, so that the model's turns go back to it byte for byte. conversations.ts keeps many.
 */
import { KnownValues, type Occurrence } from "../decision/known.ts";
import { idOf, placeholder } from "../decision/placeholder.ts";
import { type Change, changed, inverse, quoteText } from "../wire/text.ts";
import { Clearances } from "./clearances.ts";
import { Eras } from "./eras.ts";
import { type Repeated, type Transcript, Transcripts } from "./transcript.ts";

/** By what a secret was found. */
export interface Source {
  readonly guardrail: string;
  readonly pattern: string;
  /** Whether tools of the agent get the value back. */
  readonly restore: boolean;
  /** Whether it is looked for in requests; not when only a guardrail on answers has found it. */
  readonly bare: boolean;
}

/** A secret that was replaced. */
export interface Secret extends Source {
  readonly value: string;
  readonly placeholder: string;
  /** The first turn of each thread in which it was replaced. */
  readonly since: Map<string, number>;
}

/** When a text was said. */
export interface Moment {
  readonly thread: string;
  readonly turn: number;
  /** True for a text that was sent before, of which is not known how. */
  readonly past: boolean;
}

/** Most secrets and remembered texts of one conversation; the oldest make room. */
const MOST_SECRETS = 10_000;
const MOST_WORDS = 2_000;
/** Bytes that an entry takes besides its own text, roughly. */
const ENTRY = 200;

/** One conversation. */
export class Conversation {
  readonly known = new KnownValues();
  readonly transcripts = new Transcripts();
  readonly eras = new Eras();
  readonly clearances = new Clearances();
  readonly #secrets = new Map<string, Secret>();
  readonly #byPlaceholder = new Map<string, Secret>();
  /** Values as they stand in a string of JSON, or in an address. */
  readonly #spelled = new Map<string, Secret>();
  readonly #words = new Map<string, readonly Change[]>();
  readonly #turnedAway = new Set<string>();
  readonly #hmac: (text: string) => string;
  readonly #grown: () => void;
  #bytes = 0;

  /** `hmac` is the keyed hash that placeholders are made of; `grown` is told when there is more to keep. */
  constructor(hmac: (text: string) => string, grown: () => void = () => {}) {
    this.#hmac = hmac;
    this.#grown = grown;
  }

  /** Bytes of memory that it takes besides its transcripts, roughly. */
  get bytes(): number {
    return this.#bytes + this.#turnedAway.size * ENTRY + this.clearances.bytes;
  }

  /** True when some of the model's words may be recalled. */
  get remembers(): boolean {
    return this.#words.size > 0;
  }

  /** The secret behind a placeholder, when it is known. */
  behind(words: string): Secret | undefined {
    return this.#byPlaceholder.get(words);
  }

  /** The id that a placeholder of the value has, for the record. */
  idOf(value: string): string {
    return idOf(value, this.#hmac);
  }

  /** The secret that this known value is. Spelled otherwise it is another: put back, it has to be spelled so again. */
  secretOf(value: string): Secret | undefined {
    const plain = this.#spelled.get(value);
    return this.#secrets.get(value) ?? (plain === undefined ? undefined : this.keep(value, plain));
  }

  /** Where secrets stand that were known at a moment: one that became known later was not replaced then. */
  find(text: string, { thread, turn, past }: Moment): Occurrence[] {
    const found = this.known.find(text);
    if (!past) return found;
    return found.filter(({ start, end }) => (this.secretOf(text.slice(start, end))?.since.get(thread) ?? turn) <= turn);
  }

  /** Notes that a secret was replaced at a moment. */
  note({ since }: Secret, { thread, turn }: Moment): void {
    since.set(thread, Math.min(turn, since.get(thread) ?? turn));
  }

  /** Keeps a secret; what was said first of a value stands. */
  keep(value: string, source: Source): Secret {
    const before = this.#secrets.get(value);
    if (before !== undefined && (before.bare || !source.bare)) return before;
    const secret: Secret = before === undefined ? this.#newSecret(value, source) : { ...before, bare: true };
    this.#secrets.set(value, secret);
    this.#byPlaceholder.set(secret.placeholder, secret);
    if (secret.bare) this.#lookFor(secret);
    if (before === undefined) this.#bytes += sizeOf(secret);
    if (this.#secrets.size > MOST_SECRETS) this.#forgetOldest();
    return secret;
  }

  #newSecret(value: string, source: Source): Secret {
    return { ...source, value, placeholder: placeholder(source.pattern, value, this.#hmac), since: new Map() };
  }

  #lookFor(secret: Secret): void {
    this.known.add(secret.value);
    for (const spelled of spellingsOf(secret.value)) {
      this.#spelled.set(spelled, secret);
      this.known.add(spelled);
    }
  }

  /** Takes what the model wrote and the changes in which the client has it. */
  hear(original: string, changes: readonly Change[]): void {
    const hash = this.#hashOf(changed(original, changes));
    this.#forgetWords(hash);
    const back = inverse(original, changes);
    this.#words.set(hash, back);
    this.#bytes += weigh(back);
    if (this.#words.size > MOST_WORDS) this.#forgetWords(this.#words.keys().next().value!);
    this.#grown();
  }

  /** Keeps a body that was looked at, and all that was found in it. */
  remember(transcript: Transcript, repeated: Repeated): void {
    this.transcripts.keep(transcript, repeated);
    this.#grown();
  }

  /** The changes that make the model's own words out of a text of one of its turns; null when it is not remembered. */
  recall(text: string): readonly Change[] | null {
    return this.#words.get(this.#hashOf(text)) ?? null;
  }

  /** Takes the new texts of a request that is turned away: the client will send them again, as a part of its history. */
  turnAway(texts: readonly string[]): void {
    for (const text of texts) {
      this.#turnedAway.add(this.#hashOf(text));
      if (this.#turnedAway.size > MOST_WORDS) this.#turnedAway.delete(this.#turnedAway.values().next().value!);
    }
  }

  /** True for a text of a request that was turned away. */
  wasTurnedAway(text: string): boolean {
    return this.#turnedAway.size > 0 && this.#turnedAway.has(this.#hashOf(text));
  }

  /** A client may add a line's end to a text when it sends it again, or take one away. */
  #hashOf(text: string): string {
    return this.#hmac(text.trimEnd());
  }

  #forgetOldest(): void {
    const secret: Secret = this.#secrets.values().next().value!;
    this.#secrets.delete(secret.value);
    if (this.#byPlaceholder.get(secret.placeholder) === secret) this.#byPlaceholder.delete(secret.placeholder);
    for (const spelled of spellingsOf(secret.value)) {
      this.#spelled.delete(spelled);
      this.known.delete(spelled);
    }
    this.known.delete(secret.value);
    this.#bytes -= sizeOf(secret);
  }

  #forgetWords(hash: string): void {
    const back = this.#words.get(hash);
    if (back === undefined) return;
    this.#words.delete(hash);
    this.#bytes -= weigh(back);
  }
}

/** How else a value may stand in a text. */
function spellingsOf(value: string): string[] {
  const all = [quoteText(value), ...(value.isWellFormed() ? [encodeURIComponent(value)] : [])];
  return all.filter((spelled) => spelled !== value);
}

function sizeOf({ value }: Secret): number {
  return ENTRY + 6 * value.length;
}

function weigh(changes: readonly Change[]): number {
  return changes.reduce((sum, { text }) => sum + ENTRY / 2 + 2 * text.length, ENTRY);
}
