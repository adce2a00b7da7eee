/**
 * What decides, besides its expressions, whether a pattern's finding counts: words that must stand before it, checks of
 * the value, and what is fine. As data it survives a structured clone; `conditionsOf` makes functions of it.
 */
import { RE2JS } from "re2js";
import { type CheckName, type Finding, passes } from "./checks.ts";
import { entropyOf } from "./randomness.ts";

/** A named check, or the entropy in bits a character that the value must have more of. */
export type Check = { readonly name: CheckName } | { readonly name: "entropy"; readonly above: number };

/** An expression as policies check it, as far as it is needed to run it. */
export interface Runnable {
  readonly source: string;
  readonly flags: string;
  readonly engine: "v8" | "linear";
  readonly re2: string;
}

/** What is fine: the value itself, or what is found in it or on its line. */
export type Exemption =
  | { readonly on: "value" | "line"; readonly is: string }
  /** Any of the words stands there; they are in lower case and case does not matter. */
  | { readonly on: "value" | "line"; readonly has: readonly string[] }
  | { readonly on: "value" | "line"; readonly expression: Runnable };

/** What a pattern asks of its findings; empty lists ask nothing. */
export interface Filter {
  /** In lower case; one of them must stand before the value or in it. */
  readonly keywords: readonly string[];
  readonly checks: readonly Check[];
  readonly unless: readonly Exemption[];
}

/** Nothing is asked. */
export const NO_FILTER: Filter = { keywords: [], checks: [], unless: [] };

/** One thing that is asked, and what it is called in messages. */
export interface Condition {
  readonly words: string;
  readonly holds: (finding: Finding) => boolean;
}

/** How far before a value its keyword may stand. */
export const NEAR = 160;

/** How much of a line is looked at on either side of a value; lines of minified files have no end. */
const LONGEST_LINE = 512;

/** Everything that is asked, the cheapest first. */
export function conditionsOf({ keywords, checks, unless }: Filter): Condition[] {
  const near: Condition[] = keywords.length === 0 ? [] : [{ words: "`keywords`", holds: isNear(keywords) }];
  const checked = checks.map((check): Condition => {
    const words = `\`check ${check.name}${"above" in check ? ` > ${check.above}` : ""}\``;
    if ("above" in check) return { words, holds: ({ value }) => entropyOf(value) > check.above };
    return { words, holds: (finding) => passes(check.name, finding) };
  });
  const fine = unless.map((exemption): Condition => {
    const exempts = exemptionOf(exemption);
    return { words: "`unless`", holds: (finding) => !exempts(finding) };
  });
  return [...near, ...checked, ...fine];
}

/** Whether a finding in `text[start, end)` counts; null when every one does. */
export function createAccepts(filter: Filter): ((text: string, start: number, end: number) => boolean) | null {
  const conditions = conditionsOf(filter);
  if (conditions.length === 0) return null;
  return (text, start, end) => {
    const finding = { value: text.slice(start, end), text, start, end };
    return conditions.every(({ holds }) => holds(finding));
  };
}

function isNear(keywords: readonly string[]): Condition["holds"] {
  return ({ text, start, end }) => {
    const before = text.slice(Math.max(0, start - NEAR), end).toLowerCase();
    return keywords.some((keyword) => before.includes(keyword));
  };
}

/** The line of a finding, without its break. */
function lineOf({ value, text, start, end }: Finding): string {
  const before = text.slice(Math.max(0, start - LONGEST_LINE), start);
  const [after = ""] = text.slice(end, end + LONGEST_LINE).split(/[\r\n]/, 1);
  return before.slice(before.lastIndexOf("\n") + 1) + value + after;
}

function exemptionOf(exemption: Exemption): (finding: Finding) => boolean {
  const holds = holdsIn(exemption);
  return exemption.on === "value" ? ({ value }) => holds(value) : (finding) => holds(lineOf(finding));
}

/** What is looked through is short, and the check of the policy has chosen the engine. */
function holdsIn(exemption: Exemption): (text: string) => boolean {
  if ("is" in exemption) return (text) => text === exemption.is;
  if ("has" in exemption) {
    return (text) => {
      const lower = text.toLowerCase();
      return exemption.has.some((word) => lower.includes(word));
    };
  }
  const { engine, source, flags, re2 } = exemption.expression;
  if (engine === "linear") {
    const compiled = RE2JS.compile(re2);
    return (text) => compiled.matcher(text).find();
  }
  const compiled = new RegExp(source, flags);
  return (text) => compiled.test(text);
}
