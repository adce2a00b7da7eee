/**
 * What may be written at a place. The grammar says which words and which kinds of names may come next (cursor.ts); this
 * file says which names there are, out of the policy and its packs, open files included.
 */
import { type Continuation, type Cursor, cursorAt } from "../language/cursor.ts";
import type { Statement, Thing } from "../language/tree.ts";
import { familyOf, NEVER_CALLED } from "../model/called.ts";
import { BLOCKS } from "../model/checks/statements-in-place.ts";
import { isGlob } from "../model/glob.ts";
import { SERVICE_KINDS } from "../model/model.ts";
import { REASONS } from "../model/reasons.ts";
import type { Place } from "./find.ts";
import { inputFields } from "./input-fields.ts";
import { knownNames } from "./known-names.ts";
import type { OpenPolicy } from "./open-policy.ts";
import { type Snippet, snippetOf } from "./snippets.ts";
import { wordDoc } from "./words.ts";

/** One proposal. */
export interface Proposal {
  readonly kind: "word" | "snippet" | "name" | "group" | "value" | "text";
  /** What is shown, and what is written unless `snippet` says otherwise. */
  readonly label: string;
  readonly snippet: Snippet | null;
  readonly detail: string | null;
  readonly doc: string | null;
}

/** The proposals for a place, and where the word begins that they would replace. */
export interface Proposals {
  readonly start: number;
  readonly list: readonly Proposal[];
  /** False when there are more, to be asked for when more is written. */
  readonly isWhole: boolean;
}

/** A large policy has thousands of keys, which nobody reads through. */
const MOST = 500;

/** Works out what may be written. */
export function complete({ policy, path, offset }: Place): Proposals | null {
  const text = policy.treeOf(path)?.source.text;
  const cursor = text === undefined ? null : cursorAt(text, offset);
  if (text === undefined || cursor === null) return null;
  const asked: Asked = { policy, pack: policy.packOf(path), cursor, path };
  const all = cursor.next.flatMap((next) => proposalsFor(next, asked));
  const written = text.slice(cursor.start, offset);
  const list = unique(all.filter(({ kind }) => fits(kind, written)));
  if (list.length <= MOST) return { start: cursor.start, list, isWhole: true };
  const near = list.filter(({ label }) => label.toLowerCase().includes(written.toLowerCase()));
  return { start: cursor.start, list: near.slice(0, MOST), isWhole: near.length <= MOST };
}

/** Whether a proposal goes on with what was written already: a quote begins a string, a sign a group. */
function fits(kind: Proposal["kind"], written: string): boolean {
  if (written === "") return true;
  return (kind === "text") === written.startsWith('"') && (kind === "group" || !written.startsWith("@"));
}

interface Asked {
  readonly policy: OpenPolicy;
  readonly pack: string | null;
  readonly cursor: Cursor;
  readonly path: string;
}

function unique(list: readonly Proposal[]): readonly Proposal[] {
  return [...new Map(list.map((proposal) => [proposal.label, proposal])).values()];
}

function proposalsFor(next: Continuation, asked: Asked): readonly Proposal[] {
  switch (next.kind) {
    case "word":
      return wordProposals(next.word, next.rules, asked);
    case "value":
      // The word is a name as well, and would be one with a number behind it.
      if (next.rules.includes("measured") && asked.cursor.before.at(-1) === "calls") return [];
      return [{ kind: "value", label: next.example, snippet: null, detail: null, doc: null }];
    case "group":
      return groupProposals(next.rules, asked);
    case "text":
      return textProposals(next.rules, asked);
    case "name":
      return nameProposals(next, asked);
    default:
      return next satisfies never;
  }
}

function named(kind: Proposal["kind"], labels: Iterable<string>, detail: string | null = null): Proposal[] {
  return Array.from(labels, (label) => ({
    kind,
    label,
    snippet: null,
    detail,
    doc: kind === "word" ? wordDoc(label) : null,
  }));
}

// ---- words ------------------------------------------------------------------------------------------------------------

function wordProposals(word: string, rules: readonly string[], { cursor }: Asked): readonly Proposal[] {
  const doc = wordDoc(word);
  // What begins a declaration is written out as a whole.
  const snippet = rules[1] === "declaration" && rules.length === 3 ? snippetOf(word) : null;
  if (snippet !== null) return [{ kind: "snippet", label: word, snippet, detail: "declaration", doc }];
  if (rules.includes("statement") && !fitsBlock(word, cursor.before[0] ?? "")) return [];
  // Some reasons of refusals are reserved words, and follow `refuse` only.
  const last = cursor.before.at(-1);
  if (rules.at(-1) === "expectation" && last !== "expect" && last !== "refuse") return [];
  // Of what a tool gives back nobody asks a person, and nothing is only observed.
  if (last === "expect" && word !== "allow" && isReturned(cursor.before)) return [];
  if (word === "after" && !closesTools(cursor.before)) return [];
  if (rules.includes("behind") && !fitsExpectation(word, cursor.before)) return [];
  return [{ kind: "word", label: word, snippet: null, detail: null, doc }];
}

