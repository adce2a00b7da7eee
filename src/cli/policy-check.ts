/** `gw policy check DIR`: is the text right? Tests are `gw policy test`'s affair. */
import type { Loaded } from "../revision/load.ts";
import { loadFor } from "./reading.ts";
import { count, diagnosticsJson, drawDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** Checks a policy directory; answers 0 when it has no error. */
export async function policyCheck(dir: string, format: "text" | "json", terminal: Terminal): Promise<0 | 1> {
  const loaded = await loadFor("policy check", dir);
  const ok = loaded.built.table !== null;
  if (format === "json") terminal.out.write(`${JSON.stringify(asJson(dir, loaded, ok), null, 2)}\n`);
  else tell(dir, loaded, terminal);
  return ok ? 0 : 1;
}

function tell(dir: string, { built, texts, revision }: Loaded, { out }: Terminal): void {
  const { diagnostics, table } = built;
  if (diagnostics.length > 0) out.write(`${drawDiagnostics(diagnostics, { dir, texts }, out)}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const found = [errors > 0 ? count(errors, "error") : [], warnings > 0 ? count(warnings, "warning") : []].flat();
  if (table === null) out.write(`${out.style("red", "not good:")} ${found.join(", ")} in ${dir}\n`);
  else {
    const keys = count(table.keys.size, "key");
    const rest = [keys, ...found, `revision ${revision.id}`].join(", ");
    out.write(`${out.style("green", "good:")} ${dir}, ${rest}\n`);
  }
}

function asJson(dir: string, { built, revision }: Loaded, ok: boolean) {
  return {
    ok,
    directory: dir,
    revision,
    keys: built.table?.keys.size ?? null,
    diagnostics: diagnosticsJson(built.diagnostics, dir),
  };
}
