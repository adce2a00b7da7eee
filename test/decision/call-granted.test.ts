import assert from "node:assert/strict";
import { test } from "node:test";
import { type CallGrant, callGranted, dependsOnInput } from "../../src/decision/call-granted.ts";
import { decide, toolGranted } from "../../src/decision/decide.ts";
import type { Table } from "../../src/decision/table.ts";
import { weigh } from "../../src/decision/weigh.ts";
import type { Access, Node } from "../../src/model/model.ts";
import type { Predicate } from "../../src/model/predicate.ts";
import { access, facts, group, holder, model, node, provider, tableOf } from "./models.ts";
import { globMatches, random } from "./oracle.ts";
import { and, equals, has, not, oneOf, order, randomInput, randomPredicate, under } from "./predicates.ts";

const NOW = 1_000_000;

function tableWith(...statements: Access[]): Table {
  const org = node(1, "org acme", null, { access: [access(2, "allow models *")] });
  return tableOf(
    model({
      models: [group(3, "all", ["**"], ["main"])],
      nodes: [org, node(4, "team eng", 0, { access: statements }), node(5, "key dana", 1)],
    }),
  );
}

function call(table: Table, tool: string, input: unknown, now = NOW): CallGrant {
  return callGranted(table, holder(table, "dana"), { tool, input }, now);
}

/** Why a call is not granted, and the line. */
function refusal(grant: CallGrant): readonly [string, string] {
  assert.ok(!grant.granted, "granted");
  return [grant.why, grant.origin.place];
}

const ISSUE = "mcp:github/create_issue";
const repos = and(oneOf("repo", "acme/pay", "acme/docs"), order("size(body)", "<=", 8000));

test("an allow with a condition grants the calls that are as it says, and none that it cannot judge", () => {
  const table = tableWith(access(10, `allow tools ${ISSUE}`, null, repos));
  assert.equal(call(table, ISSUE, { repo: "acme/pay", body: "text" }).granted, true);
  const why = 'is granted to key dana only where repo in ["acme/pay", "acme/docs"] and size(body) <= 8000';
  assert.deepEqual(refusal(call(table, ISSUE, { repo: "acme/other", body: "" })), [why, "p.policy:10"]);
  for (const input of [{ repo: "acme/pay" }, { repo: ["acme/pay"], body: "" }, [], null, undefined]) {
    assert.deepEqual(refusal(call(table, ISSUE, input)), [`${why}; what it was given leaves that open`, "p.policy:10"]);
  }
});

test("a deny with a condition denies what is as it says, and what it cannot judge", () => {
  const table = tableWith(access(10, "allow tools **"), access(11, "deny tools Bash", null, has("force")));
  assert.equal(call(table, "Bash", { command: "ls" }).granted, true);
  assert.deepEqual(refusal(call(table, "Bash", { force: true })), [
    "is denied to key dana where has force",
    "p.policy:11",
  ]);
  assert.match(refusal(call(table, "Bash", undefined))[0], /^is denied .* leaves that open$/);
});

test("an only with a condition is passed by what is as it says", () => {
  const table = tableWith(access(10, "allow tools **"), access(11, "only tools Write", null, under("path", "/srv")));
  assert.equal(call(table, "Write", { path: "/srv/a" }).granted, true);
  assert.equal(
    refusal(call(table, "Write", { path: "/etc/a" }))[0],
    'is granted to key dana only where path under "/srv"',
  );
  assert.deepEqual(refusal(call(table, "Bash", {})), ["is not granted to key dana", "p.policy:11"]);
});

test("one condition of several that allow is enough, and the refusal names them all", () => {
  const table = tableWith(
    access(10, "allow tools Bash", null, equals("n", 1)),
    access(11, "allow tools Bash", null, equals("n", 2)),
  );
  assert.deepEqual(call(table, "Bash", { n: 2 }), {
    granted: true,
    origin: { place: "p.policy:11", text: "allow tools Bash where n = 2" },
  });
  assert.equal(refusal(call(table, "Bash", { n: 3 }))[0], "is granted to key dana only where n = 1, or where n = 2");
});

test("a condition ends with its statement", () => {
  const table = tableWith(access(10, "allow tools Bash"), access(11, "deny tools Bash", NOW, equals("n", 1)));
  const dana = holder(table, "dana");
  assert.equal(call(table, "Bash", { n: 1 }, NOW).granted, false);
  assert.equal(dependsOnInput(table, dana, "Bash", NOW), true);
  assert.equal(call(table, "Bash", { n: 1 }, NOW + 1).granted, true);
  assert.equal(dependsOnInput(table, dana, "Bash", NOW + 1), false);
});

test("a condition leaves the offer as it is: who may call a tool somehow sees it", () => {
  const table = tableWith(
    access(10, "allow tools Bash", null, equals("n", 1)),
    access(11, "allow tools Read Write"),
    access(12, "deny tools Read", null, equals("n", 1)),
    access(13, "only tools Bash Read Write", null, has("n")),
    access(14, "allow tools Task"),
  );
  const dana = holder(table, "dana");
  const tools = ["Bash", "Read", "Write", "Task"];
  assert.deepEqual(
    tools.map((tool) => toolGranted(table, dana, tool, NOW).granted),
    [true, true, true, false],
  );
  const decision = decide(table, dana, facts({ tools }), NOW);
  assert.deepEqual(decision.kind === "allow" && decision.strip, ["Task"]);
});

