/**
 * Promise: what is declared is used somewhere; what nothing names is a warning, because it is often a slip. Asked of
 * sound policies only: a misspelt name is one fault, not one fault and one unused declaration.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Item, Statement, Thing, Word } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { globMatches } from "../glob.ts";
import { statementLists } from "../lists.ts";

/** Packs, and groups, patterns, guardrails, services and providers of the policy itself, that nothing names. */
export function everythingUsed(declared: Declared): Diagnostic[] {
  const used = collect(declared);
  const diagnostics: Diagnostic[] = [];
  const warn = (kind: string, name: Word) =>
    diagnostics.push(fault("GW3026", name.span, `${kind} \`${name.text}\` is never used`, "use it, or delete it"));
  for (const [name, declaration] of declared.uses) {
    if (!isPackUsed(name, declared, used)) warn("pack", declaration.name);
  }
  for (const { pack, name, declaration } of declared.models.values()) {
    const routesOrPrices = declaration.via.length > 0 || declaration.prices.length > 0;
    if (pack === null && !routesOrPrices && !used.models.has(name)) warn("models", declaration.name);
  }
  for (const { pack, name, declaration } of declared.tools.values()) {
    if (pack === null && !used.tools.has(name)) warn("tools", declaration.name);
  }
  for (const { pack, name, declaration } of declared.patterns.values()) {
    if (pack === null && !used.patterns.has(name)) warn("pattern", declaration.name);
  }
  for (const { name, declaration } of declared.guardrails.values()) {
    if (!used.guardrails.has(name)) warn("guardrail", declaration.name);
  }
  for (const { name, declaration } of declared.services.values()) {
    if (!used.services.has(name)) warn("service", declaration.name);
  }
  for (const { name, declaration } of declared.providers.values()) {
    if (!used.providers.has(name)) warn("provider", declaration.name);
  }
  for (const { name, declaration } of declared.servers.values()) {
    if (![...used.names].some((glob) => reaches(glob, name))) warn("mcp", declaration.name);
  }
  return diagnostics;
}

/** A pack is used when one of its members is; prices hold for models whoever names them. */
function isPackUsed(pack: string, { models }: Declared, used: Used): boolean {
  const isOf = (name: string) => name === pack || name.startsWith(`${pack}.`);
  const hasPrices = [...models.values()].some((it) => it.pack === pack && it.declaration.prices.length > 0);
  return hasPrices || [used.models, used.tools, used.patterns].some((names) => [...names].some(isOf));
}

/** Whether it lets somebody use models that go to the one provider that there is, for which no `via` is needed. */
function takesOnlyProvider(statement: Statement, { providers }: Declared): boolean {
  if (providers.size !== 1 || statement.kind !== "access" || statement.observe) return false;
  return statement.effect === "allow" && statement.thing === "models";
}

/** Whether a glob is about anything of a server. */
function reaches(glob: string, server: string): boolean {
  const [, family, name] = /^([^:]*):([^/]*)/.exec(glob) ?? [];
  if (family === undefined || name === undefined) return glob.startsWith("**");
  return globMatches(family, "mcp") || /^mcp-(?:prompt|resource)$/.test(family) ? globMatches(name, server) : false;
}

interface Used {
  readonly models: Set<string>;
  readonly tools: Set<string>;
  readonly providers: Set<string>;
  readonly patterns: Set<string>;
  readonly guardrails: Set<string>;
  readonly services: Set<string>;
  /** Names and globs of tools. */
  readonly names: Set<string>;
}

function collect(declared: Declared): Used {
  const used: Used = {
    models: new Set(),
    tools: new Set(),
    providers: new Set(),
    patterns: new Set(),
    guardrails: new Set(),
    services: new Set(),
    names: new Set(),
  };
  const patternsOfProviders = new Set<string>();
  const items = (thing: Thing, list: readonly Item[]) => {
    for (const item of list) {
      if (item.kind === "reference") used[thing].add(item.text);
      else if (thing === "providers") patternsOfProviders.add(item.text);
      else if (thing === "tools") used.names.add(item.text);
    }
  };
  for (const { pack, declaration } of declared.models.values()) {
    if (pack !== null) continue;
    items("models", declaration.items);
    for (const price of declaration.prices) items("models", price.items);
    for (const { text } of declaration.via) used.providers.add(text);
  }
  for (const { pack, declaration } of declared.tools.values()) if (pack === null) items("tools", declaration.items);
  const blocks = [
    ...declared.orgs,
    ...[...declared.teams.values()].map((team) => team.declaration),
    ...[...declared.keys.values()].map((key) => key.declaration),
  ];
  for (const { body } of blocks) {
    for (const statement of body) {
      if (takesOnlyProvider(statement, declared))
        for (const name of declared.providers.keys()) used.providers.add(name);
      for (const list of statementLists(statement)) items(list.thing, list.items);
      if (statement.kind === "guard") for (const { text } of statement.names) used.guardrails.add(text);
      if (statement.kind !== "results") continue;
      for (const { name } of [...statement.redact, ...statement.flag]) used.patterns.add(name.text);
    }
  }
  for (const { declaration } of declared.guardrails.values()) {
    for (const match of declaration.match) if (match.kind !== "regex") used.patterns.add(match.name.text);
    if (declaration.ask !== null) used.services.add(declaration.ask.service.text);
  }
  for (const test of declared.tests) {
    for (const step of test.body) if (step.kind === "can" || step.kind === "cannot") items(step.thing, step.items);
  }
  for (const { body } of declared.invariants) {
    for (const promise of body) if ("items" in promise) items(promise.thing, promise.items);
  }
  for (const glob of patternsOfProviders) {
    for (const name of declared.providers.keys()) if (globMatches(glob, name)) used.providers.add(name);
  }
  return used;
}
