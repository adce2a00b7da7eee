/** Slow and plain answers to compare the fast ones with. */

/** A repeatable stream of numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A glob by trying every way to match it. */
export function globMatches(glob: string, name: string): boolean {
  const tokens = glob.match(/\*\*|[\s\S]/gu) ?? [];
  const letters = [...name];
  const from = (token: number, letter: number): boolean => {
    if (token === tokens.length) return letter === letters.length;
    const it = tokens[token];
    if (it === "*" || it === "**") {
      for (let end = letter; end <= letters.length; end++) {
        if (from(token + 1, end)) return true;
        if (it === "*" && letters[end] === "/") return false;
      }
      return false;
    }
    if (letter === letters.length) return false;
    if (it === "?" ? letters[letter] === "/" : letters[letter] !== it) return false;
    return from(token + 1, letter + 1);
  };
  return from(0, 0);
}
