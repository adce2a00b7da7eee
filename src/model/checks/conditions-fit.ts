/**
 * Promise: a condition asks for what there is. Fields and values are held to the pinned input of every tool that the
 * statement names; a field that no call has would make an allow grant nothing and a deny withhold everything. Of tools that
 * nobody pinned, less or nothing is known, and that is said.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { didYouMean } from "../../language/suggest.ts";
import type { AccessStatement, Condition, ConditionTest, Field, Statement } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { globMatches } from "../glob.ts";
import type { Groups } from "../groups.ts";
import { ANYTHING, type JsonType, type Shape, typeOf } from "../input-shape.ts";
import { knownInput, pinnedInputs } from "../known-inputs.ts";
import type { Server } from "../model.ts";
import { pathText } from "../predicate-text.ts";

/** Conditions that nothing can answer, that no input can have, or that cannot be checked. */
export function conditionsFit(declared: Declared, groups: Groups, servers: readonly Server[]): Diagnostic[] {
  const blocks = [
    ...declared.orgs,
    ...[...declared.teams.values(), ...declared.keys.values()].map(({ declaration }) => declaration),
  ];
  const asking = blocks.flatMap(({ body }) => body.flatMap(conditional));
  // Locks are long, and most policies ask nothing.
  if (asking.length === 0) return [];
  const shapes = pinnedInputs(servers.flatMap(({ pins }) => pins?.lock ?? []));
  return asking.flatMap((statement) => fitStatement(statement, { groups, servers, shapes }));
}

/** A statement with a condition. */
interface Conditional extends Pick<AccessStatement, "thing" | "items" | "span"> {
  /** What comes of a field that no call has. */
  readonly misspelt: string;
  readonly where: Condition;
}

function conditional(statement: Statement): Conditional[] {
  if ((statement.kind !== "access" && statement.kind !== "ask") || statement.where === null) return [];
  const { items, where, span } = statement;
  if (statement.kind === "ask") {
    return [{ thing: "tools", items, where, span, misspelt: "has a person asked about every call" }];
  }
  return [{ thing: statement.thing, items, where, span, misspelt: "allows nothing and denies everything" }];
}

interface Ground {
  readonly groups: Groups;
  readonly servers: readonly Server[];
  /** Inputs of the pinned tools, by the names that policies give them. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

function fitStatement(statement: Conditional, ground: Ground): Diagnostic[] {
  const { thing, items, where } = statement;
  if (thing !== "tools") {
    const help = "conditions are about what a tool is called with";
    return [fault("GW3080", where.span, `\`where\` has no meaning for ${thing}`, help)];
  }
  const place = { thing, pack: null, reason: null } as const;
  const globs = ground.groups.expand(items, place, () => {});
  const withoutInput = globs.filter((glob) => /^(?:mcp-prompt|mcp-resource|connector):/.test(glob));
  if (withoutInput.length > 0) {
    const message = `\`where\` has no meaning for ${quoted(withoutInput)}: only calls of tools are judged by their input`;
    return [fault("GW3080", where.span, message, "write them in a statement of their own")];
  }
  const pinned = [...ground.shapes]
    .filter(([tool]) => globs.some((glob) => globMatches(glob, tool)))
    // `it` has no meaning for the whole input, and is told elsewhere.
    .map(([tool, shape]) => [tool, { ...shape, types: null }] as const);
  const known = globs.flatMap((glob) => {
    const shape = knownInput(glob);
    return shape === null ? [] : [[glob, shape] as const];
  });
  return [
    ...together(
      pinned.flatMap(([tool, shape]) => misfits(where, shape, tool)),
      true,
    ),
    ...together(
      known.flatMap(([tool, shape]) => misfits(where, shape, tool)),
      false,
    ),
    ...unpinned(globs, ground.servers, statement),
  ];
}

/** Servers of the gateway whose tools a statement names, and that nobody pinned. */
function unpinned(globs: readonly string[], servers: readonly Server[], { span, misspelt }: Conditional): Diagnostic[] {
  const own = servers.filter(({ name, pins }) => pins === null && globs.some((glob) => isOfServer(glob, name)));
  if (own.length === 0) return [];
  const names = own.map(({ name }) => name);
  const message = `what tools of ${quoted(names)} are called with is not known, so this condition is not checked`;
  const help = `\`gw mcp pin ${names[0]}\` pins them; until then a misspelt field ${misspelt}`;
  return [fault("GW3084", span, message, help)];
}

/** Whether a glob may name a tool of a server: by what stands before the slash. */
function isOfServer(glob: string, server: string): boolean {
  const [head = ""] = glob.split("/");
  if (head.includes("**")) return globMatches(`${head.slice(0, head.indexOf("**"))}**`, `mcp:${server}`);
  return glob.includes("/") && globMatches(head, `mcp:${server}`);
}

/** One thing that does not fit, and the tool to which it does not. */
interface Misfit {
  readonly span: Span;
  readonly tool: string;
  readonly kind: "field" | "value";
  readonly message: (tools: string) => string;
  readonly help: string | null;
}

const MANY = 3;

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, MANY).map((name) => `\`${name}\``);
  const more = names.length > MANY ? ` and ${names.length - MANY} more` : "";
  return `${shown.join(", ")}${more}`;
}

