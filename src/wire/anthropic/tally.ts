/** Keeps the report of one answer while it passes; stream.ts and document.ts write it, the gateway reads it. */
import type { Hit } from "../../decision/scan.ts";
import type { Usage } from "../../decision/usage.ts";
import type { AnswerReport, Fate, ToolUse, Withheld } from "./answer.ts";

/** Different values of a hit that are kept. */
const MOST_VALUES = 5;

type HitRow = AnswerReport["hits"][number];

/** Counts what an answer used, called and hit. */
export class Tally {
  usage: Usage | null = null;
  complete = false;
  stopped = false;
  readonly #toolUses: ToolUse[] = [];
  /** Calls that are waited for: until they are whole nobody knows what becomes of them. */
  readonly #open = new Set<number>();
  #lost = 0;
  readonly #hits = new Map<string, Omit<HitRow, "count" | "values"> & { count: number; readonly values: string[] }>();
  readonly #scanned = { texts: 0, bytes: 0, thinking: 0 };

  /** Notes a call, and gives its number. */
  call(name: string, id: unknown): number {
    const isJoined = name.startsWith("client-mcp:") && typeof id === "string" && /^[\w-]{1,128}$/.test(id);
    return this.#toolUses.push({ name, granted: true, id: isJoined ? id : null, withheld: null, observed: null }) - 1;
  }

  /** Notes that a call is waited for, and, when it came to its end, that it is not any more. */
  waiting(call: number, isOpen: boolean): void {
    if (isOpen) this.#open.add(call);
    else this.#open.delete(call);
  }

  /** Notes that policy does not let a call through. */
  withhold(call: number, { reason, origin }: Withheld): void {
    this.#toolUses[call] = { ...this.#toolUses[call]!, granted: false, withheld: { reason, origin } };
  }

  /** Notes what would have become of a call. */
  observe(call: number, observed: ToolUse["observed"]): void {
    this.#toolUses[call] = { ...this.#toolUses[call]!, observed };
  }

  hit({ guardrail, pattern }: Hit, value: string, fate: Fate = "ruled"): void {
    const key = `${guardrail} ${fate} ${pattern}`;
    const row = this.#hits.get(key) ?? { guardrail, pattern, fate, count: 0, values: [] };
    row.count += 1;
    if (row.values.length < MOST_VALUES && !row.values.includes(value)) row.values.push(value);
    this.#hits.set(key, row);
  }

  /** A stretch of text was looked at; `last` when its text ends there. */
  saw(text: string, last: boolean): void {
    this.#scanned.bytes += Buffer.byteLength(text);
    if (last) this.#scanned.texts += 1;
  }

  /** A block of thinking passed, at which nobody looks. */
  thought(): void {
    this.#scanned.thinking += 1;
  }

  /** A call was taken out for what it holds, though policy grants it. */
  lose(): void {
    this.#lost += 1;
  }

  /** True when calls were withheld and none is left, so that the answer must not say that it waits for a tool. */
  get lostEveryCall(): boolean {
    const gone = this.#lost + this.#toolUses.filter((call) => !call.granted).length;
    return this.#toolUses.length > 0 && gone === this.#toolUses.length;
  }

  report(): AnswerReport {
    const hits = [...this.#hits.values()].map((row) => ({ ...row }));
    const { usage, complete, stopped } = this;
    return {
      usage,
      toolUses: this.#toolUses.filter((_, call) => !this.#open.has(call)),
      hits,
      scanned: { ...this.#scanned },
      complete,
      stopped,
    };
  }
}
