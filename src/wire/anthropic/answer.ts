/**
 * The answer on its way back: what it used, which tools it calls, and the few changes that rules ask for. stream.ts does
 * it to SSE, document.ts to the non-streaming twin; both must decide alike. Bytes that no rule touches leave as they came.
 */

import type { Change } from "../../decision/change.ts";
import type { Growing, Growth } from "../../decision/growing.ts";
import type { Hit, Scanner } from "../../decision/scan.ts";
import type { Usage } from "../../decision/usage.ts";
import type { Reason } from "../../model/reasons.ts";
import type { CallingBlock } from "./called.ts";

/** What becomes of a hit in an answer. */
export type Verdict =
  /** It stays as it is, and is counted. */
  | { readonly kind: "keep" }
  /** `restore`: in a tool's input it stays, because the tool would get it back anyway. */
  | { readonly kind: "redact"; readonly replacement: string; readonly restore: boolean }
  | { readonly kind: "reject"; readonly message: string };

/**
 * What became of a hit: `ruled` as its verdict says; `kept` in a tool's input, because the tool would get it back anyway;
 * `withheld` with the call whose input it stands in.
 */
export type Fate = "ruled" | "kept" | "withheld";

/** What a tool gets in the place of a placeholder: the value, or nothing at all, because its call is withheld. */
export type Restored = { readonly value: string } | { readonly why: string };

/** What is kept of a conversation while its answers pass. */
export interface Memory {
  /** Takes a placeholder that the model wrote into a tool's input, and where in which of its strings. */
  restore(placeholder: string, place: { readonly text: string; readonly start: number }): Restored;
  /**
   * Told every text and every string of an input: the model's words, and the changes in which the client will have them.
   * `kept`: something was found that stays, because a tool would get it back anyway.
   */
  heard(original: string, changes: readonly Change[], kept: boolean): void;
}

/** Why a call does not go out, and what stands in its place. */
export interface Withheld {
  readonly sentence: string;
  readonly reason: Reason;
  /** `file:line` of the statement that decides it. */
  readonly origin: string;
}

/** What policy says of a call by its input; `observed`: what statements that only observe would have said, where that differs. */
export interface Judged {
  readonly withheld: Withheld | null;
  readonly observed: ToolUse["observed"];
}

export interface AnswerRules {
  /** Takes a canonical tool name; null when a call of it may go out, as far as its name tells. */
  readonly withheld: (tool: string) => Withheld | null;
  /** True for a tool of which policy judges every call by its input, so that it waits until that is whole. */
  readonly judges: (tool: string) => boolean;
  /** Judges a call by the input that its tool would get; undefined stands for one that cannot be read. */
  readonly judge: (tool: string, input: unknown) => Judged;
  /** Counts a call that nothing else keeps from going out; why it does not when a limit on calls is reached. */
  readonly count: (tool: string) => Withheld | null;
  /**
   * Told each call that goes out, in their order and before the client has it, with its id; and each that the provider
   * carries out by itself. Gives what statements that are only observed would have made of it.
   */
  readonly passed: (call: CallingBlock, id: string | null) => ToolUse["observed"];
  /** The sentence that stands where a call stood whose input holds what no tool may get; `why` ends it. */
  readonly spoiled: (tool: string, why: string) => string;
  /** Guards of the response stage that bind this caller; null when there are none. */
  readonly scanner: Scanner | null;
  readonly verdict: (hit: Hit, value: string) => Verdict;
  /** True for a hit whose verdict is `keep`; for the others `verdict` is asked once, when they are whole. */
  readonly stays: (hit: Hit) => boolean;
  /** What may be under way where a text goes on; null when nothing is looked for. */
  readonly growth: Growth | null;
  /** The sentence that ends an answer in which what is under way is longer than can be held back. */
  readonly overlong: (growing: Growing) => string;
  /** null for a caller whose requests nothing is redacted in. */
  readonly memory: Memory | null;
}

/** A call in an answer. */
export interface ToolUse {
  /** Canonical. */
  readonly name: string;
  readonly granted: boolean;
  /** null but for tools of servers: by it the call is known that carries it out. */
  readonly id: string | null;
  /** Why policy did not grant it; null when it did. */
  readonly withheld: Omit<Withheld, "sentence"> | null;
  /** What statements that only observe would have done with it, where that is something else than what was done. */
  readonly observed: { readonly effect: "allow" | "refuse"; readonly origin: string } | null;
}

export interface AnswerReport {
  readonly usage: Usage | null;
  readonly toolUses: readonly ToolUse[];
  /** `values`: the first different ones, to be recorded as keyed hashes and nothing else. */
  readonly hits: readonly {
    readonly guardrail: number;
    readonly pattern: string;
    readonly fate: Fate;
    readonly count: number;
    readonly values: readonly string[];
  }[];
  /** What guardrails looked at: texts and their bytes; and blocks of thinking, at which they never do. */
  readonly scanned: { readonly texts: number; readonly bytes: number; readonly thinking: number };
  /** The answer came to its proper end (`message_stop`, or a whole document). */
  readonly complete: boolean;
  /** A rule ended the answer early; nothing more is wanted from upstream. */
  readonly stopped: boolean;
}

export interface StreamWatcher {
  /** Takes bytes as they came, gives bytes to send now (untouched events as views of the input). */
  push(chunk: Uint8Array): readonly Uint8Array[];
  /** Upstream ended, well or badly: what is still held, and an `error` event when the stream did not come to its end. */
  end(fault: string | null): readonly Uint8Array[];
  /** True when whole events have been sent, so that a ping may go in between. */
  readonly atBoundary: boolean;
  /** True when nothing of the answer is to come any more, however it ended: the caller stops upstream and finishes. */
  readonly over: boolean;
  report(): AnswerReport;
}
