/**
 * Findings in text that holds JSON, as what tools give back often does. An expression knows nothing of escapes: it may end
 * between the backslash and the quote of `\"`, or begin with the letter of `\n`, and what is left of the escape would break
 * the JSON around it. So an edge inside an escape moves to one of its ends. JSON inside of JSON is as far as this goes.
 */

/** Where something was found. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The findings of a text, with no edge inside an escape. Of two that shared one, both have all of it. */
export function clearOfEscapes<T extends Place>(text: string, found: readonly T[]): readonly T[] {
  if (found.length === 0 || !text.includes("\\")) return found;
  return found.map((each) => {
    const { start, end } = clearOf(text, each);
    return start === each.start && end === each.end ? each : { ...each, start, end };
  });
}

function clearOf(text: string, { start, end }: Place): Place {
  const [first, last] = [escapeAt(text, start), escapeAt(text, end)];
  const from = first === null ? start : first.isLayout ? first.end : first.start;
  const to = last === null ? end : last.isLayout ? last.start : last.end;
  // All of it lies in one escape, or in two of layout.
  return from < to ? { start: from, end: to } : { start: first?.start ?? start, end: last?.end ?? end };
}

/** An escape. `isLayout`: of white space and its like, of which no part belongs to a value, whatever letter stands for it. */
interface Escape extends Place {
  readonly isLayout: boolean;
}

/** `\u00e4` */
const LONGEST = 6;

/** The escape in which a place lies, with some of it on either side; null for none. */
function escapeAt(text: string, place: number): Escape | null {
  const near = text.slice(Math.max(0, place - LONGEST + 1), place).lastIndexOf("\\");
  if (near < 0) return null;
  const slash = Math.max(0, place - LONGEST + 1) + near;
  let first = slash;
  while (text[first - 1] === "\\" && first > slash - REACH) first -= 1;
  // Of a run of backslashes two are one.
  if ((slash - first) % 2 === 1 || !isQuoted(text, slash)) return null;
  const letter = text[slash + 1] ?? "";
  const end = slash + (/^u[\da-f]{4}$/i.test(text.slice(slash + 1, slash + LONGEST)) ? LONGEST : 2);
  return place < end && end <= text.length ? { start: slash, end, isLayout: /[bfnrt]/.test(letter) } : null;
}

/** So far back a quote is looked for, that a long line with many findings costs no more than it is long. */
const REACH = 1 << 15;

/** Whether a quote stands before a place in its line: elsewhere a backslash is what it is, as in the path of a file. */
function isQuoted(text: string, place: number): boolean {
  for (let at = place - 1; at >= Math.max(0, place - REACH); at -= 1) {
    if (text[at] === '"') return true;
    if (text[at] === "\n") return false;
  }
  return false;
}
