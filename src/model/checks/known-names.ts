/** Promise: every name that is not a model or a tool names something declared. Lists of names are groups.ts's. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type {
  Declaration,
  GuardrailDeclaration,
  InvariantDeclaration,
  PatternName,
  Statement,
  Subject,
  TestDeclaration,
  Word,
} from "../../language/tree.ts";
import { type Declared, isInMissingPack } from "../declared.ts";
import { fault } from "../fault.ts";
import { REASONS } from "../reasons.ts";
import { suggestion, unusedPack } from "../suggestion.ts";

/** Unknown providers after `via`, guardrails after `guard`, services after `ask`, patterns after `match`, `redact` and `flag`, subjects of proofs, words of tests. */
export function knownNames(declared: Declared): Diagnostic[] {
  const declarations: Declaration[] = [
    ...[...declared.models.values()].map(({ declaration }) => declaration),
    ...declared.orgs,
    ...[...declared.teams.values()].map(({ declaration }) => declaration),
    ...[...declared.keys.values()].map(({ declaration }) => declaration),
    ...[...declared.guardrails.values()].map(({ declaration }) => declaration),
    ...declared.tests,
    ...declared.invariants,
    ...declared.delegates,
  ];
  return declarations.flatMap((declaration) => knownNamesIn(declaration, declared));
}

/** The same of one declaration. */
export function knownNamesIn(declaration: Declaration, declared: Declared): Diagnostic[] {
  switch (declaration.kind) {
    case "models":
      return declaration.via.flatMap((name) => unknown(name, "GW2005", "provider", declared.providers));
    case "org":
    case "team":
    case "key":
      return [...guards(declaration.body, declared), ...sought(declaration.body, declared)];
    case "guardrail":
      return [...patternNames(matched(declaration), declared), ...asked(declaration, declared)];
    case "test":
      return namesOfTest(declaration, declared);
    case "invariant":
      return namesOfInvariant(declaration, declared);
    case "use":
    case "provider":
    case "tools":
    case "mcp":
    case "pattern":
    case "service":
    case "audit":
      return [];
    case "delegate":
      return unknown(declaration.team, "GW2006", "team", declared.teams);
    default:
      return declaration satisfies never;
  }
}

function asked({ ask }: GuardrailDeclaration, { services }: Declared): Diagnostic[] {
  return ask === null ? [] : unknown(ask.service, "GW2021", "service", services);
}

function unknown(
  name: Word,
  code: "GW2005" | "GW2006" | "GW2007" | "GW2009" | "GW2021",
  kind: string,
  names: ReadonlyMap<string, { readonly declaration: { readonly name: Word } }>,
): Diagnostic[] {
  if (names.has(name.text)) return [];
  return [fault(code, name.span, `unknown ${kind} \`${name.text}\``, suggestion(name.text, placesOf(names)))];
}

function placesOf(names: ReadonlyMap<string, { readonly declaration: { readonly name: Word } }>): Map<string, Span> {
  return new Map([...names].map(([name, { declaration }]) => [name, declaration.name.span]));
}

function guards(body: readonly Statement[], declared: Declared): Diagnostic[] {
  return body.flatMap((statement) =>
    statement.kind === "guard"
      ? statement.names.flatMap((name) => unknown(name, "GW2009", "guardrail", declared.guardrails))
      : [],
  );
}

/** What is looked for in what tools give back. */
function sought(body: readonly Statement[], declared: Declared): Diagnostic[] {
  return body.flatMap((statement) =>
    statement.kind === "results" ? patternNames([...statement.redact, ...statement.flag], declared) : [],
  );
}

function matched({ match }: GuardrailDeclaration): readonly PatternName[] {
  return match.filter((part) => part.kind !== "regex");
}

function patternNames(names: readonly PatternName[], declared: Declared): Diagnostic[] {
  return names.flatMap(({ kind, name }) => {
    const { text, span } = name;
    if (kind === "pattern") {
      return declared.patterns.has(text) ? [] : [unknownPattern(text, span, "", declared)];
    }
    if (declared.patterns.has(text) || hasPatterns(declared, text) || isInMissingPack(declared, text)) return [];
    if (text.includes(".")) return [unknownPattern(text, span, "@", declared)];
    const help = declared.packs.has(text) ? `pack \`${text}\` has no patterns` : unusedPack(text, declared, "@");
    return [fault("GW2010", span, `unknown pack of patterns \`@${text}\``, help)];
  });
}

function hasPatterns(declared: Declared, pack: string): boolean {
  return declared.packs.get(pack)?.declarations.some((declaration) => declaration.kind === "pattern") ?? false;
}

function unknownPattern(text: string, span: Span, sigil: string, declared: Declared): Diagnostic {
  const message = `unknown pattern \`${sigil}${text}\``;
  const ofPack = [...declared.patterns.values()].find(({ name, pack }) => pack !== null && name === `${pack}.${text}`);
  if (ofPack && sigil === "") return fault("GW2008", span, message, `did you mean \`@${ofPack.name}\`?`);
  const pack = text.split(".")[0] ?? "";
  if (sigil === "@" && !declared.packs.has(pack)) return fault("GW2008", span, message, unusedPack(pack, declared));
  const choices = [...declared.patterns].filter(([, { pack }]) => (pack !== null) === (sigil === "@"));
  return fault("GW2008", span, message, suggestion(text, placesOf(new Map(choices)), sigil));
}

function namesOfTest(test: TestDeclaration, declared: Declared): Diagnostic[] {
  const diagnostics = unknownSubject(test.subject, declared);
  for (const step of test.body) {
    if (step.kind !== "send") continue;
    const { expect } = step;
    if ("guardrail" in expect && expect.guardrail) {
      diagnostics.push(...unknown(expect.guardrail, "GW2009", "guardrail", declared.guardrails));
    }
    if (expect.kind === "route") {
      for (const name of expect.providers) diagnostics.push(...unknown(name, "GW2005", "provider", declared.providers));
    }
    if (expect.kind === "found" && expect.by) diagnostics.push(...patternNames([expect.by], declared));
    if (expect.kind === "refuse" && expect.reason) diagnostics.push(...reason(expect.reason));
  }
  return diagnostics;
}

function namesOfInvariant({ body }: InvariantDeclaration, declared: Declared): Diagnostic[] {
  return body.flatMap((promise) => {
    if ("to" in promise) return promise.to.flatMap((subject) => unknownSubject(subject, declared));
    return promise.in === null ? [] : unknown(promise.in, "GW2006", "team", declared.teams);
  });
}

function unknownSubject({ kind, name }: Subject, declared: Declared): Diagnostic[] {
  if (kind === "team") return unknown(name, "GW2006", "team", declared.teams);
  if (kind === "key") return unknown(name, "GW2007", "key", declared.keys);
  const org = declared.orgs[0];
  if (!org || org.name.text === name.text) return [];
  return [fault("GW2016", name.span, `unknown org \`${name.text}\``, `the org is \`${org.name.text}\``)];
}

function reason(word: Word): Diagnostic[] {
  if (REASONS.some((known) => known === word.text)) return [];
  const choices = new Map(REASONS.map((known) => [known, null]));
  const help = suggestion(word.text, choices) ?? `the reasons are ${REASONS.map((known) => `\`${known}\``).join(", ")}`;
  return [fault("GW2015", word.span, `no refusal has the reason \`${word.text}\``, help)];
}
