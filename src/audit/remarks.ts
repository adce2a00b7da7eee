/** What guardrails, services and observed statements had to say about a request, in a few words for a line of the trail. */
import type { Asking, DecisionBody, Finding, Observed, OutcomeBody } from "./entry.ts";

/** The remarks on a request and its answer; none when all was silent. */
export function remarksOn(decided: DecisionBody, outcome: OutcomeBody | null): readonly string[] {
  return [
    ...foundIn([...decided.findings, ...(outcome?.findings ?? [])]),
    ...decided.asked.flatMap(saidBy),
    ...(decided.observed === null ? [] : [wouldHave(decided.observed, decided.effect)]),
  ];
}

function foundIn(findings: readonly Finding[]): string[] {
  const counts = new Map<string, number>();
  const add = (words: string, count: number): void => void counts.set(words, (counts.get(words) ?? 0) + count);
  for (const { guardrail, done, observed, count } of findings) {
    if (done !== null) add(`${done} ${guardrail}`, count);
    if (observed !== null) add(`would ${observed} ${guardrail}`, count);
  }
  return [...counts].map(([words, count]) => (count === 1 ? words : `${words} (${count})`));
}

function saidBy({ service, verdict, trouble }: Asking): string[] {
  if (verdict === "flagged") return [`${service} flags it`];
  return trouble === null ? [] : [`${service}: no verdict (${trouble})`];
}

const MOST_TOOLS = 3;

function wouldHave({ effect, reason, stripped }: Observed, was: DecisionBody["effect"]): string {
  if (effect === "refuse") return `would be refused: ${reason}`;
  if (was === "refuse") return "would be allowed";
  const tools = stripped.slice(0, MOST_TOOLS).join(", ");
  const more = stripped.length > MOST_TOOLS ? ` and ${stripped.length - MOST_TOOLS} more` : "";
  return stripped.length === 0 ? "would keep more tools" : `would lose ${tools}${more}`;
}
