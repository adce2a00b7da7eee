/**
 * The answer on its way back: what it used, which tools it calls, and the few changes that rules ask for. stream.ts does
 * it to SSE, document.ts to the non-streaming twin; both must decide alike. Bytes that no rule touches leave as they came.
 */
import type { Hit, Scanner } from "../../decision/scan.ts";
import type { Usage } from "../../decision/usage.ts";

/** What becomes of a hit in an answer. */
export type Verdict =
  | { readonly kind: "redact"; readonly replacement: string }
  | { readonly kind: "reject"; readonly message: string };

export interface AnswerRules {
  /** Takes a canonical tool name. */
  readonly granted: (tool: string) => boolean;
  /** The sentence that stands where an ungranted call stood. */
  readonly withheld: (tool: string) => string;
  /** Guards of the response stage that bind this caller; null when there are none. */
  readonly scanner: Scanner | null;
  readonly verdict: (hit: Hit, value: string) => Verdict;
}

export interface AnswerReport {
  readonly usage: Usage | null;
  /** `id` is null but for tools of servers: by it the call is known that carries it out. */
  readonly toolUses: readonly { readonly name: string; readonly granted: boolean; readonly id: string | null }[];
  readonly hits: readonly { readonly guardrail: number; readonly pattern: string; readonly count: number }[];
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
