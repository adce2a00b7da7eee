/** What has to be changed in the expressions of gitleaks, which are of the same dialect as ours. */

/** What many rules begin with: up to 50 letters before the name that they look for, at every place of a text. */
const RUN_UP = "[\\w.-]{0,50}?";

/** The expression without what only stands before its value and costs a try at every place. */
export function withoutRunUp(regex: string): string {
  let left = regex;
  for (const before of ["", "(?i)", "(?i:"]) {
    if (left.startsWith(before + RUN_UP)) left = before + left.slice(before.length + RUN_UP.length);
  }
  return left;
}

/** The expression with everything that may be repeated without end repeated so many times at most, or as often as it must. */
export function withEnds(regex: string, most: number): string {
  let result = "";
  for (const { at, length, inClass } of tokens(regex)) {
    const token = regex.slice(at, at + length);
    const least = inClass ? undefined : token === "*" ? 0 : token === "+" ? 1 : /^\{(\d+),\}$/.exec(token)?.[1];
    result += least === undefined ? token : `{${least},${Math.max(Number(least), most)}}`;
  }
  return result;
}

/** How many groups an expression has that capture. */
export function groupsOf(regex: string): number {
  return openings(regex).length;
}

/** The expression with only this group capturing, so that it is the first; null when there is none. */
export function onlyGroup(regex: string, group: number): string | null {
  const all = openings(regex);
  if (all[group - 1] === undefined) return null;
  let result = "";
  let from = 0;
  for (const [index, { at, length }] of all.entries()) {
    result += regex.slice(from, at) + (index === group - 1 ? "(" : "(?:");
    from = at + length;
  }
  return result + regex.slice(from);
}

/** Where groups that capture open, and how long their openings are: `(`, `(?P<name>`. */
function openings(regex: string): { readonly at: number; readonly length: number }[] {
  return tokens(regex).flatMap(({ at, inClass }) => {
    if (inClass || regex[at] !== "(") return [];
    const named = /^\(\?P?<[A-Za-z_]\w*>/.exec(regex.slice(at, at + 80))?.[0].length;
    return named !== undefined || regex[at + 1] !== "?" ? [{ at, length: named ?? 1 }] : [];
  });
}

/** A piece of an expression that means something by itself: an escape, a count, else one character. */
interface Token {
  readonly at: number;
  readonly length: number;
  readonly inClass: boolean;
}

function tokens(regex: string): Token[] {
  const found: Token[] = [];
  let inClass = false;
  for (let at = 0, length = 1; at < regex.length; at += length) {
    const char = regex[at];
    length = char === "\\" ? 2 : 1;
    if (inClass) inClass = char !== "]";
    else if (char === "{") length = /^\{\d+(?:,\d*)?\}/.exec(regex.slice(at, at + 20))?.[0].length ?? 1;
    else if (char === "[") {
      inClass = true;
      // A bracket right behind the opening stands for itself.
      length = /^\[\^?\]?/.exec(regex.slice(at, at + 3))![0].length;
    }
    found.push({ at, length, inClass });
  }
  return found;
}
