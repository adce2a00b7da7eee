/**
 * What guardrails, services and observed statements had to say about a request, which calls in its answer were withheld, and
 * what became of what a tool gave back, in a few words for a line of the trail.
 */
import type { Asking, DecisionBody, Finding, HeardBody, Observed, OutcomeBody, ReturnBody, ToolUse } from "./entry.ts";

/** The remarks on a request and its answer; none when all was silent. */
export function remarksOn(decided: DecisionBody, outcome: OutcomeBody | null): readonly string[] {
  return [
    ...foundIn([...decided.findings, ...(outcome?.findings ?? [])]),
    ...calledIn(outcome?.toolUses ?? []),
    ...decided.asked.flatMap(saidBy),
    ...(decided.observed === null ? [] : [wouldHave(decided.observed, decided.effect)]),
  ];
}

/** The remarks on what a tool gave back, or on what else its server said. */
export function remarksOnReturn({ kind, oversize, search }: ReturnBody | HeardBody): readonly string[] {
  const where = kind === "return" ? "in the result" : "in what it said";
  const { found = [], withheld = null } = search ?? {};
  return [
    ...(oversize === null ? [] : [`too large: ${oversize.origin}`]),
    ...(withheld === null ? [] : [`withheld, not searched (${withheld.reason}): ${withheld.origin}`]),
    ...counted(found.map(({ done, pattern, count }) => ({ words: `${done} ${pattern} ${where}`, count }))),
  ];
}

function foundIn(findings: readonly Finding[]): string[] {
  return counted(
    findings.flatMap(({ guardrail, done, observed, count }) => [
      ...(done === null ? [] : [{ words: `${done} ${guardrail}`, count }]),
      ...(observed === null ? [] : [{ words: `would ${observed} ${guardrail}`, count }]),
    ]),
  );
}

/** The same words once, with how often they stood there. */
function counted(said: readonly { readonly words: string; readonly count: number }[]): string[] {
  const counts = new Map<string, number>();
  for (const { words, count } of said) counts.set(words, (counts.get(words) ?? 0) + count);
  return [...counts].map(([words, count]) => (count === 1 ? words : `${words} (${count})`));
}

function calledIn(uses: readonly ToolUse[]): string[] {
  const words = uses.flatMap(({ name, withheld, observed }) => [
    ...(withheld === null ? [] : [`withheld ${name}: ${withheld.reason}`]),
    ...(observed === null ? [] : [`would ${observed.effect === "refuse" ? "withhold" : "let through"} ${name}`]),
  ]);
  return counted(words.map((each) => ({ words: each, count: 1 })));
}

function saidBy({ service, verdict, trouble }: Asking): string[] {
  if (verdict === "flagged") return [`${service} flags it`];
  return trouble === null ? [] : [`${service}: no verdict (${trouble})`];
}

const MOST_TOOLS = 3;

/** What observed statements would have decided. */
export function wouldHave({ effect, reason, stripped }: Observed, was: DecisionBody["effect"]): string {
  if (effect === "refuse") return `would be refused: ${reason}`;
  if (was === "refuse") return "would be allowed";
  const tools = stripped.slice(0, MOST_TOOLS).join(", ");
  const more = stripped.length > MOST_TOOLS ? ` and ${stripped.length - MOST_TOOLS} more` : "";
  return stripped.length === 0 ? "would keep more tools" : `would lose ${tools}${more}`;
}
