/**
 * The secrets of one conversation, each with its placeholder. However a value is spelled it is the same secret; what a tool
 * gets for its placeholder is spelled as it was at such a place, else as quotes around it ask for.
 */
import { KnownValues, type Occurrence } from "./known.ts";
import { idOf, placeholder } from "./placeholder.ts";
import { SLICE, slicesOf } from "./slices.ts";
import { depthBehind, hasSpellings, othersOf, plainOf, respelled, spellingsOf } from "./spelling.ts";

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
  /** In its plainest spelling. */
  readonly value: string;
  readonly placeholder: string;
  /** The first turn of each thread in which it was replaced. */
  readonly since: Map<string, number>;
  /** How it was spelled where it was replaced, by how deep in quotes that was; of values that are spelled in one way only, none. */
  readonly spellings: Map<number, string>;
  /** Placeholders of what was spelled in two ways at the same depth, but for the first. */
  readonly others: Map<string, string>;
}

/** When a text was said. */
export interface Moment {
  readonly thread: string;
  readonly turn: number;
  /** True for a text that was sent before, of which is not known how. */
  readonly past: boolean;
}

/** Most secrets of one conversation; the oldest make room. */
const MOST = 10_000;
/** Bytes that an entry takes besides its own text, roughly, and how often that is kept. */
const ENTRY = 250;
const COPIES = 8;

/** Secrets by their values and by their placeholders. */
export class Secrets {
  readonly known = new KnownValues();
  readonly #byValue = new Map<string, Secret>();
  readonly #byPlaceholder = new Map<string, Secret>();
  /** By spellings that are secrets of their own. */
  readonly #otherwise = new Map<string, Secret>();
  readonly #hmac: (text: string) => string;
  #bytes = 0;

  /** `hmac` is the keyed hash that placeholders are made of. */
  constructor(hmac: (text: string) => string) {
    this.#hmac = hmac;
  }

  /** Bytes of memory that they take, roughly. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The id that a placeholder of the value has, for the record. */
  idOf(value: string): string {
    return idOf(plainOf(value), this.#hmac);
  }

  /** The secret behind a placeholder, when it is known. */
  behind(words: string): Secret | undefined {
    return this.#byPlaceholder.get(words);
  }

  /** The secret that this known value is. In an address it is another: put back, nothing would say that it has to be spelled so. */
  of(value: string): Secret | undefined {
    const plain = this.#otherwise.get(value);
    return this.#byValue.get(plainOf(value)) ?? (plain === undefined ? undefined : this.keep(value, plain));
  }

  /** What stands for a value where it is only shown, and nothing is kept of it; `pattern` is null for a known value. */
  wordsOf(value: string, pattern: string | null): string {
    const plain = plainOf(value);
    const known = this.#byValue.get(plain);
    return (
      known?.placeholder ?? placeholder(pattern ?? this.#otherwise.get(value)?.pattern ?? "value", plain, this.#hmac)
    );
  }

  /** Where secrets stand that were known at a moment: one that became known later was not replaced then. */
  find(text: string, moment: Moment): readonly Occurrence[] {
    return this.#knownThen(text, this.known.find(text), moment);
  }

  /** The same in steps, a slice of a long text in each. */
  *finding(text: string, moment: Moment): Generator<void, readonly Occurrence[]> {
    const found: Occurrence[] = [];
    for (const { from, to } of slicesOf(text, SLICE)) {
      found.push(...this.known.find(text, Math.max(from, found.at(-1)?.end ?? 0), to));
      yield;
    }
    return this.#knownThen(text, found, moment);
  }

  #knownThen(text: string, found: readonly Occurrence[], { thread, turn, past }: Moment): readonly Occurrence[] {
    if (!past) return found;
    const sinceOf = ({ start, end }: Occurrence) => this.of(text.slice(start, end))?.since.get(thread);
    return found.filter((each) => (sinceOf(each) ?? turn) <= turn);
  }

  /** Notes that a secret was replaced at a moment. */
  note({ since }: Secret, { thread, turn }: Moment): void {
    since.set(thread, Math.min(turn, since.get(thread) ?? turn));
  }

  /** Keeps a secret; what was said first of a value stands. */
  keep(value: string, source: Source): Secret {
    const plain = plainOf(value);
    const before = this.#byValue.get(plain);
    if (before !== undefined && (before.bare || !source.bare)) return before;
    const secret: Secret = before === undefined ? this.#newSecret(plain, source) : { ...before, bare: true };
    this.#byValue.set(plain, secret);
    for (const words of [secret.placeholder, ...secret.others.values()]) this.#byPlaceholder.set(words, secret);
    if (secret.bare) this.#lookFor(secret);
    if (before === undefined) this.#bytes += sizeOf(secret);
    if (this.#byValue.size > MOST) this.#forget(this.#byValue.values().next().value!);
    return secret;
  }

  #newSecret(value: string, source: Source): Secret {
    const words = placeholder(source.pattern, value, this.#hmac);
    const { guardrail, pattern, restore, bare } = source;
    const rest = { since: new Map(), spellings: new Map(), others: new Map() };
    return { guardrail, pattern, restore, bare, value, placeholder: words, ...rest };
  }

  #lookFor(secret: Secret): void {
    const { value } = secret;
    for (const spelled of [value, ...spellingsOf(value)]) this.known.add(spelled);
    for (const spelled of othersOf(value)) {
      this.#otherwise.set(spelled, secret);
      this.known.add(spelled);
    }
  }

  /** What stands for a secret that is spelled so behind a text: its placeholder, unless that stands for another spelling there. */
  wordsFor(secret: Secret, spelled: string, behind: () => string): string {
    if (!hasSpellings(secret.value)) return secret.placeholder;
    const depth = depthBehind(behind());
    const first = secret.spellings.get(depth);
    if (first === undefined) secret.spellings.set(depth, spelled);
    return first === undefined || first === spelled ? secret.placeholder : this.#other(secret, spelled);
  }

  #other(secret: Secret, spelled: string): string {
    const words = secret.others.get(spelled) ?? placeholder(secret.pattern, `${spelled}\u0000`, this.#hmac);
    secret.others.set(spelled, words);
    this.#byPlaceholder.set(words, secret);
    return words;
  }

  /** The value behind a placeholder that stands in a text at this place, spelled as it has to be there. */
  spelledAt(secret: Secret, words: string, { text, start }: { readonly text: string; readonly start: number }): string {
    for (const [spelled, other] of secret.others) if (other === words) return spelled;
    const { value, spellings } = secret;
    const depth = depthBehind(text.slice(0, start));
    const known = spellings.get(depth);
    if (known !== undefined || spellings.size === 0) return known ?? respelled(value, 0, depth);
    const nearest = Math.min(...spellings.keys());
    // By itself a placeholder says nothing of the place: it becomes what it stood for.
    return respelled(spellings.get(nearest)!, nearest, text === words ? nearest : depth);
  }

  #forget(secret: Secret): void {
    const { value, others } = secret;
    this.#byValue.delete(value);
    for (const words of [secret.placeholder, ...others.values()]) {
      if (this.#byPlaceholder.get(words) === secret) this.#byPlaceholder.delete(words);
    }
    for (const spelled of [value, ...spellingsOf(value)]) this.known.delete(spelled);
    for (const spelled of othersOf(value)) {
      this.known.delete(spelled);
      this.#otherwise.delete(spelled);
    }
    this.#bytes -= sizeOf(secret);
  }
}

function sizeOf({ value }: Secret): number {
  return ENTRY + COPIES * value.length;
}
