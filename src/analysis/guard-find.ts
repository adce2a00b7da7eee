/**
 * What the guardrails of a policy find in a text, for people who tune them: each finding with the pattern, how grave and
 * how certain it is, and what would be done about it. Nothing is changed and nobody is refused.
 */
import { deedsOf } from "../decision/deeds.ts";
import type { Hit } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table } from "../decision/table.ts";
import { CONFIDENCES, type Confidence, type Place, SEVERITIES, type Severity, type Stage } from "../language/tree.ts";

/** One finding: UTF-16 offsets into the text. */
export interface Detection {
  readonly start: number;
  readonly end: number;
  readonly guardrail: string;
  readonly pattern: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** What would be done; `observe` for what would only be noted that it would have been. */
  readonly action: "flag" | "mask" | "redact" | "reject" | "observe";
}

/** The least that a finding must be. */
export interface Wanted {
  readonly severity: Severity;
  readonly confidence: Confidence;
}

const STAGES = ["request", "response"] as const satisfies readonly Stage[];

/** Where a text of a conversation stands: in a place of a request, said by the client or by the model before. */
export interface Standing {
  readonly place: Place;
  readonly author: "client" | "model";
}

/** Finds what these guardrails find, in whichever direction they look; `standing` narrows them to those that look there. */
export function guardFinder(
  table: Table,
  guards: readonly number[],
): (text: string, standing: Standing | null) => Detection[] {
  return (text, standing) => {
    const found = new Map<string, Detection>();
    for (const stage of STAGES) {
      const looking = guards.filter((guard) => standing === null || looksAt(table, guard, stage, standing));
      for (const hit of createScanner(table, looking, stage)?.scan(text) ?? []) {
        const detection = detectionOf(table, hit);
        const { start, end, guardrail, pattern } = detection;
        found.set(`${start} ${end} ${guardrail} ${pattern}`, detection);
      }
    }
    return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
  };
}

/** An answer comes from the model; in later requests its words stand in their place like all others. */
function looksAt(table: Table, guard: number, stage: Stage, { place, author }: Standing): boolean {
  return stage === "response" ? author === "model" : table.guardrails[guard]!.in.includes(place);
}

/** Whether a finding is as grave and as certain as it is asked for. */
export function isWanted({ severity, confidence }: Wanted, wanted: Wanted): boolean {
  return (
    SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(wanted.severity) &&
    CONFIDENCES.indexOf(confidence) >= CONFIDENCES.indexOf(wanted.confidence)
  );
}

function detectionOf(table: Table, { start, end, guardrail, pattern }: Hit): Detection {
  const guard = table.guardrails[guardrail]!;
  const { severity, confidence } = guard.patterns.find(({ name }) => name === pattern)!;
  const action = deedsOf(guard, pattern).done?.kind ?? "observe";
  return { start, end, guardrail: guard.name, pattern, severity, confidence, action };
}

/** Every guardrail of a policy that looks for patterns, by its index; those that only observe somewhere are the same ones. */
export function allGuards(table: Table): number[] {
  return table.guardrails.flatMap(({ twinOf, ask }, index) => (twinOf === null && ask === null ? [index] : []));
}

/** The guardrails that bind a team, a key or the org at a moment; null when there is no such node. */
export function guardsOf(table: Table, kind: "team" | "key" | "org", name: string, now: number): number[] | null {
  const node = table.nodes.find((candidate) => candidate.kind === kind && candidate.name === name);
  if (node === undefined) return null;
  const bound = node.guards.filter(({ until }) => until === null || now < until);
  return [...new Set(bound.map(({ guardrail }) => guardrail))];
}
