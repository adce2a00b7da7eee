/** `gw policy check DIR`: is the text right, and do its invariants hold? Tests are `gw policy test`'s affair. */
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import { ended } from "../model/ended.ts";
import type { Built } from "../revision/build.ts";
import type { Loaded } from "../revision/load.ts";
import { annotations } from "./annotations.ts";
import { codeQuality } from "./code-quality.ts";
import { loadFor } from "./reading.ts";
import { brokenOf, count, diagnosticsJson, drawDiagnostics } from "./report.ts";
import { sarif } from "./sarif.ts";
import type { Terminal } from "./terminal.ts";

/** What is checked and how it is told. */
export interface CheckOptions {
  readonly format: "text" | "json" | "sarif" | "github" | "gitlab";
  /** The day on which keys and statements may have ended, and from which on invariants have to hold; now when not said. */
  readonly at?: number;
}

/** Checks a policy directory; answers 0 when it has no error. */
export async function policyCheck(dir: string, { format, at }: CheckOptions, terminal: Terminal): Promise<0 | 1> {
  const loaded = await loadFor("policy check", dir, at);
  const found = findingsOf(loaded.built, at ?? Date.now());
  const ok = loaded.built.table !== null && loaded.built.proofs?.broken === 0;
  if (format === "text") tell(dir, loaded, found, terminal);
  else terminal.out.write(told(dir, loaded, { format, ok, found }));
  return ok ? 0 : 1;
}

interface Findings {
  readonly format: Exclude<CheckOptions["format"], "text">;
  readonly ok: boolean;
  readonly found: readonly Diagnostic[];
}

function told(dir: string, loaded: Loaded, { format, ok, found }: Findings): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(asJson(dir, loaded, { ok, found }), null, 2)}\n`;
    case "sarif":
      return sarif(found, dir);
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
  diagnostics: readonly Diagnostic[],
  { out }: Terminal,
): void {
  if (diagnostics.length > 0) out.write(`${drawDiagnostics(diagnostics, { dir, texts }, out)}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const found = [errors > 0 ? count(errors, "error") : [], warnings > 0 ? count(warnings, "warning") : []].flat();
  if (table === null || errors > 0) out.write(`${out.style("red", "not good:")} ${found.join(", ")} in ${dir}\n`);
  else {
    const keys = count(table.keys.size, "key");
    const proved = proofs === null || proofs.proved === 0 ? [] : [`${count(proofs.proved, "invariant")} proved`];
    const rest = [keys, ...proved, ...found, `revision ${revision.id}`].join(", ");
    out.write(`${out.style("green", "good:")} ${dir}, ${rest}\n`);
  }
}

function findingsOf(built: Built, now: number): readonly Diagnostic[] {
  const over = built.model === null ? [] : ended(built.model, now);
  return [...built.diagnostics, ...brokenOf(built), ...over].sort(byPlace);
}

function asJson(dir: string, { built, revision }: Loaded, { ok, found }: Pick<Findings, "ok" | "found">) {
  return {
    ok,
    directory: dir,
    revision,
    keys: built.table?.keys.size ?? null,
    invariants: built.proofs && { proved: built.proofs.proved, broken: built.proofs.broken },
    diagnostics: diagnosticsJson(found, dir),
  };
}