test("only calls that a condition bears on have to be looked into", () => {
  const table = tableWith(
    access(10, "allow tools Bash", null, equals("n", 1)),
    access(11, "allow tools Bash Read Grep"),
    access(12, "deny tools Grep Write", null, equals("n", 1)),
    access(13, "allow tools Glob", null, equals("n", 1)),
  );
  const dana = holder(table, "dana");
  const depends = (tool: string): boolean => dependsOnInput(table, dana, tool, NOW);
  assert.deepEqual(["Bash", "Read", "Grep", "Write", "Glob", "Other", ""].map(depends), [
    false,
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
  assert.equal(call(table, "Bash", undefined).granted, true);
});

test("a table decides calls alike after a structured clone", () => {
  const table = tableWith(access(10, `allow tools ${ISSUE}`, null, repos));
  const copy = structuredClone(table);
  for (const input of [{ repo: "acme/pay", body: "" }, { repo: "x", body: "" }, undefined]) {
    assert.deepEqual(call(copy, ISSUE, input), call(table, ISSUE, input));
  }
});

/** The meaning, word by word: some allow holds, every only is passed, no deny holds. */
function mayCall(chain: readonly Node[], tool: string, input: unknown): boolean {
  const all = chain.flatMap((it) => it.access).filter(({ thing }) => thing === "tools");
  const names = (it: Access): boolean => it.globs.some((glob) => globMatches(glob, tool));
  const verdict = (it: Access): string => (it.where === null ? "yes" : weigh(it.where, input));
  return (
    all.some((it) => it.effect === "allow" && names(it) && verdict(it) === "yes") &&
    all.every((it) => it.effect !== "only" || (names(it) && verdict(it) === "yes")) &&
    !all.some((it) => it.effect === "deny" && names(it) && verdict(it) !== "no")
  );
}

/** A random policy of a few nodes, with and without conditions. */
function randomNodes(next: () => number): Node[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const globs = ["A", "B", "C*", "*", "mcp:s/*", "mcp:s/a", "**"];
  const statement = (): Access => {
    const effect = pick(["allow", "allow", "allow", "only", "deny"]);
    const where = next() < 0.6 ? randomPredicate(next, 1) : null;
    return access(1, `${effect} tools ${pick(globs)} ${pick(globs)}`, null, where);
  };
  const some = (): Access[] => Array.from({ length: Math.floor(next() * 4) }, statement);
  const org = node(1, "org o", null, { access: [access(1, "allow models *"), ...some()] });
  return [org, node(2, "team t", 0, { access: some() }), node(3, "key dana", 1, { access: some() })];
}

const TOOLS = ["A", "B", "Cx", "mcp:s/a", "mcp:s/b"];

function compiled(nodes: readonly Node[]): Table {
  return tableOf(model({ models: [group(9, "all", ["**"], ["main"])], providers: [provider("main")], nodes }));
}

function granted(table: Table, tool: string, input: unknown): boolean {
  return call(table, tool, input).granted;
}

test("calls are granted as the statements say, on random policies and inputs; their order changes nothing", () => {
  const next = random(7);
  const seen = { granted: 0, refused: 0, conditional: 0 };
  for (let round = 0; round < 400; round++) {
    const nodes = randomNodes(next);
    const table = compiled(nodes);
    const turned = compiled(nodes.map((it) => ({ ...it, access: [...it.access].reverse() })));
    for (const tool of TOOLS) {
      const offered = toolGranted(table, holder(table, "dana"), tool, NOW).granted;
      const depends = dependsOnInput(table, holder(table, "dana"), tool, NOW);
      for (let each = 0; each < 4; each++) {
        const input = randomInput(next, 1);
        const may = mayCall(nodes, tool, input);
        assert.equal(granted(table, tool, input), may);
        assert.equal(granted(turned, tool, input), may);
        assert.ok(offered || !may, "what is not offered is not granted");
        if (!depends) assert.equal(may, offered, "without a condition the name decides");
        seen[may ? "granted" : "refused"]++;
        if (depends) seen.conditional++;
      }
    }
  }
  assert.ok(Math.min(seen.granted, seen.refused, seen.conditional) > 300, JSON.stringify(seen));
});

test("a condition on an allow or an only never grants more, one on a deny never less", () => {
  const next = random(8);
  let changed = 0;
  for (let round = 0; round < 400; round++) {
    const nodes = randomNodes(next);
    const index = Math.floor(next() * nodes.length);
    const own = nodes[index]!.access;
    const at = own.findIndex(({ thing, where }) => thing === "tools" && where === null);
    if (at < 0) continue;
    const where: Predicate = next() < 0.2 ? not(has("a")) : randomPredicate(next, 1);
    const narrowed = own.map((it, place) => (place === at ? { ...it, where } : it));
    const before = compiled(nodes);
    const after = compiled(nodes.map((it, place) => (place === index ? { ...it, access: narrowed } : it)));
    for (const tool of TOOLS) {
      const input = randomInput(next, 1);
      const [was, is] = [granted(before, tool, input), granted(after, tool, input)];
      if (own[at]!.effect === "deny") assert.ok(is || !was);
      else assert.ok(was || !is);
      if (was !== is) changed++;
    }
  }
  assert.ok(changed > 20, String(changed));
});
