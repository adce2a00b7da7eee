/**
 * What a protocol has to answer, so that the stages of an exchange never ask which one they serve: how a request is read,
 * how an answer is watched, how a refusal is worded. messages.ts is the plane of the Messages format.
 */

import type { Refusal } from "../decision/decision.ts";
import type { Facts } from "../decision/facts.ts";
import type { Hit, Scanner } from "../decision/scan.ts";
import type { Place } from "../language/tree.ts";
import type { AnswerReport, AnswerRules, StreamWatcher } from "../wire/anthropic/answer.ts";
import type { Edit, TextSpan } from "../wire/anthropic/messages.ts";
import type { RanCall } from "../wire/anthropic/ran.ts";
import type { FaultNotice } from "../wire/fault.ts";
import type { Arrival } from "./arrival.ts";
import type { Continuity } from "./offers.ts";
import type { Reply } from "./sink.ts";

export interface Plane {
  /** Reads what is asked, or says why it cannot be read. */
  read(arrival: Arrival, limit: number): Promise<Asked | FaultNotice>;
  /** The words of a refusal or a fault. */
  refuse(why: Refusal | FaultNotice, id: string): Reply;
}

/** A request as its plane read it. */
export interface Asked {
  readonly kind: "asked";
  readonly facts: Facts;
  readonly body: Uint8Array;
  /** Path below a provider's base, with the query. */
  readonly path: string;
  /** Names of the client's session and agent; null when it does not say. */
  readonly session: string | null;
  readonly agent: string | null;
  /** Which conversation it belongs to. */
  readonly continuity: Continuity;
  /** The tool that the model is made to call; null when it may choose. */
  readonly forced: string | null;
  /** Calls that the client has carried out since the last answer, of tools of servers. */
  readonly ran: readonly RanCall[];
  /** How to take tools out, or the tool that cannot be taken out. */
  cut(tools: readonly string[]): { readonly edits: readonly Edit[] } | { readonly refuse: string };
  /** Guarded content; `scannerAt` gives the scanner of the guardrails that look at a place. */
  search(scannerAt: (place: Place) => Scanner | null): readonly Found[];
  /** How to put words in the place of what was found. */
  redact(found: readonly Found[], replacement: (found: Found) => string): readonly Edit[];
  /** How to watch the answer; null when there is nothing to watch in it. */
  watch(rules: AnswerRules): Watcher | null;
}

/** A hit of a guardrail in a request; `value` is what was found and goes nowhere but into a placeholder. */
export interface Found {
  readonly span: TextSpan;
  readonly hit: Hit;
  readonly value: string;
}

/** Watches an answer, whichever way it comes. */
export interface Watcher {
  readonly stream: () => StreamWatcher;
  readonly document: (body: Uint8Array) => { readonly body: Uint8Array; readonly report: AnswerReport };
  /** What keeps a silent stream alive. */
  readonly ping: Uint8Array;
}
