/** Findings of guardrails as SARIF 2.1.0, one rule for each pattern. */
import type { Confidence, Severity } from "../language/tree.ts";
import type { GuardFinding } from "./guard-finding.ts";
import { version } from "./version.ts";

const LEVELS = { low: "note", medium: "warning", high: "error", critical: "error" } as const satisfies Record<
  Severity,
  string
>;
/** What code hosts sort by: 0 to 10. */
const SCORES = { low: "3.0", medium: "5.5", high: "8.0", critical: "9.5" } as const satisfies Record<Severity, string>;
const RANKS = { low: 20, medium: 60, high: 95 } as const satisfies Record<Confidence, number>;

/** Writes the log of a run. */
export function guardSarif(findings: readonly GuardFinding[]): string {
  const rules = [...new Map(findings.map((finding) => [finding.pattern, finding])).values()];
  const run = {
    tool: { driver: { name: "sallyport", version: version(), rules: rules.map(ruleOf) } },
    columnKind: "utf16CodeUnits",
    results: findings.map((finding) =>
      resultOf(
        finding,
        rules.findIndex(({ pattern }) => pattern === finding.pattern),
      ),
    ),
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ pattern, severity }: GuardFinding) {
  return {
    id: pattern,
    shortDescription: { text: `what the pattern ${pattern} finds` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { "security-severity": SCORES[severity], tags: ["security"] },
  };
}

function resultOf(finding: GuardFinding, ruleIndex: number) {
  const { pattern, severity, confidence, guardrail, action, excerpt, file, path, record, line, column } = finding;
  const uri = file.split(/[\\/]/).map(encodeURIComponent).join("/");
  // In a conversation the place in the file is that of its line; the path says the rest.
  const region = path === null ? { startLine: line, startColumn: column } : { startLine: record ?? 1 };
  return {
    ruleId: pattern,
    ruleIndex,
    level: LEVELS[severity],
    rank: RANKS[confidence],
    message: { text: `${pattern} (${severity}, ${confidence} confidence), ${action} by ${guardrail}: ${excerpt}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri }, region },
        ...(path === null ? {} : { logicalLocations: [{ fullyQualifiedName: `${path}:${line}:${column}` }] }),
      },
    ],
  };
}
