/**
 * What the tests of a policy would notice. A statement is covered when some test fails without it; a name class is
 * touched by a statement when a test within the statement's reach asks about it. What nobody would miss comes with a
 * test that would (missing-test.ts), or with the reason why none can.
 */
import { atomsOf } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits, fullBits, hasBit, unite } from "../decision/bits.ts";
import type { Kind, Table } from "../decision/table.ts";
import { runtimeOf } from "../decision/view.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Model, Test, TestStep } from "../model/model.ts";
import { type Ground, groundOf } from "./ground.ts";
import { type Missing, missingTest } from "./missing-test.ts";
import { nameOf } from "./reach.ts";
import { createMutants, domainOf, type Statement, statementsOf } from "./statement.ts";
import { runTest, type TestReport } from "./test.ts";

/** A statement that no test would miss. */
export interface Uncovered {
  readonly statement: Statement;
  readonly missing: Missing;
}

/** Name classes of a statement that no test asks about. */
export interface Untouched {
  readonly statement: Statement;
  readonly classes: number;
  readonly untouched: number;
  /** A few names of them. */
  readonly examples: readonly string[];
}

export interface Coverage {
  readonly statements: number;
  readonly covered: number;
  /** Those of the uncovered ones that no test could miss, as things stand. */
  readonly idle: number;
  /** Pairs of a statement about access and a class of names that it decides on. */
  readonly pairs: number;
  readonly touched: number;
  readonly uncovered: readonly Uncovered[];
  readonly untouched: readonly Untouched[];
}

const MOST_EXAMPLES = 5;

/** Asks what the tests that pass would notice; `texts` by path, to show statements as they are written. */
export function cover(
  model: Model,
  table: Table,
  { report, texts }: { readonly report: TestReport; readonly texts: ReadonlyMap<string, string> },
): Coverage {
  const ground = groundOf(model, table);
  const tests = model.tests.filter((_, index) => report.tests[index]?.passed === true);
  const notices = createNotices(tests, ground);
  const mutantOf = createMutants(model, ground);
  const statements = statementsOf(model, table).map((statement) => asWritten(statement, texts));
  const titles = new Set(model.tests.map(({ name }) => name));
  const uncovered: Uncovered[] = [];
  for (const statement of statements) {
    const mutant = mutantOf(statement);
    if (notices(statement, mutant)) continue;
    uncovered.push({ statement, missing: missingTest(statement, { model, ground, mutant, titles }) });
  }
  const { pairs, untouched } = touch(statements, tests, ground);
  const missed = untouched.reduce((sum, it) => sum + it.untouched, 0);
  const covered = statements.length - uncovered.length;
  const idle = uncovered.filter(({ missing }) => missing.kind === "none" && missing.idle).length;
  return { statements: statements.length, covered, idle, pairs, touched: pairs - missed, uncovered, untouched };
}

function asWritten(statement: Statement, texts: ReadonlyMap<string, string>): Statement {
  const { kind, span } = statement;
  const text = texts.get(span.path)?.slice(span.start, span.end);
  // A list of guards is a statement for each of them.
  return text === undefined || kind === "guard" ? statement : { ...statement, text: text.replace(/\s+/g, " ") };
}

/** What no test would miss, as warnings. */
export function uncoveredAsDiagnostics({ uncovered }: Coverage, table: Table): Diagnostic[] {
  return uncovered.map(({ statement, missing }): Diagnostic => {
    const message = `no test would miss \`${statement.text}\` of ${nameOf(table, statement.node)}`;
    const help = missing.kind === "none" ? missing.reason : null;
    return { code: "GW5006", severity: "warning", span: statement.span, message, help, notes: [] };
  });
}

/** Whether some test that passes fails on a mutant. */
function createNotices(tests: readonly Test[], { table, family }: Ground): (it: Statement, mutant: Ground) => boolean {
  const about = new Map<number, Test[]>();
  for (const test of tests) about.set(test.node, [...(about.get(test.node) ?? []), test]);
  const above = claimsAbove(tests, table);
  return (statement, mutant) => {
    const { node } = statement;
    const fails = (test: Test): boolean => isConcerned(test, statement) && !runTest(test, mutant).passed;
    // A claim about a team holds for everything below it: what changed below is asked about in the team's place.
    if (statement.kind === "access" && above(node).some((test) => fails({ ...test, node }))) return true;
    return family.below(node).some((index) => about.get(index)?.some(fails) ?? false);
  };
}

const ABOUT_REQUESTS: ReadonlySet<TestStep["kind"]> = new Set(["send", "spent", "used", "flight", "called"] as const);

