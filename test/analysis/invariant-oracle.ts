/**
 * Random small policies, each invariant settled twice: by the prover, and by trying. Trying means every name of up to
 * four letters, every node, and every moment at which something ends; a proof that fails must show a name, a node and
 * a moment that break the promise by the plain meaning of the statements. `npm run test:oracle` tries a hundred
 * thousand.
 */
import assert from "node:assert/strict";
import { prove } from "../../src/analysis/invariant.ts";
import { compile } from "../../src/decision/compile.ts";
import { windowOf } from "../../src/decision/meter.ts";
import type { Period } from "../../src/language/tree.ts";
import type { Access, InvariantRule, Limit, Model, Node } from "../../src/model/model.ts";
import { at, model, node, provider, REVISION } from "../decision/models.ts";
import { globMatches } from "../decision/oracle.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";

type Thing = Access["thing"];
type AccessRule = Extract<InvariantRule, { kind: "never" | "onlyTo" }>;

const DAY = 86_400_000;
/** The moment of all proofs: 12:00 UTC on a Monday. */
const NOW = Date.parse("2026-06-01T12:00:00Z");
/** The last moments of statements that end, so that the next one is a whole minute. */
const ENDS = [-3 * DAY, 0, 2 * DAY, 40 * DAY].map((from) => NOW + from - 1);
const LETTERS = ["a", "b", "c", "/"];
const TOKENS = ["a", "b", "/", "a", "b", "*", "*", "**", "?"];
const LONGEST = 4;

/** Every name that is tried. */
const NAMES: readonly string[] = (() => {
  let last = [""];
  const all: string[] = [];
  for (let length = 1; length <= LONGEST; length++) {
    last = last.flatMap((name) => LETTERS.map((letter) => name + letter));
    all.push(...last);
  }
  return all;
})();
const PROVIDERS = ["aa", "ab", "b"];

/** How often promises held and were broken. */
export interface Tally {
  readonly cases: number;
  readonly held: number;
  readonly broken: number;
}

/** Settles so many promises twice; throws at the first disagreement. */
export function runOracle(cases: number, seed: number): Tally {
  let held = 0;
  let broken = 0;
  for (let round = 0; held + broken < cases; round++) {
    const chance = chanceOf(seed * 1_000_003 + round);
    const policy = randomModel(chance);
    const { table } = compile(policy, REVISION);
    assert.ok(table !== null);
    // Without its promises the table lacks their globs: then names are divided anew for each of them.
    const bare = chance.below(4) > 0 ? null : compile({ ...policy, invariants: [] }, REVISION).table;
    for (const it of bare === null ? [table] : [table, bare]) {
      const { invariants } = prove(policy, it, NOW);
      for (const [index, { rules }] of policy.invariants.entries()) {
        const said = invariants[index]!;
        const message = said.failures[0]?.message ?? null;
        const wrong = disagreement(policy, rules[0]!, message);
        assert.equal(
          wrong,
          null,
          `seed ${seed}, round ${round}, promise ${index}: ${wrong}\n${JSON.stringify(policy)}`,
        );
        if (said.passed) held++;
        else broken++;
      }
    }
  }
  return { cases: held + broken, held, broken };
}

// ---- random policies --------------------------------------------------------------------------------------------------

function randomModel(chance: Chance): Model {
  const thing = chance.pick<Thing>(["models", "tools", "providers"]);
  const parents = [null, 0, 0, 1, 1, 2, 3].slice(0, 4 + chance.below(4));
  const words = ["org o", "team t", "team u", "team t/v", "key k", "key l", "key m"];
  const nodes = parents.map((parent, index) =>
    node(index, words[index]!, parent, {
      access: Array.from({ length: chance.below(4) }, () => randomAccess(chance, thing)),
      limits: randomBudgets(chance, index),
      ...(chance.below(5) > 0 ? { expires: NOW + (chance.below(60) - 10) * DAY + chance.below(DAY) } : {}),
    }),
  );
  const invariants = Array.from({ length: 4 }, (_, index) => ({
    name: `i${index}`,
    rules: [randomRule(chance, thing, nodes.length)],
    span: at(500 + index),
  }));
  const providers = (thing === "providers" ? PROVIDERS : ["main"]).map(provider);
  return model({ nodes, providers, invariants });
}

