/** Guardrails as the table has them, and what is looked for in results of tools, which is laid in the same form. */
import type { Model, NamedPatterns, Pattern, ResultRule } from "../model/model.ts";
import { observedGuardrails } from "./duties.ts";
import { originAt } from "./origin.ts";
import type { TableGuardrail } from "./table.ts";

type TablePattern = TableGuardrail["patterns"][number];

/** Lays a pattern; each once, however many name it, so that a pack takes its room once. */
export type PatternLayer = (pattern: Pattern) => TablePattern;

/** A layer that has laid nothing yet. */
export function patternLayer(): PatternLayer {
  const laid = new Map<Pattern, TablePattern>();
  return (pattern) => {
    const known = laid.get(pattern);
    if (known !== undefined) return known;
    const { name, severity, confidence, filter } = pattern;
    const expressions = pattern.expressions.map(({ span: _, ...expression }) => expression);
    const made = { name, severity, confidence, filter, expressions };
    laid.set(pattern, made);
    return made;
  };
}

/** The guardrails of a policy, then the twins of those that are observed somewhere. */
export function layGuardrails(model: Model, lay: PatternLayer): TableGuardrail[] {
  const own = model.guardrails.map(({ patterns, doc: _doc, span, ...guardrail }): TableGuardrail => {
    const origin = originAt(span, `guardrail ${guardrail.name}`);
    return { ...guardrail, patterns: patterns.map(lay), twinOf: null, origin };
  });
  const twins = observedGuardrails(model).map((index): TableGuardrail => {
    const actions = own[index]!.actions.map((action) => ({ ...action, observe: true }));
    return { ...own[index]!, actions, twinOf: index };
  });
  return [...own, ...twins];
}

/** What all lines about results look for, and what each of them does. */
export interface Sought {
  readonly all: readonly TableGuardrail[];
  readonly of: (rule: ResultRule) => readonly number[];
}

/** Lines that look for the same share it, however many they are: a search is made of it once. */
export function laySought({ nodes }: Model, lay: PatternLayer): Sought {
  const all: TableGuardrail[] = [];
  const indices = new Map<string, number>();
  const add = (deed: "redact" | "flag", named: NamedPatterns | null, { span }: ResultRule): readonly number[] => {
    if (named === null) return [];
    const names = named.patterns.map(({ name }) => name).sort();
    const key = `${deed} ${names.join(" ")}`;
    const known = indices.get(key) ?? all.length;
    indices.set(key, known);
    if (known === all.length) {
      const origin = originAt(span, `results … ${deed} ${named.written.join(", ")}`);
      all.push({ ...SOUGHT[deed], name: key, patterns: named.patterns.map(lay), origin });
    }
    return [known];
  };
  const of = (rule: ResultRule) => [...add("redact", rule.redact, rule), ...add("flag", rule.flag, rule)];
  for (const { results } of nodes) results.forEach(of);
  return { all, of };
}

/** All but the patterns of it is the same everywhere; a result is looked at as what goes into a request is. */
const COMMON = { on: ["request"], in: ["tool-result"], decode: [], sample: 100, ask: null, twinOf: null } as const;
const SOUGHT = {
  redact: { ...COMMON, actions: [{ deed: { kind: "redact", restore: false }, at: "low", observe: false }] },
  flag: { ...COMMON, actions: [{ deed: { kind: "flag" }, at: "low", observe: false }] },
} as const;
