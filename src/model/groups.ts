/**
 * Lists of names → globs: references to groups are followed, every name is checked, circles are found. A group is
 * expanded once, whoever asks for it; faults inside a group are reported once, at the place where they stand.
 */
import type { Code } from "../language/codes.ts";
import type { Diagnostic, Note } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Item, ModelsDeclaration, Thing, ToolsDeclaration } from "../language/tree.ts";
import { type Declared, isInMissingPack, type Member, qualified } from "./declared.ts";
import { fault } from "./fault.ts";
import { globFault, globMatches, isGlob } from "./glob.ts";
import { suggestion, unusedPack } from "./suggestion.ts";

/** Where a list of names stands. */
export interface ListPlace {
  readonly thing: Thing;
  /** The pack it stands in; null for the policy itself. */
  readonly pack: string | null;
  /** Why an unknown name in it is an error, when that is worth saying. */
  readonly reason: string | null;
}

/** Expands lists of names of one policy. */
export interface Groups {
  /** The globs that the items stand for, without repetition; what is wrong goes to `report`. */
  expand(items: readonly Item[], place: ListPlace, report: (diagnostic: Diagnostic) => void): readonly string[];
  /** Globs of every group of models or tools, by full name. */
  readonly models: ReadonlyMap<string, readonly string[]>;
  readonly tools: ReadonlyMap<string, readonly string[]>;
  /** What is wrong inside the groups. */
  readonly diagnostics: readonly Diagnostic[];
}

type GroupThing = "models" | "tools";
type GroupMember = Member<ModelsDeclaration> | Member<ToolsDeclaration>;

/** Expands all groups of a policy, and answers for lists that refer to them. */
export function expandGroups(declared: Declared): Groups {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => diagnostics.push(diagnostic);
  const done = { models: new Map<string, readonly string[]>(), tools: new Map<string, readonly string[]>() };
  const names = namesToSuggest(declared);
  /** Groups being expanded now, outermost first. */
  const trail: GroupMember[] = [];

  function group(thing: GroupThing, member: GroupMember): readonly string[] {
    const known = done[thing].get(member.name);
    if (known) return known;
    trail.push(member);
    const globs = expand(member.declaration.items, { thing, pack: member.pack, reason: null }, report);
    trail.pop();
    done[thing].set(member.name, globs);
    return globs;
  }

  function reference(item: Item, place: ListPlace, say: (diagnostic: Diagnostic) => void): readonly string[] {
    const name = qualified(item.text, place.pack);
    const member = place.thing === "providers" ? undefined : declared[place.thing].get(name);
    if (!member || place.thing === "providers") {
      if (!isInMissingPack(declared, name)) say(unknownGroup(item, place, declared, names));
      return [];
    }
    const from = trail.indexOf(member);
    if (from >= 0) {
      say(circle(item, trail.slice(from)));
      return [];
    }
    return group(place.thing, member);
  }

  function expand(items: readonly Item[], place: ListPlace, say: (diagnostic: Diagnostic) => void): readonly string[] {
    if (items.length === 1 && items[0]!.kind === "reference") return reference(items[0]!, place, say);
    const globs = new Set<string>();
    for (const item of items) {
      if (item.kind === "reference") for (const glob of reference(item, place, say)) globs.add(glob);
      else {
        const wrong = nameFault(item, place, declared);
        if (wrong) say(wrong);
        globs.add(item.text);
      }
    }
    return [...globs];
  }

  for (const thing of ["models", "tools"] as const) for (const member of declared[thing].values()) group(thing, member);
  return { expand, models: done.models, tools: done.tools, diagnostics };
}

