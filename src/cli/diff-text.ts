/** A policy comparison for people at a terminal: who, what, and the lines that did it, widest first. */
import type { Move, Row } from "../analysis/diff-row.ts";
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
import type { Channel, Style } from "./terminal.ts";

const STYLES = { wider: "red", changed: "yellow", tighter: "green", neutral: "dim" } as const satisfies Record<
  Move,
  Style
>;
const MOST_ROWS = 60;
const MOST_LINES = 4;
const INDENT = " ".repeat(9);

/** Draws the comparison. */
export function diffText(told: Told, channel: Channel): string {
  const { rows } = told.diff;
  const shown = rows.slice(0, MOST_ROWS);
  const drawn = shown.map((row, index) => drawRow(row, shown[index - 1] ?? null, { told, channel }));
  const more =
    rows.length > shown.length ? [`${INDENT}and ${rows.length - shown.length} more; --format json has all\n`] : [];
  const cache = cacheText(told.diff);
  const warning = cache === null ? [] : [`${channel.style("yellow", "note:")} ${cache}\n`];
  const broken = told.broken.map((it) => `${channel.style("red", "broken:")} ${brokenText(it)}\n`);
  const gap = drawn.length > 0 ? "\n" : "";
  const packs = told.builtins === null ? [] : [`${channel.style("dim", `note: ${builtinsText(told.builtins)}`)}\n`];
  return [...drawn, ...more, gap, ...broken, ...warning, ...packs, lastLine(told, channel)].join("");
}

interface Page {
  readonly told: Told;
  readonly channel: Channel;
}

function drawRow(row: Row, before: Row | null, { told, channel }: Page): string {
  const isSame = before !== null && before.move === row.move && before.subject.label === row.subject.label;
  const move = channel.style(STYLES[row.move], row.move.toUpperCase().padEnd(INDENT.length));
  const head = isSame ? "" : `${move}${channel.style("bold", row.subject.label)}\n`;
  const example = exampleOf(row);
  const tail = example === "" ? "" : `   ${channel.style("cyan", example)}`;
  const what = `${INDENT}  ${row.change}${timeOf(row)}${tail}\n`;
  return head + what + drawCauses(row, { told, channel });
}

function drawCauses({ causes }: Row, { told, channel }: Page): string {
  const lines = causes.slice(0, MOST_LINES).map((cause) => {
    const sign = cause.side === "new" ? channel.style("green", "+") : channel.style("red", "-");
    return `${INDENT}    ${sign} ${placeOf(cause, told)}  ${channel.style("dim", cause.text)}\n`;
  });
  const left = causes.length - lines.length;
  const more = left > 0 ? `${INDENT}    ${channel.style("dim", `and ${left} more lines`)}\n` : "";
  return lines.join("") + more;
}

function lastLine({ diff, old, new: now }: Told, channel: Channel): string {
  const style = { none: "green", tighter: "green", wider: "red" } as const;
  const verdict = channel.style(style[diff.verdict], `${verdictText(diff)}:`);
  const counts = diff.rows.length === 0 ? "" : `, ${tally(diff)}`;
  return `${verdict} ${old.name} → ${now.name}${counts}\n`;
}
