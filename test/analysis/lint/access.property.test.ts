/**
 * Random small policies, and what the lints say about their lines, against the plain meaning of the words. What is told
 * could be left out, each line and all together, and no name, node or moment would notice; and every line that is left
 * then decides something. Names are all short ones and one of each class that the policy tells apart.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import type { Table } from "../../../src/decision/table.ts";
import type { Access, Model, Node } from "../../../src/model/model.ts";
import { at, model, node, provider, tableOf } from "../../decision/models.ts";
import { globMatches } from "../../decision/oracle.ts";
import { type Chance, chanceOf } from "../../wire/chance.ts";

const NOW = 1_000;
const ENDS = [900, 1_000, 2_000, 3_000];
/** A moment before each end and one after all. */
const MOMENTS = [1_000, 1_001, 2_001, 3_001];
const TOKENS = ["a", "b", "/", "a", "b", "*", "*", "**", "?"];
const LETTERS = ["a", "b", "c", "/"];
const PROVIDERS = ["aa", "ab", "b"];
const SHORT = LETTERS.flatMap((a) => ["", ...LETTERS].flatMap((b) => ["", ...LETTERS].map((c) => a + b + c)));

function randomModel(chance: Chance): Model {
  const thing = chance.pick<Access["thing"]>(["models", "tools", "providers"]);
  const parents = [null, 0, 1, 1, 2, 2];
  const words = ["org o", "team t", "team t/u", "key k", "key l", "key m"];
  let line = 0;
  const nodes = parents.map((parent, index) =>
    node(index, words[index]!, parent, {
      access: Array.from({ length: chance.below(4) }, () => randomAccess(chance, thing, 100 + line++)),
    }),
  );
  return model({ nodes, providers: (thing === "providers" ? PROVIDERS : ["main"]).map(provider) });
}

function randomAccess(chance: Chance, thing: Access["thing"], line: number): Access {
  const effect = chance.pick<Access["effect"]>(["allow", "allow", "deny", "only"]);
  const globs = Array.from({ length: 1 + chance.below(2) }, () => {
    if (thing === "providers") return chance.pick([...PROVIDERS, "a*", "?", "*b", "**"]);
    return Array.from({ length: 1 + chance.below(3) }, () => chance.pick(TOKENS))
      .join("")
      .replace(/\*{3,}/g, "**");
  });
  const until = chance.below(3) > 0 ? null : chance.pick(ENDS);
  return { effect, thing, globs, written: globs, except: [], where: null, until, span: at(line) };
}

// ---- the plain meaning ------------------------------------------------------------------------------------------------

const memo = new Map<string, boolean>();

function matches(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => {
    const key = `${glob} ${name}`;
    const known = memo.get(key) ?? globMatches(glob, name);
    memo.set(key, known);
    return known;
  });
}

function chainOf({ nodes }: Model, index: number): Access[] {
  const { parent, access } = nodes[index]!;
  return [...(parent === null ? [] : chainOf({ nodes } as Model, parent)), ...access];
}

interface Asked {
  readonly thing: Access["thing"];
  readonly name: string;
  readonly now: number;
}

/** Whether the lines let a name through; all of them are about one kind. */
function isAllowed(lines: readonly Access[], { thing, name, now }: Asked): boolean {
  const holding = lines.filter(({ until }) => until === null || now <= until);
  if (holding.some(({ effect, globs }) => effect === "deny" && matches(globs, name))) return false;
  if (holding.some(({ effect, globs }) => effect === "only" && !matches(globs, name))) return false;
  const open = thing === "providers" && !lines.some(({ effect }) => effect === "allow");
  return open || holding.some(({ effect, globs }) => effect === "allow" && matches(globs, name));
}

function namesOf(table: Table, thing: Access["thing"]): Names {
  if (thing === "providers") return { thing, names: PROVIDERS };
  return { thing, names: [...new Set([...SHORT, ...table.atoms[thing].examples.filter((name) => name !== "")])] };
}

function without(policy: Model, gone: ReadonlySet<Access>): Model {
  const left = (it: Node): Node => ({ ...it, access: it.access.filter((line) => !gone.has(line)) });
  return { ...policy, nodes: policy.nodes.map(left) };
}

type Names = Pick<Asked, "thing"> & { readonly names: readonly string[] };

function assertSame(a: Model, b: Model, { thing, names }: Names, what: string): void {
  for (const index of a.nodes.keys()) {
    const [before, after] = [chainOf(a, index), chainOf(b, index)];
    for (const now of MOMENTS) {
      for (const name of names) {
        const asked = { thing, name, now };
        assert.equal(isAllowed(before, asked), isAllowed(after, asked), `${what}: ${name} at ${now}`);
      }
    }
  }
}

