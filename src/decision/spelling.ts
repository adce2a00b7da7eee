/**
 * The ways in which one value can be spelled: as it is, or as it stands in a string of JSON, which may stand in a string of
 * JSON again. By its plainest spelling a value is known whichever way it comes; by how deep in quotes a place lies it is
 * told how a value has to be spelled there.
 */

/** A log of an answer that holds JSON is quoted three times; what is quoted more often nobody reads. */
const MOST_TIMES = 4;
/** Letters before a place in which the quotes are looked for that it stands behind. */
export const REACH = 4096;

/** A value in the plainest of its spellings, which all of them share. */
export function plainOf(value: string): string {
  let plain = value;
  for (let times = 0; times < MOST_TIMES && plain.includes("\\"); times += 1) {
    const next = unquoted(plain);
    // Quotes of another hand would be lost: what is made of it again must be what it was.
    if (next === null || quoted(next) !== plain) break;
    plain = next;
  }
  return plain;
}

/** True when a value is spelled otherwise in quotes. */
export function hasSpellings(plain: string): boolean {
  return quoted(plain) !== plain;
}

/** How else a value may stand in a text, where nobody could tell how it has to be spelled: in an address, in quotes of other hands. */
export function othersOf(value: string): string[] {
  const all = [
    value.isWellFormed() ? encodeURIComponent(value) : value,
    quoted(value).replaceAll("/", "\\/"),
    quoted(value).replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
    ...(value.includes("\\") ? [unquoted(value) ?? value] : []),
  ];
  const known = new Set([value, ...spellingsOf(value)]);
  return [...new Set(all)].filter((spelled) => !known.has(spelled));
}

/** How a value stands in strings of JSON, from the first of them inwards. */
export function spellingsOf(plain: string): string[] {
  const all: string[] = [];
  for (let spelled = quoted(plain), last = plain; spelled !== last && all.length < MOST_TIMES; spelled = quoted(last)) {
    all.push(spelled);
    last = spelled;
  }
  return all;
}

/** A spelling from one depth at another. */
export function respelled(value: string, from: number, to: number): string {
  let spelled = value;
  for (let depth = from; depth < to; depth += 1) spelled = quoted(spelled);
  for (let depth = from; depth > to; depth -= 1) spelled = unquoted(spelled) ?? spelled;
  return spelled;
}

/**
 * How deep in quotes a text ends: 1 in a string of its last line, 2 in a string that is quoted itself, and so on. Each quote of the
 * line opens a string or closes one; in a line that began too far before, the first of them tells what was open.
 */
export function depthBehind(text: string): number {
  const near = text.slice(-REACH);
  const line = near.slice(near.lastIndexOf("\n") + 1);
  let depth = line.length < REACH ? 0 : null;
  for (let at = line.indexOf('"'); at >= 0; at = line.indexOf('"', at + 1)) {
    const slashes = slashesBefore(line, at);
    const level = levelOf(slashes);
    const looksOpening = BEFORE_OPENING.test(line[at - slashes - 1] ?? " ") && !BEHIND_CLOSING.test(line[at + 1] ?? "");
    // What looks so opens a string whatever was open: a quote alone, as of inches, would turn the line inside out.
    const closes = !looksOpening && level <= (depth ?? level);
    depth = closes ? level - 1 : level;
  }
  return depth ?? 0;
}

const BEFORE_OPENING = /[\s{[(,:=]/;
const BEHIND_CLOSING = /[\s,:;})\]]/;

function slashesBefore(line: string, at: number): number {
  let slashes = 0;
  while (line[at - 1 - slashes] === "\\") slashes += 1;
  return slashes;
}

/** In how many strings a quote stands, counting its own: an odd number of backslashes quotes it, and half of them stand before it there. */
function levelOf(slashes: number): number {
  return slashes % 2 === 0 ? 1 : 1 + levelOf((slashes - 1) / 2);
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return null;
  }
}
