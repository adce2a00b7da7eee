import assert from "node:assert/strict";
import { test } from "node:test";
import { principalOf } from "../../src/analysis/question.ts";
import { callLimits, siteOf } from "../../src/decision/call-limits.ts";
import { decide } from "../../src/decision/decide.ts";
import type { Limit, Server } from "../../src/model/model.ts";
import { access, at, facts, group, limit, model, node, tableOf } from "./models.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

const files: Server = {
  name: "files",
  reach: { kind: "http", url: "https://files.acme.example/mcp", credential: null },
  patience: { idle: 1, total: 1 },
  may: [],
  pins: null,
  span: at(5),
};

function calls(line: number, amount: number, globs: readonly string[], parts: Partial<Limit> = {}): Limit {
  return limit(line, { measure: "calls", amount, tools: { globs, written: globs }, ...parts });
}

const table = tableOf(
  model({
    servers: [files],
    models: [group(1, "all", ["haiku-1"], ["main"])],
    nodes: [
      node(10, "org acme", null, {
        access: [access(11, "allow models haiku-1"), access(12, "allow tools **")],
        limits: [limit(13, { amount: 5 }), calls(14, 100, ["mcp:files/*", "Bash"])],
      }),
      node(20, "team eng", 0, {
        limits: [
          calls(21, 10, ["Bash", "Read"], { per: "key" }),
          calls(22, 20, ["Bash", "Read"], { per: "key", until: NOW + 1_000 }),
          calls(23, 5, ["Read"], { per: "team" }),
        ],
      }),
      node(30, "key dana", 1),
      node(40, "key ci", 0),
    ],
  }),
);

const DANA = principalOf(table, 2);
const CI = principalOf(table, 3);
const told = (who: typeof DANA, tool: string, now = NOW) =>
  callLimits(table, who, tool, now).map(({ counter, amount }) => `${counter} ${amount}`);

test("the limits of a call are those of the whole path that name its tool, by the names that clients use too", () => {
  assert.deepEqual(told(DANA, "Bash"), [
    "org acme calls(mcp:files/*,Bash)/min 100",
    "team eng calls(Bash,Read)/min per key dana 20",
  ]);
  assert.deepEqual(told(DANA, "Read"), [
    "team eng calls(Bash,Read)/min per key dana 20",
    "team eng calls(Read)/min per team eng 5",
  ]);
  assert.deepEqual(told(CI, "Bash"), ["org acme calls(mcp:files/*,Bash)/min 100"]);
  const ofFiles = ["org acme calls(mcp:files/*,Bash)/min 100"];
  assert.deepEqual(told(CI, "mcp:files/read"), ofFiles);
  assert.deepEqual(told(CI, "client-mcp:files/read"), ofFiles);
  assert.deepEqual(told(CI, "client-mcp:gw/files__read"), ofFiles);
  assert.deepEqual([told(DANA, "Edit"), told(DANA, "unknown:x"), told(DANA, "")], [[], [], []]);
});

test("what ends gives way to what it replaced", () => {
  assert.deepEqual(told(DANA, "Bash", NOW + 2_000)[1], "team eng calls(Bash,Read)/min per key dana 10");
});

test("limits on calls bind no request", () => {
  const decision = decide(table, DANA, facts({ model: "haiku-1", tools: ["Bash"] }), NOW);
  assert.ok(decision.kind === "allow");
  assert.deepEqual(
    decision.holds.map(({ counter }) => counter),
    ["org acme requests/min"],
  );
});

test("the same call is answered with the very same list, whatever the number of rules", () => {
  assert.equal(callLimits(table, DANA, "Bash", NOW), callLimits(table, DANA, "Bash", NOW));
});

test("a call is counted at one place, or nowhere", () => {
  const sites = ["mcp:files/read", "client-mcp:files/read", "client-mcp:gw/files__read", "client-mcp:crm/read", "Bash"];
  assert.deepEqual(
    sites.map((tool) => siteOf(table, tool)),
    ["server", "server", "server", "answer", "answer"],
  );
  for (const tool of ["server:web_search", "connector:crm", "mcp-prompt:files/x", "mcp-resource:files/y"]) {
    assert.equal(siteOf(table, tool), null, tool);
  }
});
