/** From a source to its tree, with every fault of the text at once: lex.ts, then grammar.ts, then describe.ts. */
import type { IToken } from "chevrotain";
import { allowancesOf } from "./allowance.ts";
import { describe } from "./describe.ts";
import { byPlace, type Diagnostic } from "./diagnostic.ts";
import { carryWanted } from "./expectation.ts";
import { Grammar } from "./grammar.ts";
import type { Page } from "./grammar-parts.ts";
import { lex } from "./lex.ts";
import { Lines } from "./lines.ts";
import type { Source } from "./source.ts";
import { didYouMean } from "./suggest.ts";
import type { Tree } from "./tree.ts";

/** A source, read: its tree, and what the printer needs beside it. */
export interface Reading {
  readonly tree: Tree;
  readonly diagnostics: Diagnostic[];
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
  /** Offsets at which declarations and statements begin. */
  readonly starts: readonly number[];
}

/** Parses a source; never throws for what is written in it. */
export function parse(source: Source): { tree: Tree; diagnostics: Diagnostic[] } {
  const { tree, diagnostics } = read(source);
  return { tree, diagnostics };
}

let grammar: Grammar | null = null;

/** The one grammar, made at its first use. */
export function theGrammar(): Grammar {
  grammar ??= new Grammar(carryWanted, true);
  return grammar;
}

/** Parses a source and keeps tokens and comments. */
export function read(source: Source): Reading {
  const lines = new Lines(source);
  const { tokens, comments, faults } = lex(source.text, lines);
  const page: Page = { lines, faults: [], starts: [], docs: docsOf(source.text, comments) };
  const { version, readable, declarations, errors } = theGrammar().read(tokens, page);
  const dropped = faults.filter((fault) => fault.code === "GW1003").map((fault) => fault.span.start);
  const around = { text: source.text, lines, input: tokens, dropped };
  const all = readable
    ? [...faults, ...page.faults, ...describe(errors, around), ...noVersion(version, tokens[0], lines)]
    : page.faults.filter((fault) => fault.code === "GW1002");
  const { starts } = page;
  const allowances = readable ? allowancesOf({ tokens, starts }, comments, source.text, lines) : [];
  const tree: Tree = { source, version, declarations: readable ? declarations : [], allowances };
  return { tree, diagnostics: oneForEachPlace(all), tokens, comments, starts };
}

function noVersion(version: number | null, first: IToken | undefined, lines: Lines): Diagnostic[] {
  // A first line that is nearly right is one fault, and it has been told.
  if (version !== null || isLanguage(first?.image ?? "")) return [];
  const message = "the file does not say which language version it is written in";
  const help = "begin it with `language 1`";
  return [{ code: "GW1001", severity: "error", span: lines.span(0, 0), message, help, notes: [] }];
}

function isLanguage(word: string): boolean {
  return word === "language" || didYouMean(word, ["language"]) !== null;
}

/** Sorted; of several that begin at one place the first said is kept, since the others follow from it. */
function oneForEachPlace(all: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  const kept = all.filter((fault) => {
    const place = `${fault.span.start} ${fault.code === "GW1001"}`;
    return !seen.has(place) && seen.add(place);
  });
  return kept.sort(byPlace);
}

/** `##` comments that are first on their line; those inside of blocks are told apart by the grammar. */
function docsOf(text: string, comments: readonly IToken[]): Page["docs"] {
  return comments.flatMap((comment) => {
    if (!comment.image.startsWith("##") || comment.image.startsWith("###")) return [];
    const lineStart = text.lastIndexOf("\n", comment.startOffset - 1) + 1;
    if (text.slice(lineStart, comment.startOffset).trim() !== "") return [];
    return [{ start: comment.startOffset, text: comment.image.slice(2).replace(/^ /, "").trimEnd() }];
  });
}
