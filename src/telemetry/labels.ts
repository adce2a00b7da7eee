/**
 * Label values under a ceiling. A metric grows a series for each new value, so values that come from outside are counted
 * under their own name only while there is room, and under `_other` after that.
 */

/** Gives a value back while it is among the first `most` seen, else `_other`. */
export function capped(most: number): (value: string) => string {
  const seen = new Set<string>();
  return (value) => {
    if (seen.has(value)) return value;
    if (seen.size >= most) return OTHER;
    seen.add(value);
    return value;
  };
}

export const OTHER = "_other";
export const NONE = "none";

/** Keeps the bound child of each label combination, since binding anew costs more than counting. */
export function bound<Child>(bind: (...values: string[]) => Child): (...values: string[]) => Child {
  const children = new Map<string, Child>();
  return (...values) => {
    const key = values.join("\u0000");
    const hit = children.get(key);
    if (hit !== undefined) return hit;
    const child = bind(...values);
    children.set(key, child);
    return child;
  };
}
