/** How long the matches of an expression can be. */
import { MAX_CODE_POINT } from "./char-set.ts";
import type { Node } from "./node.ts";

/** Code points from here on are two units of UTF-16. */
const ASTRAL = 0x10000;

/** The greatest length of a match in UTF-16 units; Infinity when there is none. */
export function longestMatch(node: Node): number {
  switch (node.kind) {
    case "set":
      return node.properties.length > 0 || (node.set.at(-1) ?? MAX_CODE_POINT) >= ASTRAL ? 2 : 1;
    case "condition":
      return 0;
    case "sequence":
      return node.parts.reduce((sum, part) => sum + longestMatch(part), 0);
    case "choice":
      return Math.max(...node.branches.map(longestMatch));
    case "repeat":
      // No repetition of nothing is longer than nothing, and 0 times Infinity is not a number.
      return node.max === 0 ? 0 : longestMatch(node.body) * (node.max ?? Infinity) || 0;
    case "value":
      return longestMatch(node.body);
    default:
      return node satisfies never;
  }
}