function isAllowedSomething(policy: Model, index: number, { thing, names }: Names): boolean {
  const chain = chainOf(policy, index);
  return MOMENTS.some((now) => names.some((name) => isAllowed(chain, { thing, name, now })));
}

/** Whether an allow of a key gives at some moment what its team, which has something then, has not. */
function reachesBeyond(policy: Model, key: number, line: Access, { thing, names }: Names): boolean {
  const own = chainOf(policy, key);
  const teams = chainOf(policy, policy.nodes[key]!.parent!);
  return MOMENTS.some((now) => {
    if (line.until !== null && now > line.until) return false;
    const has = (chain: readonly Access[], name: string) => isAllowed(chain, { thing, name, now });
    return (
      names.some((name) => has(teams, name)) &&
      names.some((name) => matches(line.globs, name) && has(own, name) && !has(teams, name))
    );
  });
}

/** Whether a line decides something at its last moment, whatever is allowed below it: what no other line decides. */
function decides(line: Access, chain: readonly Access[], names: readonly string[]): boolean {
  const { thing } = line;
  const now = line.until ?? MOMENTS.at(-1)!;
  const others = chain.filter((it) => it !== line);
  const everything: Access = { ...line, effect: "allow", globs: ["**"], until: null };
  const open = (lines: readonly Access[], name: string) => isAllowed([...lines, everything], { thing, name, now });
  return names.some((name) => {
    const asked = { thing, name, now };
    if (line.effect === "allow") return isAllowed(chain, asked) !== isAllowed(others, asked);
    const ceilings = others.filter(({ effect }) => effect === "only" || line.effect === "deny");
    return open(ceilings, name) && !open([...ceilings, line], name);
  });
}

test("what is told could be left out, and what is left decides something", () => {
  let told = 0;
  let kept = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const policy = randomModel(chanceOf(seed));
    const table = tableOf(policy);
    const lines = policy.nodes.flatMap(({ access }) => access);
    const thing = lines[0]?.thing ?? "models";
    const names = namesOf(table, thing);
    const codes = ["GW6010", "GW6013", "GW6020", "GW3029"];
    const places = lint(policy, table, NOW).flatMap(({ code, span }) => (codes.includes(code) ? [span.start] : []));
    assert.equal(new Set(places).size, places.length, `seed ${seed}: one line is told of twice`);
    const gone = new Set(lines.filter(({ span }) => places.includes(span.start)));
    // An allow of providers that is over still closes what nobody allowed: it can go when another one stands.
    const free = [...gone].filter((it) => !(it.thing === "providers" && it.effect === "allow" && it.until === 900));
    for (const line of free)
      assertSame(policy, without(policy, new Set([line])), names, `seed ${seed}, ${line.span.line}`);
    const rest = without(policy, new Set(free));
    assertSame(policy, rest, names, `seed ${seed}`);
    for (const [index, { access }] of rest.nodes.entries()) {
      for (const line of access) {
        if (line.until !== null && line.until < NOW) continue;
        const isLone = line.thing === "providers" && line.effect === "allow";
        assert.ok(
          isLone || decides(line, chainOf(rest, index), names.names),
          `seed ${seed}: line ${line.span.line} is idle`,
        );
        kept++;
      }
    }
    told += gone.size;
  }
  assert.ok(told > 200 && kept > 200, `${told} told, ${kept} kept`);
});

test("a key is told of when it has nothing, and an allow of it when it has more than its team", () => {
  const tally = { idle: 0, beyond: 0, plain: 0 };
  for (let seed = 1; seed <= 200; seed++) {
    const policy = randomModel(chanceOf(seed));
    const table = tableOf(policy);
    const thing = policy.nodes.flatMap(({ access }) => access)[0]?.thing ?? "models";
    const names = namesOf(table, thing);
    const found = lint(policy, table, NOW);
    const isTold = (code: string, start: number) => found.some((it) => it.code === code && it.span.start === start);
    for (const [index, { kind, access, span }] of policy.nodes.entries()) {
      if (kind !== "key") continue;
      const isIdle = thing !== "models" || !isAllowedSomething(policy, index, names);
      assert.equal(isTold("GW6031", span.start), isIdle, `seed ${seed}: node ${index}`);
      if (isIdle) tally.idle++;
      for (const line of access) {
        const isBeyond = line.effect === "allow" && reachesBeyond(policy, index, line, names);
        assert.equal(isTold("GW6030", line.span.start), isBeyond, `seed ${seed}: line ${line.span.line}`);
        tally[isBeyond ? "beyond" : "plain"]++;
      }
    }
  }
  assert.ok(tally.idle > 20 && tally.beyond > 20 && tally.plain > 20, JSON.stringify(tally));
});
