/**
 * Names of tools that stand as text in the words of the system: a client that loads a tool only when it is searched for offers it
 * this way. A line that speaks of tools and ends with a colon or a tag begins a list, and each line behind it is a name.
 */
import type { TextSpan, ValueSpan } from "./messages.ts";

/** How the end of a line is written in JSON. */
const END_OF_LINE = "\\n";
const NAME = /([A-Za-z0-9_.-]{1,256})(?:\\n|$)/y;
const COLON = ":".charCodeAt(0);
const CLOSING = ">".charCodeAt(0);
const SPEAKS_OF_TOOLS = /tools/i;

/** How a client begins what it says for the system in a turn of the user's, to a model that knows no such messages. */
const REMINDER = Buffer.from("<system-reminder>");

/** Whether a text is the system's, whichever turn it stands in. */
export function isSystem(body: Uint8Array, { place, start, end }: TextSpan): boolean {
  if (place !== "user") return place === "system";
  return REMINDER.equals(body.subarray(start, Math.min(end, start + REMINDER.length)));
}

/** The lists in a text, by the byte offsets of their names; `start` and `end` enclose the text as it stands in the body. */
export function listedNames(body: Uint8Array, start: number, end: number): ValueSpan[][] {
  // One character for each byte, so that places in the text are places in the body.
  const text = Buffer.from(body.buffer, body.byteOffset + start, end - start).toString("latin1");
  const lists: ValueSpan[][] = [];
  let line = 0;
  for (let stop = text.indexOf(END_OF_LINE); stop >= 0; stop = text.indexOf(END_OF_LINE, line)) {
    const last = text.charCodeAt(stop - 1);
    const isHead = (last === COLON || last === CLOSING) && SPEAKS_OF_TOOLS.test(text.slice(line, stop));
    line = stop + END_OF_LINE.length;
    if (!isHead) continue;
    const names = namesFrom(text, line);
    if (names.length === 0) continue;
    lists.push(names.map((name) => ({ start: start + name.start, end: start + name.end })));
    // Back to the end of the last name's line, where the next line begins.
    line = names.at(-1)!.end;
  }
  return lists;
}

function namesFrom(text: string, from: number): ValueSpan[] {
  const names: ValueSpan[] = [];
  NAME.lastIndex = from;
  for (let found = NAME.exec(text); found !== null; found = NAME.exec(text)) {
    const end = found.index + found[1]!.length;
    names.push({ start: found.index, end });
  }
  return names;
}
