/**
 * Guarded content in a request: what a guardrail redacts becomes edits, what it rejects becomes a refusal. Only what is
 * new is rejected: a message that was turned away stays in the client's history, and would turn away all that follow.
 */
import type { Finding } from "../audit/entry.ts";
import type { Refusal } from "../decision/decision.ts";
import type { Place } from "../language/tree.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import type { Conversation } from "./conversation.ts";
import { findingsIn } from "./findings.ts";
import type { Guards } from "./guards.ts";
import type { Mark, Ruling } from "./mark.ts";
import { changesOf } from "./marks.ts";
import type { Asked, Texts } from "./plane.ts";
import { search } from "./search.ts";

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
}

/** Searches a request for what the guardrails that bind its caller look for, and for the secrets of its conversation. */
export async function inspect(inspected: Inspected, rest: () => Promise<void> | null): Promise<Inspection> {
  const { asked, guards, conversation, revision } = inspected;
  const { texts } = asked;
  const { marks, fresh } = await search(texts, guards, conversation, rest);
  const all = marks.flat();
  const refusal = rejection(inspected, marks) ?? overload(all, revision);
  const findings = findingsIn(texts, marks, refusal !== null);
  if (refusal !== null) return { refusal, edits: [], findings, marks, fresh };
  const edits = texts.spans.flatMap((span, index) => {
    const changes = changesOf(marks[index]!);
    return changes.length === 0 ? [] : texts.edit(span, changes);
  });
  return { refusal: null, edits, findings, marks, fresh };
}

/** The refusal for the first thing in what is new that is rejected; what it turns away is history from then on. */
function rejection(
  { asked: { texts }, conversation, revision }: Inspected,
  marks: readonly (readonly Mark[])[],
): Refusal | null {
  if (!marks.some((of) => of.some(isReject))) return null;
  const fresh = newTexts(texts, conversation);
  for (const index of fresh) {
    const ruling = marks[index]!.find(isReject)?.ruling;
    const deed = ruling?.deeds.done;
    if (!ruling || deed?.kind !== "reject") continue;
    conversation.turnAway(fresh.map((each) => texts.read(texts.spans[each]!)));
    const found = `${WHERE[texts.spans[index]!.place]} \`${ruling.pattern}\``;
    return blocked(ruling, `: ${deed.message}; ${found}, ${WAY_OUT}`, revision);
  }
  return null;
}

function isReject({ ruling }: Mark): boolean {
  return ruling?.deeds.done?.kind === "reject";
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

const WAY_OUT = "take it back with /rewind, or send another message and a placeholder will stand for it";

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
