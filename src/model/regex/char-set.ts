/** Sets of code points as sorted, disjoint, inclusive ranges: what one place of a regular expression may be. Pure. */

/** Ranges laid flat: `[from, to, from, to, …]`, ascending, never touching. */
export type CharSet = readonly number[];

export const MAX_CODE_POINT = 0x10ffff;
export const EMPTY: CharSet = [];
export const ANY: CharSet = [0, MAX_CODE_POINT];
export const DIGIT: CharSet = [0x30, 0x39];
/** `\s` of the RE2 dialect: tab, line feed, form feed, carriage return, space. */
export const SPACE: CharSet = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];
/** `\w` of the RE2 dialect: ASCII letters, digits and `_`. */
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
export const NEWLINE: CharSet = [0x0a, 0x0a];

/** The set of one code point. */
export function only(codePoint: number): CharSet {
  return [codePoint, codePoint];
}

/** Every code point that is in at least one of the sets. */
export function union(...sets: readonly CharSet[]): CharSet {
  const ranges = sets.flatMap(pairs).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const out: number[] = [];
  for (const [from, to] of ranges) {
    const last = out.length - 1;
    if (last > 0 && from <= out[last]! + 1) out[last] = Math.max(out[last]!, to);
    else out.push(from, to);
  }
  return out;
}

/** Every code point that is not in the set. */
export function complement(set: CharSet): CharSet {
  const out: number[] = [];
  let next = 0;
  for (const [from, to] of pairs(set)) {
    if (from > next) out.push(next, from - 1);
    next = to + 1;
  }
  if (next <= MAX_CODE_POINT) out.push(next, MAX_CODE_POINT);
  return out;
}

/** Whether the two sets have a code point in common. */
export function overlaps(a: CharSet, b: CharSet): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i + 1]! < b[j]!) i += 2;
    else if (b[j + 1]! < a[i]!) j += 2;
    else return true;
  }
  return false;
}

/** Whether every code point of `inner` is in `outer`. */
export function within(inner: CharSet, outer: CharSet): boolean {
  return !overlaps(inner, complement(outer));
}

/** Number of code points in the set. */
export function size(set: CharSet): number {
  return pairs(set).reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** The code points of a set, in order; for small sets. */
export function members(set: CharSet): number[] {
  return pairs(set).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/**
 * The set with the other case of every letter added: `a` and `A`, `é` and `É`. The two signs that Unicode folds into
 * ASCII letters (the Kelvin sign and the long s) stay out, so that a literal of ASCII letters is searched as ASCII.
 */
export function foldCase(set: CharSet): CharSet {
  if (size(set) > LARGE) return foldAscii(set);
  const added = members(set).flatMap(otherCases);
  return union(set, ...added.map(only));
}

/** Sets larger than this are wide classes; only their ASCII part is worth folding letter by letter. */
const LARGE = 4096;

function foldAscii(set: CharSet): CharSet {
  const ascii = pairs(set).flatMap(([from, to]) => (from > 0x7f ? [] : [from, Math.min(to, 0x7f)]));
  return union(set, foldCase(ascii));
}

function otherCases(codePoint: number): number[] {
  const char = String.fromCodePoint(codePoint);
  return [char.toLowerCase(), char.toUpperCase()].flatMap((other) => {
    const value = other.codePointAt(0)!;
    const single = other.length === String.fromCodePoint(value).length;
    const leavesAscii = value < 0x80 !== codePoint < 0x80;
    return single && !leavesAscii && value !== codePoint ? [value] : [];
  });
}

function pairs(set: CharSet): [number, number][] {
  const out: [number, number][] = [];
  for (let index = 0; index < set.length; index += 2) out.push([set[index]!, set[index + 1]!]);
  return out;
}
