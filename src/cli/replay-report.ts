/** A replay as people read it: on a screen, and as a comment beside a change. */
import type { Count, Example, FlipGroup, ReplayReport, ToolChange, Unknown } from "../analysis/replay-tally.ts";
import { quote, thousands } from "../decision/words.ts";
import type { ReplayRead } from "./replay-source.ts";
import { count } from "./report.ts";
import type { Channel } from "./terminal.ts";

/** A replay that came to its end. */
export interface Replayed {
  readonly dir: string;
  readonly against: string;
  readonly revision: string;
  readonly read: ReplayRead;
  readonly report: ReplayReport;
}

/** Why decisions could not be decided again, in a sentence each. */
const WHY = {
  list: "asked for the list of models, which is not a decision about a request",
  stranger: "came with a key that the gateway did not know",
  key: "are of keys that this policy does not have",
  model: "have no model in the record",
  tools: "hang on tools whose names the record does not hold",
  arguments: "hang on the limits that a request gave to tools of the provider, which are not in the record",
  flow: "were refused for what was called before in their conversations, which is not in the record",
  guardrail: "hang on guardrails that reject, and the record holds no text",
  cost: "were refused for their cost, which is not in the record",
  offered: "were refused because they were not granted or not what was pinned, and the record does not say which",
} as const satisfies Record<Unknown, string>;

const MOST_NAMES = 5;

/** The replay for a terminal. */
export function replayText({ dir, against, revision, read, report }: Replayed, out: Channel): string {
  const { decisions, same, flips, unknown, tools, routes, calls } = report;
  const lines = [
    `${thousands(decisions)} decisions ${spanOf(report)}of ${against}, decided again under ${dir} (revision ${revision})`,
    "",
    ...flips.flatMap((flip) => flipLines(flip, "models", out)),
    ...unknown.map(unknownLine),
    ...tools.slice(0, MOST_NAMES * 2).map((tool) => `  tool       ${toolText(tool)}`),
    ...routes.map(({ from, to, count }) => `  route      ${thousands(count)} go to ${to} first, not to ${from}`),
  ];
  if (calls.flips.length + calls.unknown.length > 0) {
    lines.push("  calls of servers of tools", ...calls.flips.flatMap((flip) => flipLines(flip, "tools", out)));
    lines.push(...calls.unknown.map(unknownLine));
  }
  if (lines.length > 2) lines.push("");
  if (read.unreadable > 0)
    lines.push(`${count(read.unreadable, "line")} of the record cannot be read; see \`gw audit verify\``);
  lines.push(
    `${verdict(report, out)} ${thousands(same)} the same${otherReason(report)}, ${thousands(unknownOf(report))} not known`,
  );
  if (calls.decisions > 0) lines.push(`calls: ${callsText(calls)}`);
  return `${lines.join("\n")}\n`;
}

function unknownLine({ why, count, examples }: ReplayReport["unknown"][number]): string {
  return `  not known  ${thousands(count)} ${WHY[why]}; ${suchAs(examples)}`;
}

function callsText({ decisions, opened, closed, same, unknown }: ReplayReport["calls"]): string {
  const parts = [opened > 0 ? `${thousands(opened)} open` : [], closed > 0 ? `${thousands(closed)} close` : []].flat();
  const flips = parts.length === 0 ? "none flips" : parts.join(", ");
  return `${thousands(decisions)} decided again, ${flips}, ${thousands(same)} the same, ${thousands(unknownOf({ unknown }))} not known`;
}

/** `what` says of what the names are that requests asked for, or that were called. */
function flipLines(flip: FlipGroup, what: "models" | "tools", out: Channel): string[] {
  const { from, to, teams, keys, models, examples } = flip;
  const opens = to === "allow";
  const word = out.style(opens ? "yellow" : "red", opens ? "OPENS " : "CLOSES");
  return [
    `  ${word} ${thousands(flip.count)}  ${effectText(from)} -> ${effectText(to)}`,
    `    teams   ${names(teams)}`,
    `    keys    ${names(keys)}`,
    `    ${what.padEnd(6)}  ${names(models)}`,
    `    ${suchAs(examples)}`,
  ];
}

