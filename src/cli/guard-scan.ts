/**
 * `gw guard scan FILE…`: what guardrails would find, in files and in recorded conversations, to tune them by. A value that
 * was found is never told; of its line only what is no finding.
 */
import { type Detection, guardFinder, isWanted } from "../analysis/guard-find.ts";
import type { Confidence, Severity } from "../language/tree.ts";
import { type ChoiceOptions, chooseGuards, OF_PACKS } from "./guard-choice.ts";
import type { GuardFinding } from "./guard-finding.ts";
import { guardSarif } from "./guard-sarif.ts";
import { filesToSearch, type SourceText, textsOfFile } from "./guard-texts.ts";
import { count } from "./report.ts";
import type { Style, Terminal } from "./terminal.ts";

/** What the command line says. */
export interface ScanOptions extends ChoiceOptions {
  readonly format: "text" | "json" | "sarif";
  readonly severity: Severity;
  readonly confidence: Confidence;
}

/** Searches the files, or standard input when there are none; answers 1 when something was found. */
export async function guardScan(named: readonly string[], options: ScanOptions, terminal: Terminal): Promise<0 | 1> {
  const files = filesToSearch(named, process.stdin.isTTY === true);
  const { table, guards } = await chooseGuards("guard scan", options);
  const find = guardFinder(table, guards);
  const findings: GuardFinding[] = [];
  for (const file of files) {
    const texts = await textsOfFile(file);
    if (texts === null) terminal.err.write(`${file} is no text, and was not searched\n`);
    for (const source of texts ?? []) {
      const found = findingsIn(source, find(source.text, source.standing));
      findings.push(...found.filter((finding) => isWanted(finding, options)));
    }
  }
  terminal.out.write(told(findings, files.length, options.format, terminal));
  return findings.length === 0 ? 0 : 1;
}

function findingsIn(
  { text, line: record, standing, ...source }: SourceText,
  detections: readonly Detection[],
): GuardFinding[] {
  return detections.map(({ start, end: _, ...detection }) => {
    const before = text.slice(0, start);
    const lineStart = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    const at = { place: standing?.place ?? null, line, column: start - lineStart + 1, record };
    return { ...source, ...at, ...detection, excerpt: excerptOf(text, start, detections) };
  });
}

/** How much of a line is shown before a finding and behind it. */
const SHOWN = 40;

/** The surroundings of a finding on its line. Stars stand for all findings, of which others may be cut off or overlap. */
function excerptOf(text: string, at: number, detections: readonly Detection[]): string {
  const lineStart = text.lastIndexOf("\n", at - 1) + 1;
  const lineEnd = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
  const from = Math.max(lineStart, at - SHOWN);
  let shown = from === lineStart ? "" : "…";
  let next = from;
  let left = SHOWN;
  for (const { start, end } of detections) {
    if (end <= next || start >= lineEnd) continue;
    shown += `${text.slice(next, Math.max(next, start))}****`;
    next = Math.min(end, lineEnd);
    if (start > at) left = Math.max(0, left - (start - at));
    if (left === 0) break;
  }
  const rest = text.slice(next, lineEnd);
  return printable(shown + rest.slice(0, left) + (rest.length > left ? "…" : "")).trim();
}

/** Control characters would speak to the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, " ");
}

function told(
  findings: readonly GuardFinding[],
  files: number,
  format: ScanOptions["format"],
  { out }: Terminal,
): string {
  switch (format) {
    case "json":
      return `${JSON.stringify({ files, findings }, null, 2)}\n`;
    case "sarif":
      return guardSarif(findings);
    case "text":
      return `${findings.map((finding) => lines(finding, out.style)).join("")}${summary(findings, files)}\n`;
    default:
      return format satisfies never;
  }
}

const STYLES = { low: "dim", medium: "yellow", high: "red", critical: "red" } as const satisfies Record<
  Severity,
  Style
>;
const DONE = {
  flag: "flagged",
  mask: "masked",
  redact: "redacted",
  reject: "rejected",
  observe: "observed",
} as const satisfies Record<Detection["action"], string>;

/** Where a finding is: `app/.env:3:14`, `session.jsonl:12 message.content[0].text:1:5`. */
export function placeText({ file, record, path, line, column }: GuardFinding): string {
  const whole = record === null ? file : `${file}:${record}`;
  return path === null ? `${file}:${line}:${column}` : `${whole} ${path}:${line}:${column}`;
}

function lines(finding: GuardFinding, style: Terminal["out"]["style"]): string {
  const { severity, pattern, confidence, action, guardrail, excerpt } = finding;
  const grade = style(STYLES[severity], severity);
  const sure = confidence === "high" ? "" : `, ${confidence} confidence`;
  const done = guardrail === OF_PACKS ? "" : `, ${DONE[action]} by \`${guardrail}\``;
  return `${placeText(finding)}: ${grade}: ${pattern}${sure}${done}\n  ${style("dim", excerpt)}\n`;
}

function summary(findings: readonly GuardFinding[], files: number): string {
  if (findings.length === 0) return `nothing found in ${count(files, "file")}`;
  const touched = new Set(findings.map(({ file }) => file)).size;
  return `${count(findings.length, "finding")} in ${touched} of ${count(files, "file")}`;
}
