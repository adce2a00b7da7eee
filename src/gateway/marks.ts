/**
 * What becomes of one text of a request: findings of guardrails and secrets known from before, laid together so that what
 * changes the text lies apart. search.ts finds them, guard.ts makes edits, refusals and records of them.
 */
import { type Deeds, deedsOf, maskText } from "../decision/deeds.ts";
import type { Occurrence } from "../decision/known.ts";
import type { Origin } from "../decision/origin.ts";
import type { Hit } from "../decision/scan.ts";
import type { Table } from "../decision/table.ts";
import type { Change } from "../wire/text.ts";
import type { Conversation, Secret } from "./conversation.ts";

/** What a guardrail says about a place in a text. */
export interface Ruling {
  readonly guardrail: string;
  readonly pattern: string;
  readonly deeds: Deeds;
  readonly origin: Origin | null;
}

/** A place in a decoded text, in UTF-16 units. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  /** What takes its place where the request goes on; null when it stays. */
  readonly text: string | null;
  /** null for what only is put back as the model wrote it. */
  readonly ruling: Ruling | null;
}

/** Hits of a scanner with what is done about them. */
export interface Ruled extends Hit {
  readonly ruling: Ruling;
}

/** Looks up what a table says about hits. */
export function rule(table: Table, hits: readonly Hit[]): Ruled[] {
  return hits.map((hit) => {
    const guardrail = table.guardrails[hit.guardrail]!;
    const { name, origin } = guardrail;
    return {
      ...hit,
      ruling: { guardrail: name, pattern: hit.pattern, deeds: deedsOf(guardrail, hit.pattern), origin },
    };
  });
}

/** True for what takes a placeholder; what is rejected gets one as soon as it is history. */
export function isSecret({ ruling: { deeds } }: Ruled): boolean {
  return deeds.done?.kind === "redact" || deeds.done?.kind === "reject";
}

/** Keeps what hits found, so that it is known from now on. */
export function learn(conversation: Conversation, text: string, hits: readonly Ruled[]): void {
  for (const hit of hits) if (isSecret(hit)) keep(conversation, text.slice(hit.start, hit.end), hit.ruling);
}

function keep(conversation: Conversation, value: string, { guardrail, pattern, deeds }: Ruling): Secret {
  const restore = deeds.done?.kind === "redact" && deeds.done.restore;
  return conversation.keep(value, { guardrail, pattern, restore });
}

/** The marks of a text, in order. Those that change it lie apart from each other. */
export function layMarks(
  conversation: Conversation,
  text: string,
  { hits, known }: { readonly hits: readonly Ruled[]; readonly known: readonly Occurrence[] },
): Mark[] {
  const changing = hits.filter(({ ruling }) => isChanging(ruling));
  const staying = hits
    .filter(({ ruling }) => !isChanging(ruling))
    .map((hit): Mark => ({ ...placeOf(hit), text: null, ruling: hit.ruling }));
  const laid = clusters([...changing, ...known]).map((cluster) => markOf(conversation, text, cluster));
  return staying.length === 0 ? laid : [...laid, ...staying].sort((a, b) => a.start - b.start);
}

/** Findings that overlap, under the whole of their text. */
interface Cluster extends Occurrence {
  readonly members: readonly (Ruled | Occurrence)[];
}

function clusters(found: readonly (Ruled | Occurrence)[]): Cluster[] {
  const laid: { start: number; end: number; members: (Ruled | Occurrence)[] }[] = [];
  for (const each of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = laid.at(-1);
    if (last === undefined || each.start >= last.end) laid.push({ ...placeOf(each), members: [each] });
    else {
      last.end = Math.max(last.end, each.end);
      last.members.push(each);
    }
  }
  return laid;
}

/** Bears the words of the finding that covers it all; a value that only several cover together is a new one. */
function markOf(conversation: Conversation, text: string, { start, end, members }: Cluster): Mark {
  const value = text.slice(start, end);
  const rulings = members.flatMap((each) => ("ruling" in each ? [each] : []));
  const whole = rulings.find((each) => each.start === start && each.end === end);
  const secret = conversation.secretOf(value);
  const ruling = whole?.ruling ?? rulings[0]?.ruling;
  if (secret !== undefined && whole === undefined)
    return { start, end, text: secret.placeholder, ruling: rulingOf(secret) };
  // Each cluster has a known value or a finding; without either there would be nothing to lay.
  const { deeds } = ruling!;
  if (deeds.done?.kind === "mask" && secret === undefined) {
    return { start, end, text: maskText(value, deeds.done.keep), ruling: ruling! };
  }
  return { start, end, text: keep(conversation, value, ruling!).placeholder, ruling: ruling! };
}

function rulingOf({ guardrail, pattern, restore }: Secret): Ruling {
  return { guardrail, pattern, deeds: { done: { kind: "redact", restore }, observed: null }, origin: null };
}

function isChanging({ deeds: { done } }: Ruling): boolean {
  return done !== null && done.kind !== "flag";
}

function placeOf({ start, end }: Occurrence): Occurrence {
  return { start, end };
}

/** The marks of a text that goes back as the model wrote it. */
export function marksBack(conversation: Conversation, back: readonly Change[]): Mark[] {
  return back.map(({ start, end, text }) => {
    const secret = conversation.behind(text);
    return { start, end, text, ruling: secret === undefined ? null : rulingOf(secret) };
  });
}

/** The changes that marks make. */
export function changesOf(marks: readonly Mark[]): Change[] {
  return marks.flatMap(({ start, end, text }) => (text === null ? [] : [{ start, end, text }]));
}
