/** Calls of servers of tools, and tools that a provider carries out: by name, by arguments, and what would have been. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decideCall, wouldDecideCall } from "../../src/decision/decide-call.ts";
import { refuseDefinition, wouldRefuseDefinition } from "../../src/decision/decide-definition.ts";
import type { Table } from "../../src/decision/table.ts";
import type { Access } from "../../src/model/model.ts";
import { access, group, holder, model, node, provider, tableOf } from "./models.ts";
import { order, under, within } from "./predicates.ts";

const NOW = 1_000_000;
const WRITE = "mcp:files/write_file";
const SEARCH = "server:web_search";

function tableWith(statements: Access[], observed: Access[] = []): Table {
  const team = node(4, "team eng", 0, { access: statements, observed });
  const nodes = [node(1, "org acme", null, { access: [access(2, "allow models *")] }), team, node(5, "key dana", 1)];
  return tableOf(model({ providers: [provider("main")], models: [group(3, "all", ["**"], ["main"])], nodes }));
}

function callOf(table: Table, tool: string, input: unknown) {
  let read = 0;
  const principal = holder(table, "dana");
  const call = {
    tool,
    input() {
      read += 1;
      return input;
    },
  };
  const decided = decideCall(table, principal, call, NOW);
  const would = wouldDecideCall(table, principal, call, { now: NOW, decided });
  const places = decided.origins.map(({ place }) => place).join();
  return { would, read, said: decided.kind === "allow" ? [places] : [places, decided.reason, decided.message] };
}

test("a call is decided by its arguments where a statement asks about them, and not read otherwise", () => {
  const table = tableWith([
    access(10, `allow tools ${WRITE}`, null, under("path", "/srv/out")),
    access(11, "allow tools Read"),
  ]);
  assert.deepEqual(callOf(table, WRITE, { path: "/srv/out/a" }).said, ["p.policy:10"]);
  const message = `${WRITE} is granted to key dana only where path under "/srv/out"`;
  assert.deepEqual(callOf(table, WRITE, { path: "/etc/a" }).said, ["p.policy:10", "arguments", message]);
  const unread = callOf(table, WRITE, undefined).said;
  assert.deepEqual(unread.slice(0, 2), ["p.policy:10", "arguments"]);
  const plain = callOf(table, "Read", {});
  assert.deepEqual([plain.said, plain.read], [["p.policy:11"], 0]);
  const missing = callOf(table, "mcp:files/read_file", {});
  assert.deepEqual([missing.said[1], missing.read], ["tool", 0]);
});

test("what an observed statement would have decided of a call is told where it differs, in either way", () => {
  const table = tableWith(
    [access(10, "allow tools mcp:files/write_*")],
    [access(11, "deny tools mcp:files/write_file", null, under("path", "/etc")), access(12, "allow tools Read")],
  );
  assert.equal(callOf(table, WRITE, { path: "/srv/a" }).would, null);
  const { said, would } = callOf(table, WRITE, { path: "/etc/a" });
  assert.deepEqual(said, ["p.policy:10"]);
  assert.deepEqual([would?.effect, would?.reason, would?.origins[0]?.place], ["refuse", "arguments", "p.policy:11"]);
  const allowed = callOf(table, "Read", {}).would;
  assert.deepEqual([allowed?.effect, allowed?.reason, allowed?.origins[0]?.place], ["allow", null, "p.policy:12"]);
});

test("a tool of the provider's is refused with limits that are too wide, or without any", () => {
  const table = tableWith([
    access(10, `allow tools ${SEARCH}`, null, order("max_uses", "<=", 5)),
    access(11, "allow tools server:web_fetch"),
    access(12, "only tools server:*, Read", null, within("allowed_domains", "*.acme.example")),
  ]);
  const domains = { allowed_domains: ["docs.acme.example"] };
  const refused = (...defined: [string, unknown][]) => {
    const all = defined.map(([tool, definition]) => ({ tool, definition }));
    const refusal = refuseDefinition(table, holder(table, "dana"), all, NOW);
    return refusal === null ? null : [refusal.reason, refusal.origins[0]?.place, refusal.message];
  };
  assert.equal(refused([SEARCH, { max_uses: 5, ...domains }], ["server:web_fetch", domains]), null);
  const limited = `${SEARCH} is granted to key dana only where max_uses <= 5`;
  const eight = { type: "web_search_20250305", name: "web_search", max_uses: 8, ...domains };
  assert.deepEqual(refused([SEARCH, eight]), [
    "arguments",
    "p.policy:10",
    `${limited}; this request has it with max_uses 8, allowed_domains ["docs.acme.example"]`,
  ]);
  const [, place, message] = refused(
    ["server:web_fetch", domains],
    [SEARCH, { type: "web_search_20250305", ...domains }],
  )!;
  assert.equal(place, "p.policy:10");
  assert.match(message!, /only where max_uses <= 5; .*this request has it with allowed_domains/);
  assert.match(refused([SEARCH, { name: "web_search" }])![2]!, /this request has it without any limits$/);
  assert.match(refused([SEARCH, undefined])![2]!, /; what it was given leaves that open$/);
});

test("nothing of a connector is said back, and it is refused where a condition cannot be judged", () => {
  const table = tableWith([access(10, "allow tools connector:mcp.acme.example", null, order("max_uses", "<=", 5))]);
  const defined = [{ tool: "connector:mcp.acme.example", definition: { authorization_token: "hush" } }];
  const refusal = refuseDefinition(table, holder(table, "dana"), defined, NOW);
  assert.equal(refusal?.reason, "arguments");
  assert.doesNotMatch(refusal.message, /hush/);
});

test("what an observed statement would have said of limits is told where it differs", () => {
  const table = tableWith(
    [access(10, "allow tools server:*")],
    [access(11, `deny tools ${SEARCH}`, null, order("max_uses", ">", 5))],
  );
  const would = (max_uses: number) =>
    wouldRefuseDefinition(table, holder(table, "dana"), [{ tool: SEARCH, definition: { max_uses } }], NOW);
  assert.equal(would(5), null);
  const { effect, reason, origins } = would(6)!;
  assert.deepEqual([effect, reason, origins[0]?.place], ["refuse", "arguments", "p.policy:11"]);
});
