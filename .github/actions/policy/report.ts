/**
 * A review as Markdown, for the comment and for the summary of the job. Its first line is the mark by which the comment is
 * found again: one for each directory, so that the reviews of two policies do not overwrite each other.
 */
import { inCode } from "./markdown.ts";
import type { Review } from "./problems.ts";

/** Writes the report. */
export function reportOf(review: Review): string {
  const { dir, comparison, replay } = review;
  const reason = [`### Policy: not compared`, "", inCode(comparison.why ?? "")].join("\n");
  return [
    `<!-- sallyport policy review of ${encodeURIComponent(dir)} -->`,
    comparison.markdown.trimEnd() || reason,
    "",
    tableOf(review),
    ...(replay === null || replay.markdown === "" ? [] : ["", replay.markdown.trimEnd()]),
    "",
  ].join("\n");
}

function tableOf({ dir, isGood, isQuiet, isFormatted, tests, replay }: Review): string {
  const verdict = (isFine: boolean): string => (isFine ? "passed" : "**failed**");
  const cells = [
    ["directory", inCode(dir)],
    ["check", verdict(isGood && isQuiet)],
    ["format", verdict(isFormatted)],
    ["tests", isGood ? verdict(tests.passed) : "not run"],
    ["coverage", tests.coverage === null ? "" : `${tests.coverage} %`],
    ["replay", replay === null ? "" : replay.flips === null ? "**failed**" : flipsText(replay.flips)],
  ].filter(([, value]) => value !== "");
  const row = (index: 0 | 1): string => `| ${cells.map((cell) => cell[index]).join(" | ")} |`;
  return [row(0), `|${"---|".repeat(cells.length)}`, row(1)].join("\n");
}

function flipsText(flips: number): string {
  return flips === 1 ? "1 decision flips" : `${flips} decisions flip`;
}
