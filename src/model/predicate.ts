/**
 * What a statement asks about the input of a call: `repo in ["acme/pay"] and size(body) <= 8k`. A predicate is plain data, as its
 * author wrote it; decision/weigh.ts says whether an input has it, predicate-text.ts writes it out.
 */
import type { Runnable } from "./filters/filter.ts";

/** Where a value lies in an input: names of members, each inside of the one before. Empty: the value itself. */
export type Path = readonly string[];

/** What an input can be compared with. */
export type Scalar = string | number | boolean;

/** How two numbers are compared. */
export const ORDERS = ["<", "<=", ">", ">="] as const;
export type Order = (typeof ORDERS)[number];

/** An expression that is looked for in a text, and how its author wrote it: `/^feat\//i`. */
export interface Sought extends Runnable {
  readonly written: string;
}

/** What is asked of one value. Each kind is about values of one type, and cannot judge those of another. */
export type Test =
  | { readonly kind: "equals"; readonly value: Scalar }
  /** It is one of these; all are of one type, and there is at least one. */
  | { readonly kind: "in"; readonly values: readonly Scalar[] }
  | { readonly kind: "order"; readonly order: Order; readonly than: number }
  /** The whole of a text matches a glob. */
  | { readonly kind: "like"; readonly glob: string }
  /** An expression is found in a text. */
  | { readonly kind: "matches"; readonly expression: Sought }
  /** A text is an absolute path of this folder, or of something in it; the folder is normalised, without a slash behind it. */
  | { readonly kind: "under"; readonly folder: string }
  /** A text, or every entry of a list of texts, matches one of the globs. */
  | { readonly kind: "within"; readonly globs: readonly string[] };

/** What is asked about the input of a call. */
export type Predicate =
  | { readonly kind: "and" | "or"; readonly of: readonly Predicate[] }
  | { readonly kind: "not"; readonly of: Predicate }
  /** There is such a member. */
  | { readonly kind: "has"; readonly path: Path }
  /** `size`: the test is of the bytes of a text in UTF-8, or of the number of entries of a list. */
  | { readonly kind: "test"; readonly path: Path; readonly of: "value" | "size"; readonly test: Test }
  /** Of every entry of a list, or of some; paths inside begin at the entry. */
  | { readonly kind: "every" | "any"; readonly path: Path; readonly of: Predicate };