function randomGlobs(chance: Chance, thing: Thing): string[] {
  return Array.from({ length: 1 + chance.below(2) }, () => {
    if (thing === "providers") return chance.pick([...PROVIDERS, "a*", "?", "*b", "**"]);
    const text = Array.from({ length: 1 + chance.below(4) }, () => chance.pick(TOKENS)).join("");
    return text.replace(/\*{3,}/g, "**");
  });
}

function randomUntil(chance: Chance): number | null {
  return chance.below(4) > 0 ? null : chance.pick(ENDS);
}

/** A condition that some calls have and others have not. */
const SOMETIMES: Access["where"] = { kind: "has", path: ["ticket"] };

function randomAccess(chance: Chance, thing: Thing): Access {
  const effect = chance.pick<Access["effect"]>(["allow", "allow", "allow", "deny", "only"]);
  const globs = randomGlobs(chance, thing);
  return {
    effect,
    thing,
    globs,
    written: globs,
    except: [],
    where: thing === "tools" && chance.below(4) === 0 ? SOMETIMES : null,
    until: randomUntil(chance),
    span: at(chance.below(90)),
  };
}

const PERIODS = ["day", "week", "month"] as const satisfies readonly Period[];

function randomBudgets(chance: Chance, line: number): Limit[] {
  const slots = new Map<string, Limit>();
  for (let count = chance.below(4); count > 0; count--) {
    const budget: Limit = {
      measure: "budget",
      tools: null,
      amount: 1 + chance.below(40),
      period: chance.pick(PERIODS),
      per: chance.pick(["key", "team", "block"]),
      warnAt: null,
      until: randomUntil(chance),
      span: at(100 + line),
    };
    slots.set(`${budget.period} ${budget.per} ${budget.until === null}`, budget);
  }
  return [...slots.values()];
}

function randomRule(chance: Chance, thing: Thing, nodes: number): InvariantRule {
  const span = at(600);
  const any = (): number => chance.below(nodes);
  switch (chance.below(6)) {
    case 0:
      return { kind: "expires", node: chance.below(4), days: 1 + chance.below(60), span };
    case 1:
      return {
        kind: "budget",
        node: chance.below(4),
        microUsd: 1 + chance.below(60),
        period: chance.pick(PERIODS),
        span,
      };
    case 2:
    case 3:
      return { kind: "onlyTo", thing, globs: randomGlobs(chance, thing), nodes: [any(), any()], span };
    default:
      return { kind: "never", thing, globs: randomGlobs(chance, thing), nodes: [any()], span };
  }
}

// ---- the plain meaning ------------------------------------------------------------------------------------------------

/** What is wrong with the answer of the prover: null for a failure means that the promise was proved. */
function disagreement({ nodes }: Model, rule: InvariantRule, failure: string | null): string | null {
  if ("globs" in rule) return disagreementAboutAccess(nodes, rule, failure);
  const top = nodes[rule.node]!;
  const keys = nodes.filter((it, index) => it.kind === "key" && chainOf(nodes, index).includes(top));
  const bad = keys.filter((key) => {
    if (rule.kind === "expires") return expiresLate(key, rule.days);
    const chain = chainOf(nodes, nodes.indexOf(key));
    return moments(nodes).some((now) => mostSpent(chain, rule.period, now) > rule.microUsd);
  });
  if (failure === null) return bad.length === 0 ? null : `proved, but not for ${bad[0]!.name}`;
  const shown = /key (\w)/.exec(failure)?.[1];
  return bad.some(({ name }) => name === shown) ? null : `not so: ${failure}`;
}

function disagreementAboutAccess(nodes: readonly Node[], rule: AccessRule, failure: string | null): string | null {
  if (failure !== null) {
    const shown = /: (?:org|team|key) ([\w/]+),? .*can use \w+ `(.*)`(?: from (.*) on)?$/.exec(failure);
    const from = shown?.[3] === undefined ? NOW : Date.parse(`${shown[3].replace(" ", "T")}Z`);
    const index = nodes.findIndex(({ name }) => name === shown?.[1]);
    const isSo = index >= 0 && isBroken(nodes, rule, { index, name: shown![2]!, now: from });
    return isSo ? null : `not so: ${failure}`;
  }
  const names = rule.thing === "providers" ? PROVIDERS : NAMES;
  const wanted = names.filter((name) => matches(rule.globs, name));
  for (const now of moments(nodes)) {
    for (const [index] of nodes.entries()) {
      const name = wanted.find((it) => isBroken(nodes, rule, { index, name: it, now }));
      if (name !== undefined)
        return `proved, but ${nodes[index]!.name} can use ${name} at ${new Date(now).toISOString()}`;
    }
  }
  return null;
}

