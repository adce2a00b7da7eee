/**
 * A regular expression of the RE2 dialect as a tree, all flags and names of classes worked out: read.ts makes it,
 * write.ts writes it in either dialect, safe.ts and literals.ts reason about it. Of all groups only the first counts,
 * because it is the value to be found; it is kept only where it is asked for.
 */
import type { CharSet } from "./char-set.ts";
import { union } from "./char-set.ts";

/** Zero-width conditions; `line-` ones look for a line feed, the others for the ends of the text. */
export type Condition = "start" | "end" | "line-start" | "line-end" | "word" | "not-word";

/** One Unicode class as written in a bracket: `\p{Greek}`, or `\P{L}` when `negated`. */
export interface Property {
  readonly name: string;
  readonly negated: boolean;
}

/** One character. `properties` are classes known by name only: they widen the set by code points not listed in it. */
export interface SetNode {
  readonly kind: "set";
  readonly set: CharSet;
  readonly properties: readonly Property[];
  /** Whether the whole is turned round; only when `properties` is not empty, else the set itself is turned. */
  readonly negated: boolean;
}
export interface RepeatNode {
  readonly kind: "repeat";
  readonly body: Node;
  readonly min: number;
  /** null: any number. */
  readonly max: number | null;
  readonly lazy: boolean;
}
export interface SequenceNode {
  readonly kind: "sequence";
  readonly parts: readonly Node[];
}
export interface ChoiceNode {
  readonly kind: "choice";
  readonly branches: readonly Node[];
}
export interface ConditionNode {
  readonly kind: "condition";
  readonly condition: Condition;
}

/** The first group of an expression: what of a match is the value. */
export interface ValueNode {
  readonly kind: "value";
  readonly body: Node;
}

export type Node = SetNode | RepeatNode | SequenceNode | ChoiceNode | ConditionNode | ValueNode;

/** A plain set of code points. */
export function setOf(set: CharSet): SetNode {
  return { kind: "set", set, properties: [], negated: false };
}

/** Parts in a row, rows inside rows laid flat. */
export function sequence(parts: readonly Node[]): Node {
  const flat = parts.flatMap((part) => (part.kind === "sequence" ? part.parts : [part]));
  return flat.length === 1 ? flat[0]! : { kind: "sequence", parts: flat };
}

/** Alternatives; neighbours that are single plain sets become one set, which matches the same and leaves no choice. */
export function choice(branches: readonly Node[]): Node {
  const joined: Node[] = [];
  for (const branch of branches) {
    const last = joined.at(-1);
    if (last && isPlain(last) && isPlain(branch)) joined[joined.length - 1] = setOf(union(last.set, branch.set));
    else joined.push(branch);
  }
  return joined.length === 1 ? joined[0]! : { kind: "choice", branches: joined };
}

function isPlain(node: Node): node is SetNode {
  return node.kind === "set" && node.properties.length === 0;
}

/** Whether the expression can match without consuming a character. */
export function matchesEmpty(node: Node): boolean {
  switch (node.kind) {
    case "set":
      return false;
    case "condition":
      return true;
    case "repeat":
      return node.min === 0 || matchesEmpty(node.body);
    case "sequence":
      return node.parts.every(matchesEmpty);
    case "choice":
      return node.branches.some(matchesEmpty);
    case "value":
      return matchesEmpty(node.body);
    default:
      return node satisfies never;
  }
}
