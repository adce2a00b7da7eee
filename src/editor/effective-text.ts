/** The effective policy of a node in a few lines, as a hover has room for. `gw policy explain` tells it whole. */
import type { Ceiling, Effective, Line } from "../analysis/effective.ts";
import { dateText } from "../decision/clock.ts";

const MOST = 6;

/** Lines of Markdown. */
export function effectiveText(found: Effective): string {
  const { path, key, timezone, access, flows, asks, results, limits, guards, hours, ungranted } = found;
  const rows = [
    path.length > 1 ? path.join(" › ") : null,
    key && keyText(key, timezone),
    `models: ${code(access.models.text)}`,
    `tools: ${code(access.tools.text)}`,
    ...access.tools.conditions
      .map(({ names, where }) => `calls of ${code(names)} only where ${code(where)}`)
      .slice(0, MOST),
    `providers: ${code(access.providers.text)}`,
    ...[...flows, ...asks, ...results].filter(({ ended }) => !ended).map(lineText),
    ...folded(limits.filter(({ line }) => !line.ended).map(limitText)),
    guards.length === 0 ? null : `guards: ${guards.map(({ name, does }) => `${code(name)} ${does}`).join("; ")}`,
    ...hours.lines.map(lineText),
    ungranted.action === "refuse" ? "a request that offers an ungranted tool is refused" : null,
  ];
  return rows.flatMap((row) => (row === null ? [] : [`- ${row}`])).join("\n");
}

function keyText({ owner, expires, expired }: NonNullable<Effective["key"]>, timezone: string): string {
  const end = expires === null ? "never expires" : `expires ${dateText(timezone, expires)}`;
  return `${owner === null ? "" : `owner ${owner}, `}${end}${expired ? " (expired)" : ""}`;
}

function limitText({ line, counts }: Ceiling): string {
  return `${lineText(line)}${counts ? "" : ", replaced while another line lasts"}`;
}

function lineText({ text, node, place }: Line): string {
  return `${code(text)} of ${node} (${place})`;
}

function folded(rows: readonly string[]): readonly string[] {
  return rows.length <= MOST ? rows : [...rows.slice(0, MOST - 1), `and ${rows.length - MOST + 1} more limits`];
}

/** Text between backticks, which names of a policy never hold. */
function code(text: string): string {
  return text === "nothing" ? text : `\`${text}\``;
}