function nameFault(item: Item, place: ListPlace, declared: Declared): Diagnostic | null {
  const wrong = globFault(item.text, place.thing);
  if (wrong) return fault(wrong.code, item.span, wrong.message, wrong.help);
  if (place.thing !== "providers") return groupWithoutSign(item, place.thing, place, declared);
  const names = declared.providers;
  if (names.has(item.text)) return null;
  if (!isGlob(item.text)) {
    const choices = new Map([...names].map(([name, member]) => [name, member.declaration.name.span]));
    const message = `unknown provider \`${item.text}\``;
    return fault("GW2005", item.span, message, suggestion(item.text, choices), notes(place));
  }
  if ([...names.keys()].some((name) => globMatches(item.text, name))) return null;
  return fault("GW2005", item.span, `\`${item.text}\` matches no declared provider`, null, notes(place));
}

/** A group's name without `@` would be taken for a model or tool of that name, which nobody has: a silent rule. */
function groupWithoutSign(item: Item, thing: GroupThing, place: ListPlace, declared: Declared): Diagnostic | null {
  const member = declared[thing].get(qualified(item.text, place.pack));
  // A group that is named for what it holds is meant either way.
  if (!member || member.declaration.items.some(({ kind, text }) => kind !== "reference" && text === item.text))
    return null;
  const message = `\`${item.text}\` is the name of a group, and stands here for one name`;
  const declaredAt = { message: `\`@${item.text}\` is declared here`, span: member.declaration.name.span };
  return fault("GW2019", item.span, message, `write \`@${item.text}\``, [declaredAt]);
}

type Names = Readonly<Record<GroupThing, ReadonlyMap<string, Span>>>;

function namesToSuggest(declared: Declared): Names {
  const spans = (members: ReadonlyMap<string, GroupMember>) =>
    new Map([...members].map(([name, member]) => [name, member.declaration.name.span]));
  return { models: spans(declared.models), tools: spans(declared.tools) };
}

const UNKNOWN: Readonly<Record<Thing, { readonly code: Code; readonly kind: string }>> = {
  models: { code: "GW2003", kind: "unknown model group" },
  tools: { code: "GW2004", kind: "unknown tool group" },
  providers: { code: "GW2002", kind: "unknown provider group" },
};

function unknownGroup(item: Item, place: ListPlace, declared: Declared, names: Names): Diagnostic {
  const { code, kind } = UNKNOWN[place.thing];
  const message = `${kind} \`@${item.text}\``;
  if (place.thing === "providers") {
    return fault(code, item.span, message, "providers have no groups; write their names", notes(place));
  }
  const other: GroupThing = place.thing === "models" ? "tools" : "models";
  const name = qualified(item.text, place.pack);
  if (declared[other].has(name)) {
    const help = `\`@${item.text}\` is a group of ${other}`;
    return fault(code, item.span, message, help, notes(place));
  }
  const pack = item.text.split(".")[0] ?? "";
  if (item.text.includes(".") && !declared.packs.has(pack)) {
    return fault(code, item.span, message, unusedPack(pack, declared), notes(place));
  }
  return fault(
    code,
    item.span,
    message,
    suggestion(item.text, asSeenFrom(place, names[place.thing]), "@"),
    notes(place),
  );
}

/** Inside a pack only its own members have names, without the pack's. */
function asSeenFrom({ pack }: ListPlace, names: ReadonlyMap<string, Span>): ReadonlyMap<string, Span> {
  if (pack === null) return names;
  const own = [...names].filter(([name]) => name.startsWith(`${pack}.`));
  return new Map(own.map(([name, span]) => [name.slice(pack.length + 1), span]));
}

function notes(place: ListPlace): readonly Note[] {
  return place.reason === null ? [] : [{ message: place.reason, span: null }];
}

function circle(item: Item, trail: readonly GroupMember[]): Diagnostic {
  const names = [...trail.map((member) => member.name), trail[0]!.name].map((name) => `\`@${name}\``);
  const message = `groups contain each other in a circle: ${names.join(" → ")}`;
  const declaredAt = trail.map(({ name, declaration }) => ({
    message: `\`@${name}\` is declared here`,
    span: declaration.name.span,
  }));
  return fault("GW3012", item.span, message, "take one of them out", declaredAt);
}
