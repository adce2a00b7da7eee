/** Findings added up for the record: by what found them, where, and what was done. Values only as the ids that placeholders have. */
import type { Finding } from "../audit/entry.ts";
import { type Deeds, deedsOf } from "../decision/deeds.ts";
import type { Mark } from "../decision/mark.ts";
import type { TableGuardrail } from "../decision/table.ts";
import type { AnswerReport, Fate } from "../wire/anthropic/answer.ts";
import type { Conversation } from "./conversation.ts";
import type { Texts } from "./plane.ts";

/** Different values of a finding whose ids are recorded. */
const MOST_VALUES = 5;

/** What guardrails found in a request. */
export function findingsIn({ spans }: Texts, marks: readonly (readonly Mark[])[], refused: boolean): Finding[] {
  const sums = new Map<string, Counted<Uncounted>>();
  for (const [index, of] of marks.entries()) {
    const { place } = spans[index]!;
    for (const { ruling, text, id } of of) {
      if (ruling === null) continue;
      const { guardrail, pattern, deeds } = ruling;
      const acts = actsOf(deeds, { refused, changed: text !== null });
      add(sums, { guardrail, pattern, stage: "request", place, ...acts }, { count: 1, ids: [id] });
    }
  }
  return [...sums.values()];
}

/** What was really done. Older content is not turned away: a placeholder stands for it, unless it may not be changed. */
function actsOf(
  { done, observed }: Deeds,
  { refused, changed }: { readonly refused: boolean; readonly changed: boolean },
): Pick<Finding, "done" | "observed"> {
  if (done?.kind !== "reject" || refused) return { done: done?.kind ?? null, observed: observed?.kind ?? null };
  return changed ? { done: "redact", observed: null } : { done: null, observed: "reject" };
}

/** What was done where the action as written was not. */
const FATES = { ruled: null, kept: "flag", withheld: "withhold" } as const satisfies Record<Fate, Finding["done"]>;

/** What guardrails found in an answer. */
export function findingsInAnswer(
  guardrails: readonly TableGuardrail[],
  hits: AnswerReport["hits"],
  conversation: Conversation | null,
): Finding[] {
  const sums = new Map<string, Counted<Uncounted>>();
  for (const { guardrail: index, pattern, fate, count, values } of hits) {
    const guardrail = guardrails[index]!;
    const deeds = deedsOf(guardrail, pattern);
    const done = FATES[fate] ?? deeds.done?.kind ?? null;
    const observed = deeds.observed?.kind ?? null;
    const ids = conversation === null ? [] : values.map((value) => conversation.secrets.idOf(value));
    add(sums, { guardrail: guardrail.name, pattern, stage: "response", place: null, done, observed }, { count, ids });
  }
  return [...sums.values()];
}

type Uncounted = Omit<Finding, "count" | "values">;

/** What was found, and how often so far. */
export type Counted<F> = F & { count: number; readonly values: string[] };

/** Adds to what was found alike. */
export function add<F extends object>(
  sums: Map<string, Counted<F>>,
  finding: F,
  { count, ids }: { readonly count: number; readonly ids: readonly string[] },
): void {
  const key = Object.values(finding).join("\u0000");
  let sum = sums.get(key);
  if (sum === undefined) {
    sum = { ...finding, count: 0, values: [] };
    sums.set(key, sum);
  }
  sum.count += count;
  for (const id of ids) {
    if (id !== "" && sum.values.length < MOST_VALUES && !sum.values.includes(id)) sum.values.push(id);
  }
}
