/**
 * Guarded content in a request: what a guardrail redacts becomes edits, what it rejects becomes a refusal. Of messages only
 * what is new is rejected: one that was turned away stays in the client's history, and would turn away all that follow.
 * What tools are said to do is no history: nothing can stand in its place, and it is rejected for as long as it is sent.
 */
import type { Finding } from "../audit/entry.ts";
import type { Refusal } from "../decision/decision.ts";
import type { Mark, Ruling } from "../decision/mark.ts";
import { changesOf } from "../decision/marks.ts";
import { inTurns } from "../decision/steps.ts";
import { quote } from "../decision/words.ts";
import type { Place } from "../language/tree.ts";
import type { Edit, TextSpan } from "../wire/anthropic/messages.ts";
import type { Conversation } from "./conversation.ts";
import { findingsIn } from "./findings.ts";
import type { Guards } from "./guards.ts";
import type { Asked, Texts } from "./plane.ts";
import { searching } from "./search.ts";

/** What the guards of a request say. */
export interface Inspection {
  readonly refusal: Refusal | null;
  readonly edits: readonly Edit[];
  readonly findings: readonly Finding[];
  /** The marks of every text. */
  readonly marks: readonly (readonly Mark[])[];
  /** Indices of the texts that were looked at, and not known from a request before. */
  readonly fresh: readonly number[];
}

/** No conversation holds so many secrets, and each placeholder takes time that other callers wait. */
const MOST_REDACTED = 10_000;

/** A request that guardrails look at, and what is known of its conversation. */
export interface Inspected {
  readonly asked: Asked;
  readonly guards: Guards;
  readonly conversation: Conversation;
  /** Of the policy in force. */
  readonly revision: string;
  /** What is taken out of the request anyway, with the tools that are not granted. */
  readonly cut: readonly Edit[];
}

/**
 * Searches a request for what the guardrails that bind its caller look for, and for the secrets of its conversation; `rest`
 * is asked now and then to let others work while a long one is looked at.
 */
export function inspect(inspected: Inspected, rest: () => Promise<void> | null): Promise<Inspection> {
  return inTurns(inspecting(inspected), rest);
}

function* inspecting(inspected: Inspected): Generator<void, Inspection> {
  const { asked, guards, conversation, revision } = inspected;
  const { texts } = asked;
  const { marks, fresh } = yield* searching(texts, guards, conversation);
  yield;
  const all = marks.flat();
  const refusal = rejectionOfTools(inspected, marks) ?? rejection(inspected, marks) ?? overload(all, revision);
  const findings = findingsIn(texts, marks, refusal !== null);
  if (refusal !== null) return { refusal, edits: [], findings, marks, fresh };
  const edits: Edit[] = [];
  for (const [index, span] of texts.spans.entries()) {
    const changes = changesOf(marks[index]!);
    if (changes.length > 0) edits.push(...(yield* texts.editing(span, changes)));
  }
  return { refusal: null, edits, findings, marks, fresh };
}

/** The refusal for the first thing that is rejected in what a granted tool is said to do. */
function rejectionOfTools({ asked, revision, cut }: Inspected, marks: readonly (readonly Mark[])[]): Refusal | null {
  for (let index = 0; index < asked.texts.lead; index++) {
    const rejected = rejectedIn(marks[index]!);
    if (rejected === null) continue;
    const tool = toolTold(asked, index);
    if (tool === null || isCut(asked.texts.spans[index]!, cut)) continue;
    const { ruling, message } = rejected;
    return blocked(ruling, `: ${message}; ${toldOf(tool)} \`${ruling.pattern}\`, ${LEAVE_OUT}`, revision);
  }
  return null;
}

/** The refusal for the first thing in what is new that is rejected; what it turns away is history from then on. */
function rejection({ asked, conversation, revision }: Inspected, marks: readonly (readonly Mark[])[]): Refusal | null {
  const { texts } = asked;
  if (!marks.some((of) => rejectedIn(of) !== null)) return null;
  const fresh = newTexts(texts, conversation);
  for (const index of fresh) {
    const rejected = rejectedIn(marks[index]!);
    if (rejected === null || toolTold(asked, index) !== null) continue;
    const { ruling, message } = rejected;
    const { place } = texts.spans[index]!;
    conversation.turnAway(fresh.map((each) => texts.read(texts.spans[each]!)));
    const found = `${WHERE[place]} \`${ruling.pattern}\``;
    return blocked(ruling, `: ${message}; ${found}, ${wayOut(place)}${REPLACED}`, revision);
  }
  return null;
}

/** What of a text is rejected first, and with which words. */
function rejectedIn(marks: readonly Mark[]): { readonly ruling: Ruling; readonly message: string } | null {
  for (const { ruling } of marks) {
    if (ruling?.deeds.done?.kind === "reject") return { ruling, message: ruling.deeds.done.message };
  }
  return null;
}

/** The tool that a text is said about; null for every other text. */
export function toolTold({ texts: { spans, lead }, offers }: Asked, index: number): string | null {
  const { start, end, fixed } = spans[index]!;
  if (!fixed || index >= lead) return null;
  return offers.find((offer) => offer.start <= start && end <= offer.end)?.name ?? null;
}

/** Whether a text goes out of the request together with what stands around it. */
export function isCut({ start, end }: TextSpan, cut: readonly Edit[]): boolean {
  return cut.some((edit) => edit.start <= start && end <= edit.end);
}

/** Indices of the texts that were never part of a request before, as far as can be told. */
export function newTexts({ spans, read, end }: Texts, conversation: Conversation): number[] {
  const last = [...spans.keys()].filter((at) => spans[at]!.turn === end.turn && spans[at]!.author === end.author);
  const seen = last.map((at) => conversation.wasTurnedAway(read(spans[at]!)));
  // The client's own remarks stand behind every message: they do not make it an older one.
  const newest = last.findLastIndex((at, index) => !seen[index] && spans[at]!.place !== "system");
  return last.filter((_, index) => !seen[index] || index > newest);
}

/** Where a finding in a new text is, for the sentence of a refusal. */
export const WHERE = {
  user: "your last message contains",
  "tool-result": "the result of the last tool call contains",
  "tool-input": "the last tool call contains",
  system: "the instructions of this session contain",
  document: "an attached document contains",
} as const satisfies Record<Place, string>;

/** What a tool is said to do, for the sentence of a refusal. */
export function toldOf(tool: string): string {
  return `what is said of tool \`${quote(tool)}\` contains`;
}

/** What a person can do about what is said of a tool. */
export const LEAVE_OUT = "and cannot be changed here: go on without that tool";

/** What a person can do at once about what was turned away, for the sentence of a refusal. */
export function wayOut(place: Place): string {
  return place === "system" ? "take it out of them" : "take it back with /rewind";
}

const REPLACED = ", or send another message and a placeholder will stand for it";

function overload(marks: readonly Mark[], revision: string): Refusal | null {
  const changing = marks.filter(({ text, ruling }) => text !== null && ruling !== null);
  if (changing.length <= MOST_REDACTED) return null;
  const ruling = changing[0]!.ruling!;
  const count = changing.length.toLocaleString("en-US");
  const why = `; the request contains \`${ruling.pattern}\` and the like ${count} times, remove them to go on`;
  return blocked(ruling, why, revision);
}

function blocked({ guardrail, origin }: Ruling, why: string, revision: string): Refusal {
  const origins = origin === null ? [] : [origin];
  const message = `blocked by guardrail \`${guardrail}\`${why}`;
  return { kind: "refusal", revision, origins, reason: "guardrail", message, retryAfterMs: null };
}
