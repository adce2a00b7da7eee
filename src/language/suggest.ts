/** The nearest word, for "did you mean". */

/** The choice nearest to a word, if it is near enough that a person may have meant it; else null. */
export function didYouMean(word: string, choices: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  const limit = word.length < 3 ? 0 : Math.max(1, Math.floor(word.length * 0.4));
  let best: string | null = null;
  let bestDistance = limit + 1;
  for (const choice of choices) {
    if (choice === word || Math.abs(choice.length - word.length) >= bestDistance) continue;
    const distance = choice.toLowerCase() === wanted ? 0 : editDistance(wanted, choice.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best;
}

/** Damerau-Levenshtein distance (neighbours swapped count as one edit), or `cap` when it is not below `cap`. */
function editDistance(a: string, b: string, cap: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1);
      }
      current.push(cost);
      if (cost < least) least = cost;
    }
    if (least >= cap) return cap;
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
