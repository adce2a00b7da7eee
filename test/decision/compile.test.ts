import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../src/decision/compile.ts";
import { decide, modelsFor, toolGranted } from "../../src/decision/decide.ts";
import type { Access, Model, Node } from "../../src/model/model.ts";
import {
  access,
  at,
  doing,
  facts,
  group,
  holder,
  limit,
  model,
  node,
  provider,
  REDACT,
  REVISION,
  tableOf,
} from "./models.ts";
import { globMatches, random } from "./oracle.ts";

const NOW = 1_000_000;

/** The meaning, word by word: some allow names it, every only names it, no deny does. */
function mayUse(chain: readonly Node[], thing: Access["thing"], name: string, now: number): boolean {
  const all = chain.flatMap((it) => it.access).filter((it) => it.thing === thing);
  const standing = all.filter(({ until }) => until === null || now <= until);
  const names = (it: Access): boolean => it.globs.some((glob) => globMatches(glob, name));
  const open = thing === "providers" && !all.some(({ effect }) => effect === "allow");
  return (
    (open || standing.some((it) => it.effect === "allow" && names(it))) &&
    standing.every((it) => it.effect !== "only" || names(it)) &&
    !standing.some((it) => it.effect === "deny" && names(it))
  );
}

test("a compiled policy means what its statements say, on random policies, names and moments", () => {
  const next = random(21);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const globs = ["a*", "*b", "a?", "ab", "a/*", "a/**", "**", "b", "c/d", "?", "*"];
  const names = ["a", "b", "ab", "ba", "a/b", "a/b/c", "c/d", "x", "aé", "/"];
  const statement = (): Access => {
    const thing = next() < 0.15 ? "providers" : pick(["models", "tools"] as const);
    const effect = pick(["allow", "allow", "only", "deny"] as const);
    const chosen = thing === "providers" ? [pick(["p", "q"])] : [pick(globs), pick(globs)];
    return access(1, `${effect} ${thing} ${chosen.join(" ")}`, next() < 0.25 ? NOW + Math.floor(next() * 7) - 3 : null);
  };
  const statements = (): Access[] => Array.from({ length: Math.floor(next() * 4) }, statement);
  let compiled = 0;
  for (let round = 0; round < 400; round++) {
    const nodes = [node(1, "org o", null, { access: statements() })];
    for (let i = 1; i < 8; i++) {
      const parents = nodes.flatMap((it, index) => (it.kind === "key" ? [] : [index]));
      nodes.push(node(i + 1, i < 4 ? `team t${i}` : `key k${i}`, pick(parents), { access: statements() }));
    }
    const both = [provider("p"), provider("q")];
    const it: Model = model({ nodes, providers: both, models: [group(1, "all", ["**"], ["p", "q"])] });
    const { table, diagnostics } = compile(it, REVISION);
    // A model that is left without a provider is a fault of its own; every other policy compiles.
    assert.deepEqual(
      diagnostics.filter(({ code }) => code !== "GW3010"),
      [],
    );
    if (table === null) continue;
    compiled++;
    for (const key of nodes.filter(({ kind }) => kind === "key")) {
      const chain = [key];
      while (chain[0]!.parent !== null) chain.unshift(nodes[chain[0]!.parent]!);
      for (const now of [NOW - 2, NOW, NOW + 1, NOW + 9, NOW - 5]) {
        const who = holder(table, key.name);
        for (const name of names) {
          const said = `${name} for ${key.name} at ${now}: ${JSON.stringify(chain.map((link) => link.access))}`;
          const decision = decide(table, who, facts({ model: name, tools: [name] }), now);
          assert.deepEqual(decide(table, who, facts({ model: name, tools: [name] }), now), decision, said);
          assert.equal(decision.kind === "allow", mayUse(chain, "models", name, now), said);
          if (decision.kind === "allow") {
            assert.deepEqual(
              decision.routes,
              ["p", "q"].filter((p) => mayUse(chain, "providers", p, now)),
              said,
            );
            assert.equal(decision.strip.length === 0, mayUse(chain, "tools", name, now), said);
          }
          const grant = toolGranted(table, who, name, now);
          assert.equal(grant.granted, mayUse(chain, "tools", name, now), said);
        }
      }
    }
  }
  assert.ok(compiled > 200, `only ${compiled} policies were looked at`);
});

test("equal models give equal tables, which survive a structured clone", () => {
  const it = () =>
    model({
      nodes: [
        node(1, "org o", null, { access: [access(1, "allow models a* b"), access(2, "allow tools **")] }),
        node(2, "key k", 0, { limits: [limit(3, {})] }),
      ],
    });
  assert.deepEqual(tableOf(it()), tableOf(it()));
  assert.deepEqual(structuredClone(tableOf(it())), tableOf(it()));
});

test("nodes with equal access share one policy, however many they are", () => {
  const nodes = [node(1, "org o", null, { access: [access(1, "allow models a b c")] })];
  for (let i = 2; i < 100; i++)
    nodes.push(node(i, `key k${i}`, 0, { access: [access(i, `only models ${i % 2 ? "a" : "b a"}`)] }));
  assert.equal(tableOf(model({ nodes })).policies.length, 3);
});

