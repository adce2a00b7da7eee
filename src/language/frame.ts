/**
 * A diagnostic drawn for people: headline, place, the line itself with carets under the fault and the help beside them,
 * then the notes. Plain text by default; a style wraps the parts in colour.
 */
import type { Diagnostic, Note } from "./diagnostic.ts";
import { withoutSecrets } from "./secret-forms.ts";
import { place, type Span } from "./source.ts";

/** How the parts of a frame are painted. */
export interface Style {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const PLAIN: Style = { error: same, warning: same, bold: same, dim: same };

function same(text: string): string {
  return text;
}

/** Faults about the examples of patterns, which are made up and of use only when they can be read. */
const OF_EXAMPLES: ReadonlySet<Diagnostic["code"]> = new Set(["GW4004", "GW4005"]);

/** The most of a line that is shown. */
const WIDTH = 160;

/** The frame of one diagnostic, without a line break at its end. */
export function frame(diagnostic: Diagnostic, sourceText: string, style: Style = PLAIN): string {
  const { code, severity, span, message, help, notes } = diagnostic;
  const paint = style[severity];
  const number = String(span.line);
  const margin = " ".repeat(number.length + 1);
  const bar = style.dim("|");
  const { line, carets } = excerpt(diagnostic, sourceText);
  return [
    `${paint(`${severity}[${code}]`)}${style.bold(`: ${message}`)}`,
    `${margin.slice(1)} ${style.dim("-->")} ${span.path}:${span.line}:${span.column}`,
    `${margin} ${bar}`,
    ` ${style.dim(number)} ${bar} ${line}`.trimEnd(),
    `${margin} ${bar} ${carets.indent}${paint(carets.marks)}${help === null ? "" : ` ${help}`}`,
    ...notes.map((note) => `${margin} ${style.dim("=")} ${noteText(note)}`),
  ].join("\n");
}

function noteText(note: Note): string {
  return note.span === null ? note.message : `${note.message} (${place(note.span)})`;
}

/** The line of the fault, cut to a window when it is long, and what stands under it. */
function excerpt(
  { span, code }: Diagnostic,
  sourceText: string,
): { line: string; carets: { indent: string; marks: string } } {
  const lineStart = span.start - span.column + 1;
  const lineEnd = sourceText.indexOf("\n", span.start);
  const written = sourceText.slice(lineStart, lineEnd < 0 ? sourceText.length : lineEnd).replace(/\r$/, "");
  // No form of a secret runs over the end of a line.
  const full = OF_EXAMPLES.has(code) ? written : withoutSecrets(masked(written, code, span));
  const from = span.column - 1 > WIDTH - 40 ? span.column - 41 : 0;
  const shown = full.slice(from, from + WIDTH);
  const start = span.column - 1 - from;
  const length = Math.max(1, Math.min(span.end - span.start, shown.length - start));
  const line = `${from > 0 ? "…" : ""}${shown}${from + WIDTH < full.length ? "…" : ""}`;
  const before = `${from > 0 ? " " : ""}${shown.slice(0, start)}`;
  return { line: visible(line), carets: { indent: before.replace(/[^\t]/g, " "), marks: "^".repeat(length) } };
}

/** A secret in the line is pointed at and not repeated. */
function masked(line: string, code: Diagnostic["code"], { start, end, column }: Span): string {
  if (code !== "GW4001") return line;
  const secret = line.slice(column - 1, column - 1 + end - start);
  return line.slice(0, column - 1) + "*".repeat(secret.length) + line.slice(column - 1 + secret.length);
}

/** Signs that would move or hide text on a terminal are shown as a blot. */
function visible(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not reach a terminal
  return line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202A-\u202E\u2066-\u2069]/g, "\ufffd");
}
