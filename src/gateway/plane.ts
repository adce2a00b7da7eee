/**
 * What a protocol has to answer, so that the stages of an exchange never ask which one they serve: how a request is read,
 * how an answer is watched, how a refusal is worded. messages.ts is the plane of the Messages format.
 */

import type { DecisionBody } from "../audit/entry.ts";
import type { Change } from "../decision/change.ts";
import type { Refusal } from "../decision/decision.ts";
import type { Facts } from "../decision/facts.ts";
import type { AnswerReport, AnswerRules, StreamWatcher } from "../wire/anthropic/answer.ts";
import type { CallingBlock } from "../wire/anthropic/called.ts";
import type { Gate } from "../wire/anthropic/gate.ts";
import type { JudgedDocument, Jury } from "../wire/anthropic/jury.ts";
import type { Edit, MessagesRequest, TextSpan, ToolSpan } from "../wire/anthropic/messages.ts";
import type { RanCall } from "../wire/anthropic/ran.ts";
import type { FaultNotice } from "../wire/fault.ts";
import type { Arrival } from "./arrival.ts";
import type { Continuity } from "./offers.ts";
import type { Reply } from "./sink.ts";

export interface Plane {
  /** What its requests are for, as the record has it. */
  readonly purpose: DecisionBody["purpose"];
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
  /** What names the conversation among those of its caller. */
  readonly conversation: string;
  /** The same in its parts, for what must outlive a change of the name. */
  readonly continuity: Continuity;
  /** The tools that the model called before, as far as the request shows. */
  called(): ReadonlySet<string>;
  /** What an answer calls, by the name that policy knows it by. */
  nameOf(call: CallingBlock): string;
  readonly texts: Texts;
  /** The tool that the model is made to call; null when it may choose. */
  readonly forced: string | null;
  /** Where the request defines the tools that it offers. */
  readonly offers: readonly Pick<ToolSpan, "name" | "start" | "end">[];
  /** Tools that the provider carries out, as the request defines them. */
  readonly definitions: MessagesRequest["definitions"];
  /** Calls that the client has carried out since the last answer, of tools of servers. */
  readonly ran: readonly RanCall[];
  /** How to take tools out, and of others what is said of them while their names stay; or the tool that cannot be taken out. */
  cut(
    tools: readonly string[],
    tellings: readonly string[],
  ): { readonly edits: readonly Edit[] } | { readonly refuse: string };
  /** How to watch the answer; null when there is nothing to watch in it. */
  watch(rules: AnswerRules): Watcher | null;
  /** How others judge the answer, whichever way it comes. */
  readonly judging: Judging;
}

/** The texts of a request that guardrails look at. */
export interface Texts {
  readonly body: Uint8Array;
  /** In the order of the conversation. */
  readonly spans: readonly TextSpan[];
  /** How many of them stand before the messages. */
  readonly lead: number;
  /** Turn and author of what came last. */
  readonly end: Pick<TextSpan, "turn" | "author">;
  /** True for a part of a conversation that is only counted: nothing goes on from it. */
  readonly passing: boolean;
  /** A name for the first message. */
  opening(): string;
  /** How many blocks hold something at which nobody looks. */
  readonly unread: MessagesRequest["unread"];
  /** A text as people read it. */
  read(span: TextSpan): string;
  /** The same in short steps, for one that may be long. */
  reading(span: TextSpan): Generator<void, string>;
  /** The edits of the body that make changes in a text. */
  edit(span: TextSpan, changes: readonly Change[]): readonly Edit[];
  /** The same in short steps. */
  editing(span: TextSpan, changes: readonly Change[]): Generator<void, readonly Edit[]>;
}

/** Brings in what others say of an answer that is watched. */
export interface Judging {
  readonly stream: (watcher: StreamWatcher, jury: Jury) => Gate;
  readonly document: (body: Uint8Array, jury: Jury) => JudgedDocument;
}

/** Watches an answer, whichever way it comes. */
export interface Watcher {
  readonly stream: () => StreamWatcher;
  readonly document: (body: Uint8Array) => { readonly body: Uint8Array; readonly report: AnswerReport };
  /** What keeps a silent stream alive. */
  readonly ping: Uint8Array;
}