/** The tests of the nodes above a node, as far as they speak of everything below. */
function claimsAbove(tests: readonly Test[], { nodes }: Table): (node: number) => readonly Test[] {
  const claims = new Map<number, Test[]>();
  for (const test of tests) {
    const steps = test.steps.filter(({ kind }) => !ABOUT_REQUESTS.has(kind));
    if (steps.some(({ kind }) => kind === "can" || kind === "cannot")) {
      claims.set(test.node, [...(claims.get(test.node) ?? []), { ...test, steps }]);
    }
  }
  return (node) => {
    const found: Test[] = [];
    for (let at = nodes[node]!.parent; at !== null; at = nodes[at]!.parent) found.push(...(claims.get(at) ?? []));
    return found;
  };
}

/** False when a test cannot fail for want of the statement, whatever it says. */
function isConcerned({ steps }: Test, statement: Statement): boolean {
  return steps.some((step) => {
    if (step.kind === "send") return true;
    if (statement.kind !== "access") return false;
    if (step.kind === "otherwise") return statement.grant.effect !== "allow" || statement.grant.thing === "providers";
    if (step.kind !== "can" && step.kind !== "cannot") return false;
    const { effect, thing } = statement.grant;
    // The last `allow providers` closes what nobody allowed, so that its loss can open and close.
    return step.thing === thing && (thing === "providers" || (step.kind === "can") === (effect === "allow"));
  });
}

// ---- name classes -----------------------------------------------------------------------------------------------------

type Asked = Record<Kind, Uint32Array>;

function touch(statements: readonly Statement[], tests: readonly Test[], ground: Ground) {
  const asked = askedOf(tests, ground);
  const untouched: Untouched[] = [];
  let pairs = 0;
  for (const statement of statements) {
    if (statement.kind !== "access") continue;
    const { thing } = statement.grant;
    const classes = [...eachBit(domainOf(statement.grant, ground))];
    const left = classes.filter((atom) => !hasBit(asked[statement.node]![thing], atom));
    pairs += classes.length;
    if (left.length === 0) continue;
    const examples = left.slice(0, MOST_EXAMPLES).map((atom) => ground.table.atoms[thing].examples[atom]!);
    untouched.push({ statement, classes: classes.length, untouched: left.length, examples });
  }
  return { pairs, untouched };
}

/** For each node the names that tests ask about in its reach: at the node, below it, and in claims from above. */
function askedOf(tests: readonly Test[], { table }: Ground): readonly Asked[] {
  const { models, tools, providers } = table.atoms;
  const nothing = (): Asked => ({
    models: emptyBits(models.atoms),
    tools: emptyBits(tools.atoms),
    providers: emptyBits(providers.atoms),
  });
  const claims = table.nodes.map(nothing);
  const all = table.nodes.map(nothing);
  for (const test of tests) askIn(test, table, claims[test.node]!, all[test.node]!);
  for (const index of all.keys()) join(all[index]!, claims[index]!);
  // Parents stand before children: what is asked below goes up first, then claims go down.
  for (let index = table.nodes.length - 1; index > 0; index--) join(all[table.nodes[index]!.parent!]!, all[index]!);
  for (const [index, { parent }] of table.nodes.entries()) {
    if (parent !== null) join(claims[index]!, claims[parent]!);
    join(all[index]!, claims[index]!);
  }
  return all;
}

function join(into: Asked, from: Asked): void {
  unite(into.models, from.models);
  unite(into.tools, from.tools);
  unite(into.providers, from.providers);
}

function askIn({ steps }: Test, table: Table, claims: Asked, all: Asked): void {
  const { atomOf } = runtimeOf(table);
  const things = new Set(steps.flatMap((step) => ("thing" in step ? [step.thing] : [])));
  const ask = (thing: Kind, name: string | null): void => {
    const atom = name === null ? -1 : atomOf[thing](name);
    if (atom >= 0) addBit(all[thing], atom);
  };
  for (const step of steps) {
    if ("thing" in step) unite(claims[step.thing], atomsOf(table.atoms[step.thing], step.globs));
    else if (step.kind === "otherwise") {
      for (const thing of things) unite(claims[thing], fullBits(table.atoms[thing].atoms));
    } else if (step.kind === "called") for (const tool of step.tools) ask("tools", tool);
    else if (step.kind === "send") {
      ask("models", step.model);
      ask("tools", step.tool);
      if (step.expect.kind === "route") for (const name of step.expect.providers) ask("providers", name);
    }
  }
}
