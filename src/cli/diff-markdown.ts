/**
 * A policy comparison as the comment of a pull request: a table to read, the lines folded away. Its first line is a mark
 * by which the comment is found again. Everything that comes from a policy stands in code, so that it can mention nobody.
 */
import type { Row } from "../analysis/diff-row.ts";
import {
  brokenText,
  builtinsText,
  cacheText,
  exampleOf,
  placeOf,
  type Told,
  tally,
  timeOf,
  verdictText,
} from "./diff-words.ts";

/** The first line of every comment. */
export const MARK = "<!-- sallyport policy diff -->";

/** A comment of a pull request has a largest size. */
const MOST_ROWS = 80;
const MOST_LINES = 200;

/** Writes the comment. */
export function diffMarkdown(told: Told): string {
  const { diff, old, new: now } = told;
  const counts = diff.rows.length === 0 ? "" : ` (${tally(diff)})`;
  const head = [MARK, `### Policy: ${verdictText(diff)}${counts}`, "", `${code(old.name)} → ${code(now.name)}`, ""];
  const broken = told.broken.flatMap((it) => [`> **Broken** ${code(brokenText(it))}`, ""]);
  const packs = told.builtins === null ? [] : ["", `> ${code(builtinsText(told.builtins))}`];
  if (diff.rows.length === 0) return [...head, ...broken, ...packs.slice(1), ""].join("\n");
  const cache = cacheText(diff);
  const note = cache === null ? [] : ["", `> Prompt cache: ${code(cache)}`];
  return [...head, ...broken, ...table(diff.rows), ...note, ...packs, "", ...details(told), ""].join("\n");
}

function table(rows: readonly Row[]): readonly string[] {
  const shown = rows.slice(0, MOST_ROWS).map((row) => {
    const example = exampleOf(row);
    const what = `${code(row.change + timeOf(row))}${example === "" ? "" : ` ${code(example)}`}`;
    const move = row.move === "wider" ? "**wider**" : row.move;
    return `| ${move} | ${code(row.subject.label)} | ${what} |`;
  });
  const more = rows.length > shown.length ? [`| | | and ${rows.length - shown.length} more |`] : [];
  return ["| | Who | What |", "|---|---|---|", ...shown, ...more];
}

function details(told: Told): readonly string[] {
  const lines = told.diff.rows.flatMap((row) => [
    `  ${row.subject.label}: ${row.change}${timeOf(row)}`,
    ...row.causes.map((cause) => `${cause.side === "new" ? "+" : "-"} ${placeOf(cause, told)}  ${cause.text}`),
  ]);
  const left = lines.length - MOST_LINES;
  const shown = left > 0 ? [...lines.slice(0, MOST_LINES), `  and ${left} more lines`] : lines;
  const fence = "`".repeat(Math.max(3, 1 + longestRun(shown.join("\n"))));
  return ["<details><summary>The lines that did it</summary>", "", `${fence}diff`, ...shown, fence, "", "</details>"];
}

/** Text as code in a table: a fence longer than any run of backticks in it, and no cell borders. */
function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const inner = text.replaceAll("|", "\\|").replace(/\s+/g, " ");
  return inner.includes("`") ? `${fence} ${inner} ${fence}` : `${fence}${inner}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
