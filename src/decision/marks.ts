/**
 * What becomes of one text of a request: findings of guardrails and secrets known from before, laid together so that what
 * changes the text lies apart. search.ts finds them, guard.ts makes edits, refusals and records of them.
 */
import type { Change } from "./change.ts";
import { deedsOf, maskText, strengthOf } from "./deeds.ts";
import type { Occurrence } from "./known.ts";
import type { Mark, Ruling } from "./mark.ts";
import type { Hit } from "./scan.ts";
import type { Moment, Secret, Secrets } from "./secrets.ts";
import { REACH } from "./spelling.ts";
import type { TableGuardrail } from "./table.ts";

/** Hits of a scanner with what is done about them. */
export interface Ruled extends Hit {
  readonly ruling: Ruling;
}

/** Looks up what guardrails say about hits. */
export function rule(guardrails: readonly TableGuardrail[], hits: readonly Hit[]): Ruled[] {
  return hits.map((hit) => {
    const guardrail = guardrails[hit.guardrail]!;
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

/** Keeps what hits found, one after the other, so that it is known from now on. */
export function* learning(secrets: Secrets, text: string, hits: readonly Ruled[]): Generator<void, void> {
  for (const hit of hits) {
    if (!isSecret(hit)) continue;
    keep(secrets, text.slice(hit.start, hit.end), hit.ruling);
    yield;
  }
}

function keep(secrets: Secrets, value: string, { guardrail, pattern, deeds }: Ruling): Secret {
  const restore = deeds.done?.kind === "redact" && deeds.done.restore;
  return secrets.keep(value, { guardrail, pattern, restore, bare: true });
}

/** What is laid over a text: what was found in it, and where known secrets stand. */
export interface Found {
  readonly hits: readonly Ruled[];
  readonly known: readonly Occurrence[];
  readonly moment: Moment;
}

/** Lays the marks of a text one after the other; they come in order, and those that change it lie apart from each other. */
export function* laying(secrets: Secrets, text: string, { hits, known, moment }: Found): Generator<void, Mark[]> {
  const changing = hits.filter(({ ruling }) => isChanging(ruling));
  const staying = hits
    .filter(({ ruling }) => !isChanging(ruling))
    .map((hit): Mark => {
      const id = secrets.idOf(text.slice(hit.start, hit.end));
      return { ...placeOf(hit), text: null, ruling: hit.ruling, id };
    });
  const laid: Mark[] = [];
  for (const cluster of clusters([...changing, ...known])) {
    laid.push(markOf(secrets, text, { ...cluster, moment, before: laid }));
    yield;
  }
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

/** Bears the words of the strongest finding in it, else those of the secret; what only several cover is a new value. */
function markOf(
  secrets: Secrets,
  text: string,
  { start, end, members, moment, before }: Cluster & { readonly moment: Moment; readonly before: readonly Mark[] },
): Mark {
  const value = text.slice(start, end);
  const place = { start, end, id: secrets.idOf(value) };
  const secret = secrets.of(value);
  const strongest = members
    .flatMap((each) => ("ruling" in each ? [each.ruling] : []))
    .toSorted((a, b) => strengthOf(b.deeds.done) - strengthOf(a.deeds.done))[0];
  // Each cluster has a known value or a finding; without either there would be nothing to lay.
  const ruling = strongest ?? rulingOf(secret!);
  const { done } = ruling.deeds;
  if (done?.kind === "mask" && secret === undefined) return { ...place, text: maskText(value, done.keep), ruling };
  const kept = secret ?? keep(secrets, value, ruling);
  secrets.note(kept, moment);
  const isRedacted = done?.kind === "mask";
  const words = secrets.wordsFor(kept, value, () => leftOf(text, start, before));
  return { ...place, text: words, ruling: isRedacted ? { ...ruling, deeds: rulingOf(kept).deeds } : ruling };
}

/** The end of what stands before a place, with the marks before it made: as the model sees it, and may copy it. */
function leftOf(text: string, place: number, marks: readonly Mark[]): string {
  let left = "";
  let end = place;
  for (let at = marks.length - 1; at >= 0; at -= 1) {
    const mark = marks[at]!;
    if (left.length + end - mark.end >= REACH) break;
    left = (mark.text ?? "") + text.slice(mark.end, end) + left;
    end = mark.start;
  }
  return text.slice(Math.max(0, end - REACH), end) + left;
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
export function marksBack(secrets: Secrets, back: readonly Change[]): Mark[] {
  return back.map(({ start, end, text }) => {
    const secret = secrets.behind(text);
    const ruling = secret === undefined ? null : rulingOf(secret);
    return { start, end, text, ruling, id: secret === undefined ? "" : secrets.idOf(secret.value) };
  });
}

/** The changes that marks make. */
export function changesOf(marks: readonly Mark[]): Change[] {
  return marks.flatMap(({ start, end, text }) => (text === null ? [] : [{ start, end, text }]));
}
