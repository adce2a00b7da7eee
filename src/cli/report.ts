/**
 * Diagnostics and failing tests as people and programs read them. Paths are shown as seen from where the command runs
 * (`policy/teams.policy:4:15`), so that a terminal can jump there; the policy itself only knows `teams.policy`.
 */
import { join } from "node:path";
import type { TestResult } from "../analysis/test.ts";
import { byPlace, type Diagnostic, type Note } from "../language/diagnostic.ts";
import { frame } from "../language/frame.ts";
import type { Span } from "../language/source.ts";
import type { Built } from "../revision/build.ts";
import type { Channel } from "./terminal.ts";

/** A diagnostic as JSON; lines and columns are counted from 1. */
export interface DiagnosticJson {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly help: string | null;
  readonly notes: readonly { readonly message: string; readonly place: PlaceJson | null }[];
}

/** A place as JSON. */
export interface PlaceJson {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What reports need to know of the directory they are about. */
export interface Shown {
  /** The directory as the user wrote it. */
  readonly dir: string;
  readonly texts: ReadonlyMap<string, string>;
}

/** What breaks the invariants of a policy. */
export function brokenOf({ proofs }: Built): readonly Diagnostic[] {
  return (proofs?.invariants ?? []).flatMap(({ failures }) => failures);
}

/** Draws diagnostics with their lines, one blank line between them. */
export function drawDiagnostics(diagnostics: readonly Diagnostic[], shown: Shown, channel: Channel): string {
  const drawn = diagnostics.map((diagnostic) =>
    frame(relocate(diagnostic, shown.dir), shown.texts.get(diagnostic.span.path) ?? "", {
      error: (text) => channel.style("red", text),
      warning: (text) => channel.style("yellow", text),
      dim: (text) => channel.style("dim", text),
      bold: (text) => channel.style("bold", text),
    }),
  );
  return drawn.map((text) => `${text}\n`).join("\n");
}

/** The same for programs. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[], dir: string): readonly DiagnosticJson[] {
  return diagnostics.map(({ code, severity, span, message, help, notes }) => ({
    code,
    severity,
    ...placeJson(span, dir),
    message,
    help,
    notes: notes.map((note) => ({ message: note.message, place: note.span && placeJson(note.span, dir) })),
  }));
}

/** A span's beginning, its path as seen from where the command runs. */
export function placeJson(span: Span, dir: string): PlaceJson {
  return { file: pathFrom(dir, span.path), line: span.line, column: span.column };
}

/** A note in one line, with its place: readers that take plain text have no other way to show where. */
export function noteText({ message, span }: Note, dir: string): string {
  if (span === null) return message;
  const { file, line } = placeJson(span, dir);
  return `${message} (${file}:${line})`;
}

/** All that a diagnostic says but its own place: message, help and notes, a line each. */
export function wholeText({ message, help, notes }: Diagnostic, dir: string): string {
  return [message, ...(help === null ? [] : [help]), ...notes.map((note) => noteText(note, dir))].join("\n");
}

/** Failing lines of tests, each with its place first, so that a terminal can jump there, and its reasons below. */
export function drawFindings(tests: readonly TestResult[], dir: string, channel: Channel): string {
  return tests.flatMap((test) => findingsOf(test).map((finding) => drawFinding(test, finding, dir, channel))).join("");
}

function findingsOf({ failures, warnings }: TestResult): readonly Diagnostic[] {
  return [...failures, ...warnings].sort(byPlace);
}

function drawFinding(test: TestResult, { span, severity, message, notes }: Diagnostic, dir: string, channel: Channel) {
  const { file, line, column } = placeJson(span, dir);
  const place = channel.style("bold", `${file}:${line}:${column}`);
  const words = severity === "error" ? message : `${channel.style("yellow", "warning:")} ${message}`;
  return [`${place}: ${words}`, `  in test "${test.name}"`, ...notes.map((note) => `  ${note.message}`), ""].join("\n");
}

/** `1 test`, `3 tests`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

function relocate(diagnostic: Diagnostic, dir: string): Diagnostic {
  const move = (span: Span): Span => ({ ...span, path: pathFrom(dir, span.path) });
  return {
    ...diagnostic,
    span: move(diagnostic.span),
    notes: diagnostic.notes.map((note) => ({ ...note, span: note.span && move(note.span) })),
  };
}

/** Builtin packs lie in no directory of the user's. */
function pathFrom(dir: string, path: string): string {
  return path.startsWith("builtin:") ? path : join(dir, path);
}
