/** Coverage as people and programs read it: a line for each statement that no test would miss, and the tests to paste. */
import type { Coverage } from "../analysis/coverage.ts";
import { nameOf } from "../analysis/reach.ts";
import type { Statement } from "../analysis/statement.ts";
import type { Table } from "../decision/table.ts";
import { listNames } from "../decision/words.ts";
import { placeJson } from "./report.ts";
import type { Channel } from "./terminal.ts";

/** Whole percent of the statements that a test could miss, rounded down; 100 when there are none. */
export function percentOf({ statements, covered, idle }: Coverage): number {
  return statements === idle ? 100 : Math.floor((covered * 100) / (statements - idle));
}

/** The report of a directory for a terminal. */
export function drawCoverage(coverage: Coverage, { dir, table }: { dir: string; table: Table }, out: Channel): string {
  const { statements, covered, idle, pairs, touched, uncovered, untouched } = coverage;
  const at = (statement: Statement): string => {
    const { file, line, column } = placeJson(statement.span, dir);
    return `${out.style("bold", `${file}:${line}:${column}`)}:`;
  };
  const lines = uncovered.map(({ statement, missing }) => {
    const why = missing.kind === "none" ? `\n  ${missing.reason}` : "";
    return `${at(statement)} no test would miss \`${statement.text}\` of ${nameOf(table, statement.node)}${why}`;
  });
  const classes = untouched.map(({ statement, classes, untouched, examples }) => {
    const names = listNames(examples.map((name) => `\`${name}\``));
    return `${at(statement)} no test asks about ${untouched} of ${classes} classes of names in \`${statement.text}\`: ${names}`;
  });
  const tests = uncovered.flatMap(({ missing }) => (missing.kind === "test" ? [missing.text] : []));
  const paste =
    tests.length === 0 ? [] : [`these tests would miss them; paste and rename them:\n\n${tests.join("\n")}`];
  const rest = idle === 0 ? "" : `, ${idle} that no test could miss`;
  const share = `covered: ${covered} of ${statements - idle} statements (${percentOf(coverage)} %)${rest}`;
  const sum = `${share}, ${touched} of ${pairs} classes of names`;
  return [...lines, ...classes, ...paste, sum].map((line) => `${line}\n`).join("");
}

/** The same for programs. */
export function coverageJson(coverage: Coverage, dir: string, table: Table) {
  const { uncovered, untouched, ...counts } = coverage;
  const placed = (statement: Statement) => {
    return { ...placeJson(statement.span, dir), statement: statement.text, subject: nameOf(table, statement.node) };
  };
  return {
    ...counts,
    percent: percentOf(coverage),
    uncovered: uncovered.map(({ statement, missing }) => ({
      ...placed(statement),
      test: missing.kind === "test" ? missing.text : null,
      reason: missing.kind === "none" ? missing.reason : null,
    })),
    untouched: untouched.map(({ statement, ...rest }) => ({ ...placed(statement), ...rest })),
  };
}
