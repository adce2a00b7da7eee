/**
 * How well guardrails find what people have labelled: per kind how many labelled secrets are covered (recall), how many
 * findings lie on one (precision), and how many innocent texts are touched at all. A secret counts as caught only when
 * findings cover all of it: what is left of it could be enough.
 */

/** A text, and where the secrets in it stand; none means that it is innocent. Offsets are those of JavaScript strings. */
export interface LabelledText {
  readonly text: string;
  readonly kind: string;
  readonly spans: readonly (readonly [number, number])[];
}

/** A stretch of a text that guardrails would act on. */
export interface Found {
  readonly start: number;
  readonly end: number;
}

/** Counts of one kind of text. */
export interface Tally {
  texts: number;
  secrets: number;
  caught: number;
  findings: number;
  /** Findings that lie on a labelled secret. */
  right: number;
  innocent: number;
  /** Innocent texts with a finding. */
  touched: number;
}

/** The counts of a set, in all and by kind. */
export interface GuardScore {
  readonly all: Tally;
  readonly kinds: ReadonlyMap<string, Tally>;
}

/** Counts a set; `find` says what the guardrails find in a text. */
export function scoreGuards(texts: Iterable<LabelledText>, find: (text: string) => readonly Found[]): GuardScore {
  const all = emptyTally();
  const kinds = new Map<string, Tally>();
  for (const labelled of texts) {
    const tally = kinds.get(labelled.kind) ?? emptyTally();
    kinds.set(labelled.kind, tally);
    const found = find(labelled.text);
    count(all, labelled, found);
    count(tally, labelled, found);
  }
  return { all, kinds };
}

/** Whether findings cover all of a span. */
export function isCovered([start, end]: readonly [number, number], found: readonly Found[]): boolean {
  let covered = start;
  for (const hit of [...found].sort((a, b) => a.start - b.start)) {
    if (hit.start <= covered) covered = Math.max(covered, hit.end);
  }
  return covered >= end;
}

/** Part of the whole; 1 when there is nothing to count. */
export function rate(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

function emptyTally(): Tally {
  return { texts: 0, secrets: 0, caught: 0, findings: 0, right: 0, innocent: 0, touched: 0 };
}

function count(tally: Tally, { spans }: LabelledText, found: readonly Found[]): void {
  tally.texts++;
  tally.secrets += spans.length;
  tally.caught += spans.filter((span) => isCovered(span, found)).length;
  tally.findings += found.length;
  tally.right += found.filter((hit) => spans.some(([start, end]) => hit.start < end && start < hit.end)).length;
  if (spans.length > 0) return;
  tally.innocent++;
  if (found.length > 0) tally.touched++;
}
