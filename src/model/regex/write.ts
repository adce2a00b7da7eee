/** Tree → text, in JavaScript's dialect (V8) or in RE2's. Both mean the same; flags are written out, none is needed but `u`. */
import { type CharSet, MAX_CODE_POINT, size } from "./char-set.ts";
import type { Condition, Node, Property, SetNode } from "./node.ts";

/** Which engine the text is for. */
export type Dialect = "v8" | "re2";

/** Writes the expression for an engine. */
export function writeRegex(node: Node, dialect: Dialect): string {
  return write(node, dialect);
}

/**
 * `u` when the expression can consume a character beyond the basic plane, which then must count as one; else nothing,
 * which is the faster engine in V8 and means the same.
 */
export function flagsFor(node: Node): "u" | "" {
  switch (node.kind) {
    case "set":
      return node.properties.length > 0 || reachesSurrogates(node.set) ? "u" : "";
    case "repeat":
    case "value":
      return flagsFor(node.body);
    case "sequence":
      return node.parts.some((part) => flagsFor(part) === "u") ? "u" : "";
    case "choice":
      return node.branches.some((branch) => flagsFor(branch) === "u") ? "u" : "";
    case "condition":
      return "";
    default:
      return node satisfies never;
  }
}

function reachesSurrogates(set: CharSet): boolean {
  return set.length > 0 && set[set.length - 1]! >= 0xd800;
}

function write(node: Node, dialect: Dialect): string {
  switch (node.kind) {
    case "set":
      return writeSet(node, dialect);
    case "condition":
      return CONDITION[node.condition][dialect];
    case "sequence":
      return node.parts.map((part) => (part.kind === "choice" ? group(part, dialect) : write(part, dialect))).join("");
    case "choice":
      return node.branches.map((branch) => write(branch, dialect)).join("|");
    case "repeat": {
      const body = node.body.kind === "set" ? write(node.body, dialect) : group(node.body, dialect);
      return body + count(node.min, node.max) + (node.lazy ? "?" : "");
    }
    case "value":
      return `(${write(node.body, dialect)})`;
    default:
      return node satisfies never;
  }
}

function group(node: Node, dialect: Dialect): string {
  return `(?:${write(node, dialect)})`;
}

const CONDITION: Readonly<Record<Condition, Readonly<Record<Dialect, string>>>> = {
  start: { v8: "^", re2: "\\A" },
  end: { v8: "$", re2: "\\z" },
  "line-start": { v8: "(?<![^\\n])", re2: "(?m:^)" },
  "line-end": { v8: "(?![^\\n])", re2: "(?m:$)" },
  word: { v8: "\\b", re2: "\\b" },
  "not-word": { v8: "\\B", re2: "\\B" },
};

function count(min: number, max: number | null): string {
  if (max === null) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function writeSet(node: SetNode, dialect: Dialect): string {
  if (node.properties.length === 0 && size(node.set) === 1) return char(node.set[0]!, dialect);
  if (node.properties.length === 0 && node.set.length === 0) return dialect === "v8" ? "(?!)" : "[^\\x{0}-\\x{10FFFF}]";
  const excludes = node.properties.length === 0 && node.set[0] === 0 && node.set.at(-1) === MAX_CODE_POINT;
  const shown = excludes ? gaps(node.set) : node.set;
  if (excludes && shown.length === 0) return dialect === "v8" ? "[^]" : "(?s:.)";
  const ranges: string[] = node.properties.map((property) => writeProperty(property, dialect));
  for (let index = 0; index < shown.length; index += 2) ranges.push(range(shown[index]!, shown[index + 1]!, dialect));
  return `[${excludes || node.negated ? "^" : ""}${ranges.join("")}]`;
}

/** What lies between the ranges of a set that reaches both ends: shorter to read when turned round. */
function gaps(set: CharSet): number[] {
  const out: number[] = [];
  for (let index = 1; index + 1 < set.length; index += 2) out.push(set[index]! + 1, set[index + 1]! - 1);
  return out;
}

function range(from: number, to: number, dialect: Dialect): string {
  if (from === to) return char(from, dialect);
  return `${char(from, dialect)}${to === from + 1 ? "" : "-"}${char(to, dialect)}`;
}

function char(codePoint: number, dialect: Dialect): string {
  const text = String.fromCodePoint(codePoint);
  if (/[0-9A-Za-z_ !"#%&',:;<=>@`~]/.test(text)) return text;
  if (codePoint > 0x20 && codePoint < 0x7f) return text === "-" && dialect === "v8" ? "\\x2d" : `\\${text}`;
  const hex = codePoint.toString(16);
  if (dialect === "re2") return `\\x{${hex}}`;
  if (codePoint <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return codePoint <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

function writeProperty({ name, negated }: Property, dialect: Dialect): string {
  const category = /^(?:C[cfos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/.test(name);
  const shown = dialect === "re2" || category ? name : `Script=${name}`;
  return `\\${negated ? "P" : "p"}{${shown}}`;
}
