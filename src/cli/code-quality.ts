/** Diagnostics as the code quality report that GitLab shows beside the lines of a merge request. */
import { createHash } from "node:crypto";
import type { Diagnostic } from "../language/diagnostic.ts";
import { placeJson, wholeText } from "./report.ts";

const SEVERITIES = { error: "major", warning: "minor" } as const satisfies Record<Diagnostic["severity"], string>;

/** Writes the report; paths are as seen from where the command runs. */
export function codeQuality(diagnostics: readonly Diagnostic[], dir: string): string {
  const seen = new Map<string, number>();
  const issues = diagnostics.map((diagnostic) => {
    const { code, severity, span, message } = diagnostic;
    const { file, line } = placeJson(span, dir);
    const same = JSON.stringify([code, file, message]);
    const before = seen.get(same) ?? 0;
    seen.set(same, before + 1);
    return {
      check_name: code,
      description: wholeText(diagnostic, dir),
      severity: SEVERITIES[severity],
      // Without the line: a fault that only moved is the same fault, neither mended nor new.
      fingerprint: createHash("sha256")
        .update(JSON.stringify([same, before]))
        .digest("hex"),
      location: { path: file, lines: { begin: line } },
    };
  });
  return `${JSON.stringify(issues, null, 2)}\n`;
}