test("one model with two routes is a fault that names the model and both groups", () => {
  const it = model({
    nodes: [node(1, "org o", null)],
    providers: [provider("p"), provider("q")],
    models: [group(5, "first", ["claude-*"], ["p"]), group(6, "second", ["claude-opus-5"], ["q", "p"])],
  });
  const { table, diagnostics } = compile(it, REVISION);
  assert.equal(table, null);
  assert.deepEqual(
    diagnostics.map(({ code, span, message }) => [code, span.line, message]),
    [["GW3009", 6, "`claude-opus-5` goes via q then p in `second` and via p in `first`"]],
  );
});

test("a model that someone may use without a route is a fault at the statement that grants it", () => {
  const nodes = [node(1, "org o", null), node(2, "team t", 0, { access: [access(7, "allow models claude-opus-5")] })];
  const providers = [provider("p"), provider("q")];
  const [fault] = compile(model({ nodes, providers }), REVISION).diagnostics;
  assert.deepEqual([fault?.code, fault?.span.line], ["GW3010", 7]);
  assert.match(fault!.message, /`claude-opus-5` is allowed for team t/);
  assert.deepEqual(compile(model({ nodes, providers: [provider("p")] }), REVISION).diagnostics, []);
  assert.match(fault!.help!, /`via PROVIDER`/);
  const [none] = compile(model({ nodes, providers: [] }), REVISION).diagnostics;
  assert.deepEqual([none?.code, none?.help], ["GW3010", "declare a `provider`: the policy has none"]);
});

test("a ceiling on providers that leaves a model nowhere to go is a fault at the ceiling, also while an override lasts", () => {
  const route = { providers: [provider("p"), provider("q")], models: [group(5, "all", ["m"], ["p"])] };
  for (const until of [null, NOW]) {
    const nodes = [
      node(1, "org o", null, { access: [access(7, "allow models m")] }),
      node(2, "team t", 0, { access: [access(8, "only providers q", until)] }),
    ];
    const [fault] = compile(model({ nodes, ...route }), REVISION).diagnostics;
    assert.deepEqual([fault?.code, fault?.span.line], ["GW3010", 8]);
  }
});

test("the catalogue is every name written out, in order; the list for a caller is what it may use of it", () => {
  const table = tableOf(
    model({
      nodes: [node(1, "org o", null, { access: [access(1, "allow models claude-* extra")] }), node(2, "key k", 0)],
      models: [group(5, "all", ["claude-b", "claude-a-*", "claude-a", "other"])],
    }),
  );
  assert.deepEqual(table.catalogue, ["claude-b", "claude-a", "other", "extra"]);
  assert.deepEqual(modelsFor(table, holder(table, "k"), NOW), ["claude-b", "claude-a", "extra"]);
});

test("many globs with stars on both sides are warned about, too many are a fault", () => {
  const infixes = (count: number) => Array.from({ length: count }, (_, i) => `*${String.fromCharCode(97 + i)}${i}*`);
  const of = (count: number) => {
    const nodes = [node(1, "org o", null, { access: [access(3, `deny tools ${infixes(count).join(" ")}`)] })];
    return compile(model({ nodes }), REVISION);
  };
  assert.deepEqual(of(5).diagnostics, []);
  assert.deepEqual(
    of(6).diagnostics.map(({ code, severity, span }) => [code, severity, span.line]),
    [["GW3028", "warning", 3]],
  );
  const broken = of(16);
  assert.equal(broken.table, null);
  assert.equal(broken.diagnostics[0]!.severity, "error");
});

test("counters are named for whose they are, and a key's own limit for the key", () => {
  const table = tableOf(
    model({
      nodes: [
        node(1, "org o", null, {
          access: [access(1, "allow models m")],
          limits: [
            limit(2, { per: "team" }),
            limit(3, { measure: "concurrency", period: null, amount: 2, per: "key" }),
          ],
        }),
        node(4, "team a", 0),
        node(5, "team a/b", 1, { limits: [limit(6, { measure: "budget", period: "month", amount: 5e6 })] }),
        node(7, "key k", 2, { limits: [limit(8, { period: "sec", amount: 1 })] }),
        node(9, "key top", 0),
      ],
    }),
  );
  const counters = (who: string): string[] => {
    const decision = decide(table, holder(table, who), facts({ model: "m" }), NOW);
    return decision.kind === "allow" ? decision.holds.map(({ counter }) => counter) : [];
  };
  assert.deepEqual(counters("k"), [
    "org o requests/min per team a/b",
    "org o concurrency per key k",
    "team a/b budget/month",
    "key k requests/sec",
  ]);
  assert.deepEqual(counters("top"), ["org o requests/min per team *", "org o concurrency per key top"]);
});

test("guards add up down the chain and end with their `until`", () => {
  const use = (guardrail: string, until: number | null) => ({ guardrail, observe: false, until, span: at(1) });
  const guardrail = (name: string) =>
    ({
      name,
      on: ["request"],
      in: ["user"],
      patterns: [],
      ...doing(REDACT),
      doc: null,
      span: at(2),
    }) as const;
  const table = tableOf(
    model({
      guardrails: [guardrail("one"), guardrail("two")],
      nodes: [
        node(1, "org o", null, { access: [access(1, "allow models m")], guards: [use("two", null)] }),
        node(2, "key k", 0, { guards: [use("one", NOW), use("two", NOW)] }),
      ],
    }),
  );
  const guards = (now: number) => {
    const decision = decide(table, holder(table, "k"), facts({ model: "m" }), now);
    return decision.kind === "allow" ? decision.guards : null;
  };
  assert.deepEqual([guards(NOW), guards(NOW + 1)], [[0, 1], [1]]);
});