interface Question {
  readonly index: number;
  readonly name: string;
  readonly now: number;
}

function isBroken(nodes: readonly Node[], rule: AccessRule, { index, name, now }: Question): boolean {
  const chain = chainOf(nodes, index);
  if (rule.thing === "providers" && !PROVIDERS.includes(name)) return false;
  const inside = rule.nodes.some((top) => chain.includes(nodes[top]!));
  return inside === (rule.kind === "never") && matches(rule.globs, name) && isAllowed(chain, rule.thing, name, now);
}

function isAllowed(chain: readonly Node[], thing: Thing, name: string, now: number): boolean {
  const said = chain.flatMap(({ access }) => access).filter((it) => it.thing === thing);
  const inForce = said.filter(({ until }) => until === null || until >= now);
  // Proofs are about what may ever be called: a denial that some calls escape is none.
  if (inForce.some((it) => it.effect === "deny" && it.where === null && matches(it.globs, name))) return false;
  if (inForce.some((it) => it.effect === "only" && !matches(it.globs, name))) return false;
  if (inForce.some((it) => it.effect === "allow" && matches(it.globs, name))) return true;
  return thing === "providers" && PROVIDERS.includes(name) && !said.some(({ effect }) => effect === "allow");
}

const known = new Map<string, boolean>();

function matches(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => {
    const question = `${glob} ${name}`;
    let answer = known.get(question);
    if (answer === undefined) {
      answer = globMatches(glob, name);
      known.set(question, answer);
    }
    return answer;
  });
}

function chainOf(nodes: readonly Node[], index: number): Node[] {
  const { parent } = nodes[index]!;
  return [...(parent === null ? [] : chainOf(nodes, parent)), nodes[index]!];
}

/** The moment of the proof, every moment after an end, and some in between. */
function moments(nodes: readonly Node[]): number[] {
  const ends = nodes.flatMap(({ access, limits }) => [...access, ...limits].map(({ until }) => until ?? NOW));
  return [NOW, ...new Set(ends.flatMap((end) => [end, end + 1, end + DAY]).filter((it) => it >= NOW))];
}

/** Counts days one by one, by their names. */
function expiresLate({ key }: Node, days: number): boolean {
  if (key === null || key.expires === null) return true;
  const last = new Date(NOW + days * DAY).toISOString().slice(0, 10);
  return new Date(key.expires).toISOString().slice(0, 10) > last;
}

/** The most that the tightest budget of a chain lets be spent in one window. */
function mostSpent(chain: readonly Node[], window: Period, now: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { limits } of chain) {
    for (const limit of limits) {
      const alike = limits.filter(({ period, per }) => period === limit.period && per === limit.per);
      const timed = alike.find(({ until }) => until !== null && until >= now);
      const cap = timed ?? alike.find(({ until }) => until === null);
      if (cap !== undefined) least = Math.min(least, cap.amount * windowsIn(cap.period!, window));
    }
  }
  return least;
}

const counts = new Map<string, number>();

/** How many windows of a period touch one window of another at most: looked for in 28 years of days, which repeat. */
export function windowsIn(period: Period, window: Period): number {
  const question = `${period} ${window}`;
  const answer = counts.get(question);
  if (answer !== undefined) return answer;
  const touching = new Map<number, Set<number>>();
  for (let day = Date.UTC(2004, 0, 1); day < Date.UTC(2032, 0, 1); day += DAY) {
    const outer = windowOf(window, day, "UTC").start;
    const inner = touching.get(outer) ?? new Set();
    touching.set(outer, inner.add(windowOf(period, day, "UTC").start));
  }
  const most = Math.max(...[...touching.values()].map(({ size }) => size));
  counts.set(question, most);
  return most;
}

if (import.meta.main) {
  const [cases = "100000", seed = "1"] = process.argv.slice(2);
  const tally = runOracle(Number(cases), Number(seed));
  process.stdout.write(`${tally.cases} promises, ${tally.held} proved, ${tally.broken} broken: no disagreement\n`);
}
