/** The log as people read it at a terminal. Collectors read the JSON that it is made of, with `gw serve --format json`. */
import type { Channel } from "./terminal.ts";

const WARN = 40;
const ERROR = 50;

/** `05:56:09 refused key=dev reason=budget …`: the time in UTC, the words, then what is known, and a fault's stack below. */
export function logLine(json: string, channel: Channel): string {
  const { level, time, msg, err, ...facts } = JSON.parse(json);
  const severity =
    level >= ERROR ? channel.style("red", "error: ") : level >= WARN ? channel.style("yellow", "warning: ") : "";
  const known = Object.entries(facts).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
    return text === "" ? [] : [`${channel.style("dim", `${name}=`)}${text}`];
  });
  const stack = err === undefined ? "" : `\n  ${String(err.stack ?? err.message).replaceAll("\n", "\n  ")}`;
  return `${channel.style("dim", String(time).slice(11, 19))} ${severity}${[msg, ...known].join(" ")}${stack}\n`;
}
