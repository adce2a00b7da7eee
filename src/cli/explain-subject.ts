/** `gw policy explain key NAME`: the effective policy of a key, team or the org, and the chain of lines that made it. */
import { type Effective, effective, type Reach } from "../analysis/effective.ts";
import { dateText } from "../decision/clock.ts";
import { type Asked, drawLine, momentText, shownPlace } from "./explain-words.ts";
import type { Channel } from "./terminal.ts";

/** Tells the effective policy of a node. */
export function explainSubject({ side, node, at, dir, format }: Asked, out: Channel): 0 {
  const found = effective(side, node, at);
  if (format === "json") out.write(`${JSON.stringify({ at: momentText(at), directory: dir, ...found }, null, 2)}\n`);
  else out.write(draw(found, dir, out));
  return 0;
}

function draw(found: Effective, dir: string, out: Channel): string {
  const { subject, path, key, doc } = found;
  const head = [
    `${out.style("bold", subject)}  ${out.style("dim", shownPlace(found.place, dir))}\n`,
    doc === null ? "" : `  ${doc.split("\n").join("\n  ")}\n`,
    path.length > 1 ? `  ${path.join(" › ")}\n` : "",
    key === null ? "" : `  ${keyText(key, found.timezone, out)}\n`,
  ];
  const { models, tools, providers } = found.access;
  return [
    ...head,
    drawReach("models", models, { dir, out }),
    ...found.routes.map(({ models: names, via }) => `    ${names} go via ${via.join(" then ")}\n`),
    drawReach("tools", tools, { dir, out }),
    drawReach("providers", providers, { dir, out }),
    drawFlows(found, dir, out),
    drawAsks(found, dir, out),
    drawResults(found, dir, out),
    drawLimits(found, dir, out),
    drawGuards(found, dir, out),
    drawObserved(found, dir, out),
    drawHours(found, dir, out),
    drawUngranted(found, dir, out),
  ].join("");
}

interface Page {
  readonly dir: string;
  readonly out: Channel;
}

function heading(word: string, text: string, out: Channel): string {
  return `\n  ${out.style("cyan", word.padEnd(10))} ${text}\n`;
}

function drawReach(word: string, { text, conditions, lines }: Reach, { dir, out }: Page): string {
  const open = word === "providers" && !lines.some((line) => line.text.startsWith("allow"));
  const why = open ? "    every declared provider counts as allowed where no line allows any\n" : "";
  const held = conditions.map(({ names, where }) => `    ${names} only where ${where}\n`).join("");
  return heading(word, text, out) + why + held + lines.map((line) => drawLine(line, dir, out)).join("");
}

function drawFlows({ flows }: Effective, dir: string, out: Channel): string {
  if (flows.length === 0) return "";
  const head = heading("flows", "in one conversation; the tools stay offered, a call of them is withheld", out);
  return head + flows.map((line) => drawLine(line, dir, out)).join("");
}

function drawAsks({ asks }: Effective, dir: string, out: Channel): string {
  if (asks.length === 0) return "";
  const head = heading(
    "asks",
    "a person confirms the call: at the gateway, or in the client for tools of its own",
    out,
  );
  return head + asks.map((line) => drawLine(line, dir, out)).join("");
}

function drawResults({ results }: Effective, dir: string, out: Channel): string {
  if (results.length === 0) return "";
  const head = heading("results", "what tools give back is held to all of these; of sizes the smallest counts", out);
  return head + results.map((line) => drawLine(line, dir, out)).join("");
}

function drawLimits({ limits }: Effective, dir: string, out: Channel): string {
  if (limits.length === 0) return heading("limits", "none", out);
  const rows = limits.map(({ counter, line, counts }) => {
    const whose = counts ? `counter ${counter}` : line.ended ? "" : "replaced while another line lasts";
    return `${drawLine(line, dir, out)}${whose === "" ? "" : `      ${out.style("dim", whose)}\n`}`;
  });
  return heading("limits", "every one of these must be kept", out) + rows.join("");
}

function drawGuards({ guards }: Effective, dir: string, out: Channel): string {
  if (guards.length === 0) return heading("guards", "none", out);
  const rows = guards.flatMap(({ name, does, lines }) => [
    `    ${name}: ${does}\n`,
    ...lines.map((line) => `  ${drawLine(line, dir, out)}`),
  ]);
  return heading("guards", "", out).replace(/ +\n$/, "\n") + rows.join("");
}

function drawObserved({ observed }: Effective, dir: string, out: Channel): string {
  if (observed.length === 0) return "";
  const head = heading("observed", "decides nothing; what it would have decided is recorded", out);
  return head + observed.map((line) => drawLine(line, dir, out)).join("");
}

function drawHours({ hours, timezone }: Effective, dir: string, out: Channel): string {
  const state = hours.lines.length === 0 ? "always" : `${hours.open ? "open" : "closed"} at this moment, ${timezone}`;
  return heading("hours", state, out) + hours.lines.map((line) => drawLine(line, dir, out)).join("");
}

function drawUngranted({ ungranted }: Effective, dir: string, out: Channel): string {
  const text = ungranted.action === "strip" ? "tools are taken out of the request" : "the request is refused";
  return heading("ungranted", text, out) + (ungranted.line === null ? "" : drawLine(ungranted.line, dir, out));
}

function keyText({ owner, expires, expired }: NonNullable<Effective["key"]>, timezone: string, out: Channel): string {
  const end = expires === null ? "never expires" : `expires ${dateText(timezone, expires)}`;
  const over = expired ? out.style("red", " (expired)") : "";
  return `${owner === null ? "" : `owner ${owner}, `}${end}${over}`;
}
