/** Diagnostics as SARIF 2.1.0, which code hosts show beside the lines. */
import { CODES, type Code } from "../language/codes.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Allowed } from "../model/allowances.ts";
import { placeJson } from "./report.ts";
import { version } from "./version.ts";

/** Writes a run of `gw`; paths are as seen from where the command runs. Allowed warnings are there, as suppressed. */
export function sarif(diagnostics: readonly Diagnostic[], dir: string, allowed: readonly Allowed[] = []): string {
  const all = [...diagnostics, ...allowed.map(({ diagnostic }) => diagnostic)];
  const codes = [...new Set(all.map(({ code }) => code))].sort();
  const run = {
    tool: { driver: { name: "sallyport", version: version(), rules: codes.map(ruleOf) } },
    columnKind: "utf16CodeUnits",
    results: [
      ...diagnostics.map((diagnostic) => resultOf(diagnostic, codes.indexOf(diagnostic.code), dir)),
      ...allowed.map(({ diagnostic, by }) => ({
        ...resultOf(diagnostic, codes.indexOf(diagnostic.code), dir),
        suppressions: [{ kind: "inSource", justification: by.reason ?? "" }],
      })),
    ],
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(code: Code) {
  const { severity, title, page } = CODES[code];
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: page },
    defaultConfiguration: { level: severity },
  };
}

function resultOf({ code, severity, span, message, help, notes }: Diagnostic, ruleIndex: number, dir: string) {
  const text = [message, ...(help === null ? [] : [help]), ...notes.map((note) => note.message)].join("\n");
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text },
    locations: [locationOf(span, dir)],
    relatedLocations: notes.flatMap((note) => {
      return note.span === null ? [] : [{ ...locationOf(note.span, dir), message: { text: note.message } }];
    }),
  };
}

function locationOf(span: Diagnostic["span"], dir: string) {
  const { file, line, column } = placeJson(span, dir);
  const uri = file.split(/[\\/]/).map(encodeURIComponent).join("/");
  return { physicalLocation: { artifactLocation: { uri }, region: { startLine: line, startColumn: column } } };
}
