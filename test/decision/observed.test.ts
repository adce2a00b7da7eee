/** Statements that are only observed: they decide nothing, and what they would have decided is known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "../../src/analysis/diff.ts";
import { decide } from "../../src/decision/decide.ts";
import { wouldDecide } from "../../src/decision/observed.ts";
import type { Table } from "../../src/decision/table.ts";
import { modelOf } from "../model/policies.ts";
import { facts, tableOf } from "./models.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

function policy(team: string): string {
  return `language 1
org acme { allow models haiku-1 }
provider offline { kind simulated }
models all { haiku-1, opus-1 via offline }
team eng {
  allow tools Read, Bash
  ${team}
}
key dev in eng { hash sha256:${"1".repeat(64)} }
`;
}

function sideOf(team: string) {
  const model = modelOf([{ path: "a.policy", text: policy(team) }], new Map());
  return { model, table: tableOf(model), texts: new Map<string, string>() };
}

function ask(table: Table, model: string, tools: readonly string[] = []) {
  const [key] = table.keys.values();
  const principal = { key: key!, node: key!.node };
  const asked = facts({ model, tools });
  const decided = decide(table, principal, asked, NOW);
  return { decided, would: wouldDecide(table, principal, asked, { now: NOW, decided }) };
}

test("an observed deny takes nothing, and the tool that it would take is known with its line", () => {
  const { table } = sideOf("observe deny tools Bash");
  const { decided, would } = ask(table, "haiku-1", ["Read", "Bash"]);
  assert.ok(decided.kind === "allow");
  assert.deepEqual(decided.strip, []);
  assert.deepEqual([would!.effect, would!.stripped], ["allow", ["Bash"]]);
  assert.deepEqual(
    would!.origins.map(({ place, text }) => [place, text]),
    [["a.policy:7", "deny tools Bash"]],
  );
  assert.equal(ask(table, "haiku-1", ["Read"]).would, null);
});

test("an observed only refuses nobody, and an observed allow lets nobody in", () => {
  const only = ask(sideOf("observe only models opus-1").table, "haiku-1");
  assert.equal(only.decided.kind, "allow");
  assert.deepEqual([only.would!.effect, only.would!.reason], ["refuse", "model"]);
  const allow = ask(sideOf("observe allow models opus-1").table, "opus-1");
  assert.equal(allow.decided.kind, "refusal");
  assert.deepEqual([allow.would!.effect, allow.would!.reason], ["allow", null]);
  const tool = ask(sideOf("observe allow tools Write").table, "haiku-1", ["Write"]);
  assert.deepEqual([tool.would!.effect, tool.would!.stripped], ["allow", []]);
});

test("what is observed ends by itself like any other line", () => {
  const { table } = sideOf("observe deny tools Bash until 2026-05-01");
  assert.equal(ask(table, "haiku-1", ["Bash"]).would, null);
});

test("a policy without observed statements has no second table, and asks nothing twice", () => {
  const { table } = sideOf("deny tools Bash");
  assert.equal(table.observed, null);
  assert.equal(ask(table, "haiku-1", ["Bash"]).would, null);
});

test("a comparison calls what is observed neutral, and what it becomes in force by its name", () => {
  const [without, observed, denied] = ["", "observe deny tools Bash", "deny tools Bash"].map(sideOf);
  const rows = (old: typeof without, now: typeof without) =>
    diff(old!, now!, NOW)!.rows.map(({ move, change }) => `${move}: ${change}`);
  assert.deepEqual(rows(without, observed), ["neutral: observes `deny tools Bash`"]);
  assert.deepEqual(rows(observed, without), ["neutral: no longer observes `deny tools Bash`"]);
  assert.deepEqual(rows(observed, denied), [
    "tighter: loses tools Bash",
    "neutral: no longer observes `deny tools Bash`",
  ]);
});
