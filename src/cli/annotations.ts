/** Diagnostics as workflow commands of GitHub Actions, which show them beside the lines of a pull request. */
import type { Diagnostic } from "../language/diagnostic.ts";
import { placeJson, wholeText } from "./report.ts";

/** One command a diagnostic, each on its own line. */
export function annotations(diagnostics: readonly Diagnostic[], dir: string): string {
  return diagnostics.map((diagnostic) => `${annotationOf(diagnostic, dir)}\n`).join("");
}

function annotationOf(diagnostic: Diagnostic, dir: string): string {
  const { code, severity, span } = diagnostic;
  const { file, line, column } = placeJson(span, dir);
  const place = `file=${property(file)},line=${line},col=${column},title=${code}`;
  return `::${severity} ${place}::${data(wholeText(diagnostic, dir))}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