/** What is wrong at one place for several tools is said once. */
function together(all: readonly Misfit[], isCertain: boolean): Diagnostic[] {
  const byPlace = Map.groupBy(all, ({ span, message }) => `${span.start} ${message("")}`);
  return [...byPlace.values()].map((alike) => {
    const { span, kind, message, help } = alike[0]!;
    const code = isCertain ? (kind === "field" ? "GW3081" : "GW3082") : "GW3085";
    const sameHelp = alike.every((it) => it.help === help);
    return fault(code, span, message(quoted(alike.map(({ tool }) => tool))), sameHelp ? help : null);
  });
}

function misfits(condition: Condition, shape: Shape, tool: string): readonly Misfit[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return condition.parts.flatMap((part) => misfits(part, shape, tool));
    case "not":
      return misfits(condition.part, shape, tool);
    case "has":
      return shapeAt(condition.field, shape, tool).misfits;
    case "every":
    case "any": {
      const { found, misfits: wrong } = shapeAt(condition.field, shape, tool);
      if (wrong.length > 0) return wrong;
      const about = { field: condition.field, span: condition.field.span, tool };
      const mistyped = mistype(found, ["array"], { ...about, asks: `\`${condition.kind}\` is about lists` });
      return [...mistyped, ...misfits(condition.part, found.entries ?? ANYTHING, tool)];
    }
    case "test": {
      const { found, misfits: wrong } = shapeAt(condition.field, shape, tool);
      return wrong.length > 0 ? wrong : misfitsOfTest(condition, found, tool);
    }
    default:
      return condition satisfies never;
  }
}

/** The shape of a field, or why there is none. */
function shapeAt({ path, span }: Field, shape: Shape, tool: string): { found: Shape; misfits: readonly Misfit[] } {
  let found = shape;
  for (const [index, name] of path.entries()) {
    const inner = found.members.get(name);
    if (inner === undefined && isClosed(found)) {
      const outer = path.slice(0, index);
      return { found: ANYTHING, misfits: [unknownField({ name, outer, shape: found, span, tool })] };
    }
    found = inner ?? ANYTHING;
  }
  return { found, misfits: [] };
}

/** Whether a value has no members but those that are known. */
function isClosed({ types, isOpen }: Shape): boolean {
  return !isOpen || (types !== null && !types.has("object"));
}

