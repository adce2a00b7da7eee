/** Patterns and guardrails: expressions checked, examples tried, packs of patterns expanded. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type {
  Confidence,
  Encoding,
  GuardAction,
  GuardrailDeclaration,
  PatternName,
  Place,
  Regex,
  Severity,
  Stage,
} from "../language/tree.ts";
import type { Declared } from "./declared.ts";
import { fault } from "./fault.ts";
import { NO_FILTER } from "./filters/filter.ts";
import type { Deed, Expression, Guardrail, GuardrailAction, Pattern, PatternList } from "./model.ts";
import { filterOf } from "./pattern-filter.ts";
import { lookFor } from "./pattern-finds.ts";
import { checkSearched } from "./searched-expression.ts";

type Report = (diagnostic: Diagnostic) => void;

/** Places that a guardrail looks at when it does not say. */
const EVERY_PLACE: readonly Place[] = ["user", "tool-result", "tool-input", "system", "document"];

/** What a pattern finds is grave until it says otherwise. */
const SEVERITY: Severity = "high";
const CONFIDENCE: Confidence = "high";

/** How long a service may take when the guardrail does not say. */
const TIMEOUT_MS = 800;

/** Every pattern by full name, its expressions checked and its examples tried. */
export function buildPatterns(declared: Declared, report: Report): Map<string, Pattern> {
  const patterns = new Map<string, Pattern>();
  for (const { name, pack, declaration } of declared.patterns.values()) {
    // What was translated from another format is reported where that is done.
    const written = pack === null || declared.packs.get(pack)?.version !== null;
    const { matches, span } = declaration;
    const hits = declaration.hits.map(({ text, span }) => ({ text, span }));
    const misses = declaration.misses.map(({ text, span }) => ({ text, span }));
    const expressions = expressionsOf(matches, written ? report : () => {});
    const { severity, confidence } = declaration;
    const grade = { severity: severity ?? SEVERITY, confidence: confidence ?? CONFIDENCE };
    const pattern: Pattern = { name, ...grade, filter: filterOf(declaration, report), expressions, hits, misses, span };
    patterns.set(name, pattern);
    if (expressions.length === matches.length) tryExamples(pattern, report);
  }
  return patterns;
}

function expressionsOf(matches: readonly Regex[], report: Report): Expression[] {
  return matches.flatMap((regex) => {
    const { expression, diagnostics } = checkSearched(regex);
    for (const diagnostic of diagnostics) report(diagnostic);
    return expression ? [expression] : [];
  });
}

function tryExamples(pattern: Pattern, report: Report): void {
  const { name, hits, misses } = pattern;
  for (const { text, span } of hits) {
    const outcome = lookFor(pattern, text);
    if (outcome.found) continue;
    const why =
      outcome.dropped === null ? "does not match its hit" : `matches its hit, and ${outcome.dropped} drops it`;
    report(fault("GW4004", span, `pattern \`${name}\` ${why}`, null));
  }
  for (const { text, span } of misses) {
    if (lookFor(pattern, text).found) report(fault("GW4005", span, `pattern \`${name}\` matches its miss`, null));
  }
}

/** The guardrails, each with the patterns that it looks for. Unknown patterns are known-names.ts's to report. */
export function buildGuardrails(
  declared: Declared,
  patterns: ReadonlyMap<string, Pattern>,
  report: Report,
): Guardrail[] {
  return [...declared.guardrails.values()].map(({ name, declaration }) => ({
    name,
    on: [...new Set<Stage>(declaration.on.map(({ stage }) => stage))],
    in: declaration.in.length === 0 ? EVERY_PLACE : [...new Set<Place>(declaration.in.map(({ place }) => place))],
    patterns: patternsOf(declaration, patterns, report),
    decode: [...new Set<Encoding>(declaration.decode.map(({ encoding }) => encoding))],
    sample: declaration.sample?.percent ?? 100,
    ask: askOf(declaration),
    actions: declaration.actions.map(actionOf),
    doc: declaration.doc,
    span: declaration.name.span,
  }));
}

function patternsOf(
  { name, match }: GuardrailDeclaration,
  patterns: ReadonlyMap<string, Pattern>,
  report: Report,
): Pattern[] {
  const chosen = new Map<string, Pattern>();
  const bare = match.flatMap((part) => (part.kind === "regex" ? [part.regex] : []));
  const expressions = expressionsOf(bare, report);
  if (expressions.length > 0) {
    chosen.set(`/${name.text}/`, {
      name: name.text,
      severity: SEVERITY,
      confidence: CONFIDENCE,
      filter: NO_FILTER,
      expressions,
      hits: [],
      misses: [],
      span: expressions[0]!.span,
    });
  }
  const named = match.filter((part) => part.kind !== "regex");
  for (const pattern of patternsNamed(named, patterns)) chosen.set(pattern.name, pattern);
  return [...chosen.values()];
}

/** The patterns that names stand for, each once. Unknown names are known-names.ts's to report. */
function patternsNamed(names: readonly PatternName[], patterns: ReadonlyMap<string, Pattern>): Pattern[] {
  const chosen = new Map<string, Pattern>();
  for (const { kind, name } of names) {
    const single = patterns.get(name.text);
    if (single) chosen.set(single.name, single);
    else if (kind === "pack") {
      for (const pattern of patterns.values()) {
        if (pattern.name.startsWith(`${name.text}.`)) chosen.set(pattern.name, pattern);
      }
    }
  }
  return [...chosen.values()];
}

/** The same with what is written; null when nothing is. */
export function namedPatterns(
  names: readonly PatternName[],
  patterns: ReadonlyMap<string, Pattern>,
): PatternList | null {
  if (names.length === 0) return null;
  const entries = names.map((entry) => ({
    written: entry.kind === "pack" ? `@${entry.name.text}` : entry.name.text,
    patterns: patternsNamed([entry], patterns),
    span: entry.span,
  }));
  return { entries, written: entries.map(({ written }) => written), patterns: patternsNamed(names, patterns) };
}

function askOf({ ask, timeout, onError }: GuardrailDeclaration): Guardrail["ask"] {
  if (ask === null) return null;
  return { service: ask.service.text, timeoutMs: timeout?.ms ?? TIMEOUT_MS, onError: onError?.effect ?? "block" };
}

function actionOf({ deed, at, observe }: GuardAction): GuardrailAction {
  const done: Deed = deed.kind === "reject" ? { kind: "reject", message: deed.message.text } : deed;
  return { deed: done, at: at ?? "low", observe };
}