/** The statements that have no meaning on every kind of block, by the words that begin them. */
const BY_WORD: Readonly<Record<string, Statement["kind"]>> = {
  on: "ungranted",
  timezone: "timezone",
  hash: "hash",
  owner: "owner",
  expires: "expires",
  label: "label",
};

function fitsBlock(word: string, block: string): boolean {
  const kind = BY_WORD[word];
  const blocks: readonly string[] | undefined = kind && BLOCKS[kind];
  return blocks === undefined || blocks.includes(block);
}

/** Nothing but `deny tools` is said of what was called before. */
function closesTools(before: readonly string[]): boolean {
  const effect = before.findLastIndex((word) => word === "allow" || word === "deny" || word === "only");
  return before[effect] === "deny" && before[effect + 1] === "tools";
}

/** Whether a test says what its tool gives back. */
function isReturned(before: readonly string[]): boolean {
  return before.includes("result", before.lastIndexOf("send"));
}

/** `then` goes on with a route, and `to` says the text of a redaction. */
function fitsExpectation(word: string, before: readonly string[]): boolean {
  const kind = before[before.lastIndexOf("expect") + 1];
  return kind === (word === "then" ? "route" : "redact");
}

// ---- names ------------------------------------------------------------------------------------------------------------

/** Rules that are read within others and say nothing about what a name is the name of. */
const INNER: ReadonlySet<string> = new Set([
  "name",
  "names",
  "item",
  "items",
  "text",
  "members",
  "targets",
  "targetKind",
]);

function nameProposals(next: Extract<Continuation, { kind: "name" }>, asked: Asked): readonly Proposal[] {
  const { declared, builtins } = asked.policy;
  const { before } = asked.cursor;
  const last = before.at(-1) ?? "";
  switch (next.rules.findLast((rule) => !INNER.has(rule))) {
    case "use":
      return last === "use" ? named("name", builtins, "builtin pack") : named("word", next.means);
    case "team":
      return named(
        "name",
        Array.from(declared.teams.keys(), (name) => `${name}/`),
        "below this team",
      );
    case "key":
      return last === "in" ? named("name", declared.teams.keys(), "team") : [];
    case "delegate":
    case "within":
      return named("name", declared.teams.keys(), "team");
    case "subject":
    case "never":
    case "onlyTo":
      return next.rules.some((rule) => rule === "subject" || rule === "targets")
        ? subjects(before, asked)
        : listed(asked, thingOf(before));
    case "guard":
      return named("name", declared.guardrails.keys(), "guardrail");
    case "route":
    case "behind":
      return named("name", declared.providers.keys(), "provider");
    case "match":
    case "patternName":
      return named("name", own(declared.patterns), "pattern");
    case "ask":
      return named("name", declared.services.keys(), "service");
    case "providerStatement":
      return named("word", ["anthropic", "simulated"]);
    case "serviceStatement":
      return named("word", SERVICE_KINDS);
    case "expectation":
      return expected(last, next.means, asked);
    case "credential":
      return last === "credential" ? named("word", next.means) : [];
    case "field":
      return named("name", inputFields(asked.policy, before), "field");
    case "carry":
      return last === "model" || last === "tool" ? named("name", plainNames(asked, `${last}s`), last) : [];
    case "given":
      return named("name", plainNames(asked, "tools"), "tool");
    case "calls":
      return listed(asked, "tools").filter(({ label }) => NEVER_CALLED[familyOf(label)] === undefined);
    case "results":
      return listed(asked, "tools").filter(({ label }) => familyOf(label) === "mcp" || label.startsWith("@"));
    case "access":
    case "askTools":
    case "after":
    case "can":
    case "models":
    case "tools":
    case "price":
      return listed(asked, thingOf(before));
    default:
      return named("word", next.means);
  }
}

function subjects(before: readonly string[], { policy: { declared } }: Asked): readonly Proposal[] {
  switch (before.findLast((word) => word === "team" || word === "key" || word === "org")) {
    case "team":
      return named("name", declared.teams.keys(), "team");
    case "key":
      return named("name", declared.keys.keys(), "key");
    default:
      return named(
        "name",
        declared.orgs.map(({ name }) => name.text),
        "org",
      );
  }
}

/** What may be expected of what a tool gives back. */
const RETURNED: ReadonlySet<string> = new Set(["redact", "flag", "withhold"]);