function verdict({ opened, closed }: ReplayReport, out: Channel): string {
  if (opened + closed === 0) return out.style("green", "no flips:");
  return `${out.style("bold", `${thousands(opened + closed)} flips:`)} ${thousands(opened)} open, ${thousands(closed)} close,`;
}

/** The replay as Markdown. */
export function replayMarkdown({ against, revision, read, report }: Replayed): string {
  const { decisions, same, opened, closed, flips, unknown, tools, routes, calls } = report;
  const rows = [...flips, ...calls.flips].map((flip) => {
    const { from, to, teams, keys, models, examples } = flip;
    const cells = [effectText(from), effectText(to), thousands(flip.count), ...[teams, keys, models].map(names)];
    return `| ${[...cells, examples.map(({ ticket }) => ticket).join(" ")].map(inMarkdown).join(" | ")} |`;
  });
  const notes = [
    ...unknown.map(({ why, count }) => `- not known: ${thousands(count)} ${WHY[why]}`),
    ...tools.map((tool) => `- tool ${inMarkdown(toolText(tool))}`),
    ...routes.map(({ from, to, count }) => `- route: ${thousands(count)} go to ${to} first, not to ${from}`),
    ...(calls.decisions === 0 ? [] : [`- calls of servers of tools: ${callsText(calls)}`]),
    ...calls.unknown.map(({ why, count }) => `- calls not known: ${thousands(count)} ${WHY[why]}`),
    ...(read.unreadable > 0 ? [`- ${count(read.unreadable, "line")} of the record cannot be read`] : []),
  ];
  const flipped = opened + closed + calls.opened + calls.closed;
  const sum = `${thousands(opened)} open, ${thousands(closed)} close, ${thousands(same)} stay the same, ${thousands(unknownOf(report))} are not known.`;
  return [
    `### Replay: ${flipped === 0 ? "no decision flips" : `${thousands(flipped)} decisions flip`}`,
    "",
    `${thousands(decisions)} decisions ${spanOf(report)}of \`${against}\`, decided again under revision \`${revision}\`: ${sum}`,
    ...(rows.length === 0 ? [] : ["", HEAD, RULE, ...rows]),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    "",
  ].join("\n");
}

const HEAD = "| was | becomes | how often | teams | keys | models or tools | such as |";
const RULE = "|---|---|--:|---|---|---|---|";

/** Names of models and tools are the callers' own words. */
function inMarkdown(text: string): string {
  return text.replace(/[\\`*_|<>[\]&@]/g, (sign) => `&#${sign.codePointAt(0)};`);
}

function effectText(effect: FlipGroup["from"]): string {
  return effect === "allow" ? "allowed" : `refused (${effect})`;
}

function otherReason({ otherReason: amount }: ReplayReport): string {
  return amount === 0 ? "" : ` (${thousands(amount)} refused for another reason)`;
}

function unknownOf({ unknown }: Pick<ReplayReport, "unknown">): number {
  return unknown.reduce((sum, it) => sum + it.count, 0);
}

function toolText({ name, opened, closed, open }: ToolChange): string {
  const parts = [
    opened > 0 ? `granted in ${thousands(opened)}` : [],
    closed > 0 ? `withheld in ${thousands(closed)}` : [],
    open > 0
      ? `not known in ${thousands(open)}, where it hangs on the call's arguments or on what was called before it, which are not in the record`
      : [],
  ];
  return `${quote(name)}: ${parts.flat().join(", ")}`;
}

function names(counts: readonly Count[]): string {
  const shown = counts.slice(0, MOST_NAMES).map(({ name, count }) => `${quote(name)} ${thousands(count)}`);
  const more = counts.length - shown.length;
  if (shown.length === 0) return "-";
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

function suchAs(examples: readonly Example[]): string {
  return `such as ${examples.map(({ ticket, at }) => `${ticket} at ${new Date(at).toISOString()}`).join(", ")}`;
}

function spanOf({ first, last }: ReplayReport): string {
  if (first === null || last === null) return "";
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  return `(${day(first)} to ${day(last)}) `;
}