function unknownField(it: {
  readonly name: string;
  readonly outer: readonly string[];
  readonly shape: Shape;
  readonly span: Span;
  readonly tool: string;
}): Misfit {
  const { name, outer, shape, span, tool } = it;
  const names = [...shape.members.keys()];
  const near = didYouMean(name, names);
  const within = outer.length === 0 ? "" : ` in \`${pathText(outer)}\``;
  const choices = names.length === 0 ? "it has none" : `there are ${quoted(names)}`;
  const help = near === null ? choices : `did you mean \`${pathText([...outer, near])}\`?`;
  return {
    span,
    tool,
    kind: "field",
    message: (tools) => `there is no \`${name}\`${within} in the input of ${tools}`,
    help,
  };
}

const WORDS: Readonly<Record<JsonType, string>> = {
  string: "a text",
  number: "a number",
  boolean: "`true` or `false`",
  object: "an object",
  array: "a list",
  null: "null",
};

interface About {
  readonly field: Field;
  readonly span: Span;
  readonly tool: string;
  /** What the condition is about, as a sentence. */
  readonly asks: string;
}

/** Whether a value can never be of a type that is asked about. */
function mistype({ types }: Shape, wanted: readonly JsonType[], about: About): readonly Misfit[] {
  const { field, span, tool, asks } = about;
  if (types === null || wanted.some((type) => types.has(type))) return [];
  const is = [...types].map((type) => WORDS[type]).join(" or ");
  const name = field.path.length === 0 ? "an entry" : `\`${pathText(field.path)}\``;
  return [{ span, tool, kind: "value", message: (tools) => `${name} is ${is} in the input of ${tools}`, help: asks }];
}

function misfitsOfTest(
  { field, of, test }: Extract<Condition, { kind: "test" }>,
  shape: Shape,
  tool: string,
): readonly Misfit[] {
  const about = { field, span: test.span, tool };
  if (of === "size") return mistype(shape, ["string", "array"], { ...about, asks: "`size` is about texts and lists" });
  switch (test.kind) {
    case "equals":
    case "differs":
      return misfitsOfValue(test.value, shape, about);
    case "in":
      return test.values.flatMap((value) => misfitsOfValue(value, shape, about));
    case "order":
      return mistype(shape, ["number"], { ...about, asks: `\`${test.order}\` compares numbers` });
    case "like":
    case "matches":
    case "under":
      return mistype(shape, ["string"], { ...about, asks: `\`${test.kind}\` is about texts${forList(shape, test)}` });
    case "within": {
      const wrong = mistype(shape, ["string", "array"], {
        ...about,
        asks: "`within` is about texts and lists of them",
      });
      const isList = shape.types?.has("array") === true && !shape.types.has("string");
      if (wrong.length > 0 || !isList || shape.entries === null) return wrong;
      return mistype(shape.entries, ["string"], { ...about, asks: "`within` is about texts and lists of them" });
    }
    default:
      return test satisfies never;
  }
}

/** How a test of one value is asked of a list. */
function forList({ types }: Shape, { kind }: ConditionTest): string {
  return types?.has("array") ? `; of a list, write \`every … ${kind}\` or \`any … ${kind}\`` : "";
}

function misfitsOfValue(
  { value, span }: { readonly value: string | number | boolean; readonly span: Span },
  shape: Shape,
  { field, tool }: Omit<About, "asks">,
): readonly Misfit[] {
  const wanted = typeOf(value);
  const wrong = mistype(shape, [wanted], { field, span, tool, asks: `this compares it with ${WORDS[wanted]}` });
  if (wrong.length > 0 || shape.values === null || shape.values.includes(value)) return wrong;
  const choices = shape.values.filter((each) => typeof each === typeof value).map(String);
  const near = didYouMean(String(value), choices);
  const help = near === null ? `there are ${quoted(choices)}` : `did you mean \`${near}\`?`;
  const name = field.path.length === 0 ? "an entry" : `\`${pathText(field.path)}\``;
  const message = (tools: string): string => `\`${value}\` is no value of ${name} in the input of ${tools}`;
  return [{ span, tool, kind: "value", message, help }];
}
