/** `gw policy check DIR`: is the text right? Tests are `gw policy test`'s affair. */
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import { ended } from "../model/ended.ts";
import type { Loaded } from "../revision/load.ts";
import { loadFor } from "./reading.ts";
import { count, diagnosticsJson, drawDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** How a check is asked for. `now` is the day on which keys and statements may have ended. */
export interface CheckOptions {
  readonly format: "text" | "json";
  readonly now: number;
}

/** Checks a policy directory; answers 0 when it has no error. */
export async function policyCheck(dir: string, { format, now }: CheckOptions, terminal: Terminal): Promise<0 | 1> {
  const loaded = await loadFor("policy check", dir);
  const { model, table, diagnostics } = loaded.built;
  const over = model === null ? [] : ended(model, now);
  const found = [...diagnostics, ...over].sort(byPlace);
  if (format === "json") terminal.out.write(`${JSON.stringify(asJson(dir, loaded, found), null, 2)}\n`);
  else tell(dir, loaded, found, terminal);
  return table === null ? 1 : 0;
}

function tell(
  dir: string,
  { built: { table }, texts, revision }: Loaded,
  diagnostics: readonly Diagnostic[],
  { out }: Terminal,
): void {
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

function asJson(dir: string, { built, revision }: Loaded, diagnostics: readonly Diagnostic[]) {
  return {
    ok: built.table !== null,
    directory: dir,
    revision,
    keys: built.table?.keys.size ?? null,
    diagnostics: diagnosticsJson(diagnostics, dir),
  };
}
