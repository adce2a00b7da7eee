/** `gw policy check DIR`: is the text right, do its invariants hold, what is remarkable? Tests are `gw policy test`'s affair. */
import { lintWhole } from "../analysis/lint.ts";
import type { PatternCosts } from "../analysis/pattern-cost.ts";
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Allowed } from "../model/allowances.ts";
import type { Built } from "../revision/build.ts";
import type { Loaded } from "../revision/load.ts";
import { annotations } from "./annotations.ts";
import { codeQuality } from "./code-quality.ts";
import { Complaint } from "./complaint.ts";
import { drawPatterns, patternsJson } from "./pattern-report.ts";
import { loadFor } from "./reading.ts";
import { brokenOf, count, diagnosticsJson, drawDiagnostics, placeJson } from "./report.ts";
import { sarif } from "./sarif.ts";
import type { Terminal } from "./terminal.ts";

/** What is checked and how it is told. */
export interface CheckOptions {
  readonly format: "text" | "json" | "sarif" | "github" | "gitlab";
  /** The day on which keys and statements may have ended, and from which on invariants have to hold; now when not said. */
  readonly at?: number;
  /** A warning that nobody allowed fails the check. */
  readonly denyWarnings: boolean;
  /** Patterns are measured too, which takes a moment. */
  readonly patterns: boolean;
}

/** Checks a policy directory; answers 0 when it has no error. */
export async function policyCheck(dir: string, options: CheckOptions, terminal: Terminal): Promise<0 | 1> {
  const { format, at, denyWarnings, patterns } = options;
  if (patterns && format !== "text" && format !== "json") {
    throw new Complaint(`\`--patterns\` cannot be told in the format ${format}`, "use `text` or `json`");
  }
  const loaded = await loadFor("policy check", dir, at);
  const findings = findingsOf(loaded.built, at ?? Date.now());
  const isSound = loaded.built.table !== null && loaded.built.proofs?.broken === 0;
  const ok = isSound && !(denyWarnings && findings.found.length > 0);
  const verdict = { ok, ...findings, costs: patterns ? await costsOf(loaded.built) : null };
  if (format === "text") tell(dir, loaded, verdict, terminal);
  else terminal.out.write(told(dir, loaded, verdict, format));
  return ok ? 0 : 1;
}

async function costsOf({ model, table }: Built): Promise<PatternCosts | null> {
  if (model === null || table === null) return null;
  const { patternCosts } = await import("../analysis/pattern-cost.ts");
  return patternCosts(model, table, () => performance.now());
}

interface Findings {
  readonly found: readonly Diagnostic[];
  readonly allowed: readonly Allowed[];
}
interface Verdict extends Findings {
  readonly ok: boolean;
  readonly costs: PatternCosts | null;
}

function told(dir: string, loaded: Loaded, verdict: Verdict, format: Exclude<CheckOptions["format"], "text">): string {
  const { found, allowed } = verdict;
  switch (format) {
    case "json":
      return `${JSON.stringify(asJson(dir, loaded, verdict), null, 2)}\n`;
    case "sarif":
      return sarif(found, dir, allowed);
    case "github":
      return annotations(found, dir);
    case "gitlab":
      return codeQuality(found, dir);
    default:
      return format satisfies never;
  }
}

function tell(
  dir: string,
  { built: { table, proofs }, texts, revision }: Loaded,
  { ok, found, allowed, costs }: Verdict,
  { out }: Terminal,
): void {
  if (costs !== null) out.write(`${drawPatterns(costs, dir, out)}\n`);
  if (found.length > 0) out.write(`${drawDiagnostics(found, { dir, texts }, out)}\n`);
  const errors = found.filter(({ severity }) => severity === "error").length;
  const warnings = found.length - errors;
  const counts = [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
    ...(allowed.length > 0 ? [`${count(allowed.length, "warning")} allowed`] : []),
  ];
  if (!ok || table === null) {
    out.write(`${out.style("red", "not good:")} ${counts.join(", ")} in ${dir}\n`);
    return;
  }
  const keys = count(table.keys.size, "key");
  const proved = proofs === null || proofs.proved === 0 ? [] : [`${count(proofs.proved, "invariant")} proved`];
  const rest = [keys, ...proved, ...counts, `revision ${revision.id}`].join(", ");
  out.write(`${out.style("green", "good:")} ${dir}, ${rest}\n`);
}

function findingsOf(built: Built, now: number): Findings {
  const { model, table, diagnostics, allowed } = built;
  const remarks = model === null || table === null ? { told: [], allowed: [] } : lintWhole(model, table, now);
  return {
    found: [...diagnostics, ...brokenOf(built), ...remarks.told].sort(byPlace),
    allowed: [...allowed, ...remarks.allowed].sort((a, b) => byPlace(a.diagnostic, b.diagnostic)),
  };
}

function asJson(dir: string, { built, revision }: Loaded, { ok, found, allowed, costs }: Verdict) {
  const reasons = allowed.map(({ by }) => ({ reason: by.reason, allowedAt: placeJson(by.span, dir) }));
  const remarks = diagnosticsJson(
    allowed.map(({ diagnostic }) => diagnostic),
    dir,
  );
  return {
    ok,
    directory: dir,
    revision,
    keys: built.table?.keys.size ?? null,
    invariants: built.proofs && { proved: built.proofs.proved, broken: built.proofs.broken },
    diagnostics: diagnosticsJson(found, dir),
    allowed: remarks.map((remark, index) => ({ ...remark, ...reasons[index]! })),
    patterns: costs && patternsJson(costs, dir),
  };
}
