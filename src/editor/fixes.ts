/**
 * What can be done about a diagnostic, as an edit: the nearest name, the form that a value should have, the line that is
 * missing; and of a warning, the comment that allows it.
 */
import type { Diagnostic } from "../language/diagnostic.ts";
import { isAllowable } from "../model/allowances.ts";
import type { Edit } from "./format.ts";
import type { OpenPolicy } from "./open-policy.ts";

/** One way to mend a fault. */
export interface Fix {
  readonly title: string;
  readonly diagnostic: Diagnostic;
  readonly edit: Edit;
  /** True for what is most likely meant. */
  readonly preferred: boolean;
}

/** The ways to mend the faults that touch a stretch of a file. */
export function fixesIn(policy: OpenPolicy, path: string, range: { start: number; end: number }): readonly Fix[] {
  const text = policy.texts.get(path);
  if (text === undefined) return [];
  return policy
    .findings(path)
    .filter(({ span }) => span.start <= range.end && range.start <= span.end)
    .flatMap((diagnostic) => [fixOf(diagnostic, text), allowing(diagnostic, text)])
    .filter((fix) => fix !== null);
}

/** Helps that end with what should stand in the place of the fault. */
const INSTEAD =
  /^(?:did you mean|write|add a period:|add `Z` or an offset:|put it in quotes:|digits are grouped by `_`:|money begins with `\$`:) `([^`]+)`\??(?: \(\S+\))?$/;

function fixOf(diagnostic: Diagnostic, text: string): Fix | null {
  const { help, span } = diagnostic;
  const found = help === null ? null : INSTEAD.exec(help);
  const wanted = found?.[1];
  if (wanted !== undefined) {
    const old = text.slice(span.start, span.end);
    if (old.startsWith("@") !== wanted.startsWith("@") && !MAY_CHANGE_SIGN.has(diagnostic.code)) return null;
    const isQuoted = old.startsWith('"') && !wanted.startsWith('"');
    const edit = { start: span.start, end: span.end, text: isQuoted ? `"${wanted}"` : wanted };
    return { title: `Replace with ${wanted}`, diagnostic, edit, preferred: true };
  }
  return missingLine(diagnostic, text);
}

/** Faults in which a name lacks its sign. */
const MAY_CHANGE_SIGN: ReadonlySet<string> = new Set(["GW2008", "GW2019", "GW2020"]);

function missingLine(diagnostic: Diagnostic, text: string): Fix | null {
  const { code, help } = diagnostic;
  if (code === "GW1001" && help === "begin it with `language 1`") {
    const edit = { start: 0, end: 0, text: "language 1\n\n" };
    return { title: "Begin the file with language 1", diagnostic, edit, preferred: true };
  }
  const use = /add `(use \S+ from builtin)`/.exec(help ?? "")?.[1];
  if (use === undefined) return null;
  const first = /^language.*$/m.exec(text);
  const at = first === null ? 0 : first.index + first[0].length;
  const edit = { start: at, end: at, text: `\n\n${use}` };
  return { title: `Add ${use}`, diagnostic, edit, preferred: true };
}

/** A comment above the line. It gives no reason, which is a warning itself until its author has written one. */
function allowing(diagnostic: Diagnostic, text: string): Fix | null {
  const { code, severity, span } = diagnostic;
  if (severity === "error" || !isAllowable(code)) return null;
  const lineStart = text.lastIndexOf("\n", span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? "";
  const edit = { start: lineStart, end: lineStart, text: `${indent}# allow ${code}:\n` };
  return { title: `Allow ${code} here, and say why`, diagnostic, edit, preferred: false };
}