function expected(last: string, means: readonly string[], { policy, cursor }: Asked): readonly Proposal[] {
  const { declared } = policy;
  const isBack = isReturned(cursor.before);
  if (last === "expect") {
    return named(
      "word",
      means.filter((word) => (isBack ? RETURNED.has(word) : word !== "withhold")),
    );
  }
  if (isBack) return last === "redact" || last === "flag" ? named("name", own(declared.patterns), "pattern") : [];
  if (last === "refuse") return named("word", REASONS, "reason");
  if (["redact", "mask", "flag", "observe"].includes(last))
    return named("name", declared.guardrails.keys(), "guardrail");
  return last === "route" ? named("name", declared.providers.keys(), "provider") : [];
}

/** What a list holds: said before it, or by the declaration that it stands in. */
function thingOf(before: readonly string[]): Thing {
  const said = before.findLast((word) => word === "models" || word === "tools" || word === "providers");
  return (said as Thing | undefined) ?? "models";
}

function listed({ policy, pack }: Asked, thing: Thing): readonly Proposal[] {
  if (thing === "providers") return named("name", policy.declared.providers.keys(), "provider");
  const noun = thing === "models" ? "model" : "tool";
  const names = named("name", knownNames(policy.declared, thing), noun);
  const all = thing === "tools" ? Array.from(policy.declared.servers.keys(), (name) => `mcp:${name}/*`) : [];
  const servers = all.filter((name) => names.every(({ label }) => label !== name));
  return [...names, ...named("name", servers, "tools of a server"), ...groups(policy, pack, thing)];
}

/** Names that are no globs: a request asks for one model. */
function plainNames({ policy }: Asked, thing: "models" | "tools"): readonly string[] {
  return knownNames(policy.declared, thing).filter((name) => !isGlob(name));
}

/** Names of the policy itself, without those of packs. */
function own(members: ReadonlyMap<string, { readonly pack: string | null }>): readonly string[] {
  return [...members].flatMap(([name, { pack }]) => (pack === null ? [name] : []));
}

// ---- groups and strings -----------------------------------------------------------------------------------------------

function groupProposals(rules: readonly string[], { policy, pack, cursor }: Asked): readonly Proposal[] {
  const isExpected = rules.at(-1) === "expectation";
  if (isExpected && !(isReturned(cursor.before) && ["redact", "flag"].includes(cursor.before.at(-1) ?? ""))) return [];
  const isPattern = isExpected || rules.includes("patternName");
  if (!isPattern && (rules.includes("calls") || rules.includes("results"))) return groups(policy, pack, "tools");
  if (!isPattern) return groups(policy, pack, thingOf(cursor.before));
  const { patterns } = policy.declared;
  const packs = new Set(Array.from(patterns.values(), (member) => member.pack).filter((name) => name !== null));
  const members = [...patterns].flatMap(([name, member]) => (member.pack === null ? [] : [`@${name}`]));
  return [
    ...named(
      "group",
      Array.from(packs, (name) => `@${name}`),
      "patterns of a pack",
    ),
    ...named("group", members, "pattern"),
  ];
}

/** Groups by the names that they have here: inside of a pack its own, without the pack. */
function groups({ declared }: OpenPolicy, pack: string | null, thing: Thing): Proposal[] {
  if (thing === "providers") return [];
  return [...declared[thing]].flatMap(([name, member]) => {
    if (pack !== null && member.pack !== pack) return [];
    const label = `@${pack === null ? name : name.slice(pack.length + 1)}`;
    const { doc } = member.declaration;
    return [{ kind: "group", label, snippet: null, detail: `group of ${thing}`, doc } as const];
  });
}

function textProposals(rules: readonly string[], { policy, cursor, path }: Asked): readonly Proposal[] {
  const quoted = (texts: Iterable<string>, detail: string) =>
    named(
      "text",
      Array.from(texts, (text) => `"${text}"`),
      detail,
    );
  if (rules.includes("timezone")) return quoted(["UTC", ...Intl.supportedValuesOf("timeZone")], "time zone");
  if (rules.includes("use"))
    return quoted(
      policy.paths.filter((other) => other !== path),
      "file of this policy",
    );
  const last = cursor.before.at(-1);
  if (rules.at(-1) === "member" && (last === "{" || last === ",")) {
    return quoted(
      inputFields(policy, cursor.before).filter((name) => !name.includes(".")),
      "field",
    );
  }
  if (rules.includes("delegate") && last === "delegate") {
    const folders = policy.paths.flatMap((other) =>
      other.includes("/") ? [other.slice(0, other.lastIndexOf("/"))] : [],
    );
    return quoted(new Set(folders.map((folder) => `${folder}/**`)), "folder");
  }
  return [];
}
