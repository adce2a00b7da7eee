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
  const found: { at: number; length: number }[] = [];
  let inClass = false;
  for (let at = 0; at < regex.length; at++) {
    const char = regex[at];
    if (char === "\\") at++;
    else if (inClass) inClass = char !== "]";
    else if (char === "[") {
      inClass = true;
      // A bracket right behind the opening stands for itself.
      if (regex[at + 1] === "^") at++;
      if (regex[at + 1] === "]") at++;
    } else if (char === "(") {
      const named = /^\(\?P?<[A-Za-z_]\w*>/.exec(regex.slice(at, at + 80))?.[0].length;
      if (named !== undefined || regex[at + 1] !== "?") found.push({ at, length: named ?? 1 });
    }
  }
  return found;
}
