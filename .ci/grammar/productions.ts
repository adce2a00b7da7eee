/**
 * The productions of the language, taken from the parser itself: chevrotain hands out what it recorded of grammar.ts, and
 * here it becomes a small tree that the EBNF, the railroad page and the highlighting are written from. Rules that are no
 * more than one terminal are written as that terminal; where the parser takes any name and then looks at it, the words
 * that it means stand instead.
 */
import type { ISerializedGast } from "chevrotain";
import { carryWanted, NAME_MEANS } from "../../src/language/expectation.ts";
import { Grammar } from "../../src/language/grammar.ts";

/** A part of a production. */
export type Part =
  /** A word or a sign, written as it is. */
  | { readonly kind: "literal"; readonly text: string }
  /** A terminal with many forms, by the name of its token type. */
  | { readonly kind: "terminal"; readonly name: string }
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "sequence"; readonly parts: readonly Part[] }
  | { readonly kind: "choice"; readonly branches: readonly Part[] }
  | { readonly kind: "optional"; readonly body: Part }
  /** `separator` stands between two of them. */
  | { readonly kind: "repeat"; readonly body: Part; readonly atLeastOne: boolean; readonly separator: Part | null };

/** A rule and what it stands for. */
export interface Production {
  readonly rule: string;
  readonly body: Part;
}

/** Every production, from `file` down, each before those that only it leads to. */
export function productions(): readonly Production[] {
  const recorded = new Map(rules().map((rule) => [rule.name!, sequence(partsOf(rule, rule.name!))]));
  const inlined = (name: string): Part | null => {
    const body = recorded.get(name)!;
    return body.kind === "terminal" ? body : null;
  };
  const done = new Map<string, Part>();
  const visit = (rule: string): void => {
    if (done.has(rule)) return;
    const body = replaceRules(recorded.get(rule)!, inlined);
    done.set(rule, body);
    for (const next of rulesIn(body)) visit(next);
  };
  visit("file");
  return Array.from(done, ([rule, body]) => ({ rule, body }));
}

/** Names of the rules that the parser has. */
export function recordedRules(): readonly string[] {
  return rules().map(({ name }) => name!);
}

function rules(): readonly Serialized[] {
  return new Grammar(carryWanted, true).getSerializedGastProductions();
}

/** A part as chevrotain hands it out; which fields it has depends on its type. */
interface Serialized extends ISerializedGast {
  readonly name?: string;
  readonly label?: string;
  readonly idx?: number;
  readonly separator?: Serialized;
}

function partsOf(gast: ISerializedGast, rule: string): Part[] {
  return (gast.definition ?? []).map((part) => partOf(part as Serialized, rule));
}

function partOf(gast: Serialized, rule: string): Part {
  const body = (): Part => sequence(partsOf(gast, rule));
  switch (gast.type) {
    case "Terminal":
      return terminal(gast, rule);
    case "NonTerminal":
      return { kind: "rule", name: gast.name! };
    case "Alternative":
      return body();
    case "Alternation":
      return choice(partsOf(gast, rule));
    case "Option":
      return { kind: "optional", body: body() };
    case "Repetition":
      return { kind: "repeat", body: body(), atLeastOne: false, separator: null };
    case "RepetitionMandatory":
      return { kind: "repeat", body: body(), atLeastOne: true, separator: null };
    case "RepetitionMandatoryWithSeparator":
      return { kind: "repeat", body: body(), atLeastOne: true, separator: terminal(gast.separator!, rule) };
    case "RepetitionWithSeparator":
      return {
        kind: "optional",
        body: { kind: "repeat", body: body(), atLeastOne: true, separator: terminal(gast.separator!, rule) },
      };
    default:
      throw new Error(`the grammar has begun to use ${gast.type}, which is not written down yet`);
  }
}

/** A label in backticks alone is the text of the token; the first name of a rule may mean a few words only. */
function terminal({ name, label, idx }: Serialized, rule: string): Part {
  const means = name === "Name" && idx === 0 ? (NAME_MEANS[rule] ?? []) : [];
  const words = means.map(quoted);
  if (words.length > 0 && words.every((word) => word !== null)) return choice(words.map(literal));
  const text = quoted(label!);
  return text === null ? { kind: "terminal", name: name! } : literal(text);
}

/** The words that stand instead of names. */
export function meantWords(): readonly string[] {
  const words = Object.values(NAME_MEANS).flatMap((labels) => labels.map(quoted));
  return [...new Set(words.filter((word) => word !== null))];
}

function quoted(label: string): string | null {
  return /^`([^`\s]+)`$/.exec(label)?.[1] ?? null;
}

function literal(text: string): Part {
  return { kind: "literal", text };
}

function sequence(parts: readonly Part[]): Part {
  return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
}

function choice(branches: readonly Part[]): Part {
  const flat = branches.flatMap((branch) => (branch.kind === "choice" ? branch.branches : [branch]));
  return flat.length === 1 ? flat[0]! : { kind: "choice", branches: flat };
}

/** The parts that a part is made of. */
export function inside(part: Part): readonly Part[] {
  switch (part.kind) {
    case "literal":
    case "terminal":
    case "rule":
      return [];
    case "sequence":
      return part.parts;
    case "choice":
      return part.branches;
    case "optional":
      return [part.body];
    case "repeat":
      return part.separator === null ? [part.body] : [part.body, part.separator];
    default:
      return part satisfies never;
  }
}

/** Every part of a part, itself first, in the order in which they are written. */
export function* walk(part: Part): Generator<Part> {
  yield part;
  for (const inner of inside(part)) yield* walk(inner);
}

function rulesIn(part: Part): string[] {
  return Array.from(walk(part)).flatMap((inner) => (inner.kind === "rule" ? [inner.name] : []));
}

function replaceRules(part: Part, by: (name: string) => Part | null): Part {
  switch (part.kind) {
    case "literal":
    case "terminal":
      return part;
    case "rule":
      return by(part.name) ?? part;
    case "sequence":
      return { ...part, parts: part.parts.map((inner) => replaceRules(inner, by)) };
    case "choice":
      return { ...part, branches: part.branches.map((inner) => replaceRules(inner, by)) };
    case "optional":
    case "repeat":
      return { ...part, body: replaceRules(part.body, by) };
    default:
      return part satisfies never;
  }
}
