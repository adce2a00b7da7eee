/**
 * What the gateway keeps of one conversation, in memory only and never in the record: the secrets that were replaced in
 * it, so that each keeps its placeholder and is known again when it comes back bare; and what the model wrote itself
 * where the client has it otherwise, so that the model's turns go back to it byte for byte. conversations.ts keeps many.
 */
import { type Change, changed, inverse } from "../decision/change.ts";
import { Secrets } from "../decision/secrets.ts";
import { Clearances } from "./clearances.ts";
import { Eras } from "./eras.ts";
import { type Repeated, type Transcript, Transcripts } from "./transcript.ts";

/** Most remembered texts of one conversation, each under two names; the oldest make room. */
const MOST_WORDS = 4_000;
/** Bytes that an entry takes besides its own text, roughly. */
const ENTRY = 200;

/** Names the texts of the model's turns in a thread: those that the client has alike, by their order. */
export function namesIn(thread: string): (turn: number, text: string) => string {
  const counts = new Map<string, number>();
  return (turn, text) => {
    const alike = `${turn} ${text.trimEnd()}`;
    const count = counts.get(alike) ?? 0;
    counts.set(alike, count + 1);
    return `${thread} ${turn} ${count}`;
  };
}

/** One conversation. */
export class Conversation {
  readonly secrets: Secrets;
  readonly transcripts = new Transcripts();
  readonly eras = new Eras();
  readonly clearances = new Clearances();
  readonly #words = new Map<string, readonly Change[]>();
  readonly #turnedAway = new Set<string>();
  readonly #hmac: (text: string) => string;
  readonly #grown: () => void;
  #bytes = 0;

  /** `hmac` is the keyed hash that placeholders are made of; `grown` is told when there is more to keep. */
  constructor(hmac: (text: string) => string, grown: () => void = () => {}) {
    this.#hmac = hmac;
    this.secrets = new Secrets(hmac);
    this.#grown = grown;
  }

  /** Bytes of memory that it takes besides its transcripts, roughly. */
  get bytes(): number {
    return this.#bytes + this.secrets.bytes + this.#turnedAway.size * ENTRY + this.clearances.bytes;
  }

  /** True when some of the model's words may be recalled. */
  get remembers(): boolean {
    return this.#words.size > 0;
  }

  /** Takes what the model wrote and the changes in which the client has it; `place` names the text among those of its turn. */
  hear(original: string, changes: readonly Change[], place: string): void {
    const hash = this.#hashOf(changed(original, changes));
    const back = inverse(original, changes);
    // Two turns may be the same to the client and not to the model; the client may also have moved a turn.
    for (const name of [hash, `${hash} ${place}`]) {
      this.#forgetWords(name);
      this.#words.set(name, back);
      this.#bytes += weigh(back);
    }
    while (this.#words.size > MOST_WORDS) this.#forgetWords(this.#words.keys().next().value!);
    this.#grown();
  }

  /** Keeps a body that was looked at, and all that was found in it. */
  remember(transcript: Transcript, repeated: Repeated): void {
    this.transcripts.keep(transcript, repeated);
    this.#grown();
  }

  /** The changes that make the model's own words out of a text of one of its turns; null when it is not remembered. */
  recall(text: string, place: string): readonly Change[] | null {
    const hash = this.#hashOf(text);
    return this.#words.get(`${hash} ${place}`) ?? this.#words.get(hash) ?? null;
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

  #forgetWords(hash: string): void {
    const back = this.#words.get(hash);
    if (back === undefined) return;
    this.#words.delete(hash);
    this.#bytes -= weigh(back);
  }
}

function weigh(changes: readonly Change[]): number {
  return changes.reduce((sum, { text }) => sum + ENTRY / 2 + 2 * text.length, ENTRY);
}
