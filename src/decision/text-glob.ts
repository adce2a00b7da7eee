/**
 * Whether a text is matched by a glob, of any length and in time that grows with both of their lengths: a name is looked up
 * in an automaton (atoms.ts), but the input of a call is anything. The dialect is that of names: `*` is any run of characters
 * but `/`, `**` any run, `?` one character but `/`.
 */

/** Whether the whole text is matched. */
export function textMatches(glob: string, text: string): boolean {
  const tokens = glob.match(/\*\*|[\s\S]/gu) ?? [];
  const isRun = tokens.map((token) => token === "*" || token === "**");
  /** Where in the glob one may be: `here[i]` when the tokens before the i-th have matched so far. */
  let here = new Uint8Array(tokens.length + 1);
  let next = new Uint8Array(tokens.length + 1);
  here[0] = 1;
  skipRuns(here, isRun);
  for (const letter of text) {
    next.fill(0);
    for (const [index, token] of tokens.entries()) {
      if (here[index] === 0) continue;
      if (token === "**" || (token === "*" && letter !== "/")) next[index] = 1;
      else if (token === "?" ? letter !== "/" : token === letter && token !== "*") next[index + 1] = 1;
    }
    skipRuns(next, isRun);
    [here, next] = [next, here];
  }
  return here[tokens.length] === 1;
}

/** A run may be empty. */
function skipRuns(here: Uint8Array, isRun: readonly boolean[]): void {
  for (const [index, run] of isRun.entries()) if (run && here[index] === 1) here[index + 1] = 1;
}
