import assert from "node:assert/strict";
import { test } from "node:test";
import { decide, modelsFor, someModel, toolGranted } from "../../src/decision/decide.ts";
import type { Allow, Decision, Refusal } from "../../src/decision/decision.ts";
import type { Table } from "../../src/decision/table.ts";
import { access, at, facts, group, holder, limit, model, node, provider, tableOf } from "./models.ts";

const NOW = Date.parse("2026-05-04T10:00:00Z");

const table = tableOf(
  model({
    timezone: "Europe/Berlin",
    providers: [provider("anthropic"), provider("eu")],
    models: [
      group(1, "haiku", ["claude-haiku-4-5", "claude-haiku-5-5"], ["anthropic", "eu"]),
      group(2, "opus", ["claude-opus-5-5"], ["anthropic"]),
    ],
    nodes: [
      node(10, "org acme", null, {
        access: [access(11, "deny tools connector:*")],
        limits: [limit(12, { amount: 5_000 })],
      }),
      node(20, "team eng", 0, {
        access: [
          access(21, "allow models claude-haiku-4-5 claude-haiku-5-5"),
          access(22, "allow tools Read mcp:github/*"),
        ],
        limits: [limit(23, { measure: "tokens", amount: 2e6, period: "hour", per: "key" })],
      }),
      node(30, "team eng/pay", 1, {
        doc: "Cardholder data: EU route only.",
        access: [
          access(31, "only providers eu"),
          access(32, "only models claude-haiku-5-5"),
          access(33, "deny tools mcp:github/delete_*"),
        ],
        limits: [
          limit(34, { measure: "budget", amount: 50e6, period: "day", per: "key", warnAt: 90 }),
          limit(35, { measure: "budget", amount: 200e6, period: "day", per: "key", until: NOW + 1000 }),
        ],
        active: [{ fromDay: 0, toDay: 4, fromMinute: 420, toMinute: 1200, until: null, span: at(36) }],
      }),
      node(40, "key dana", 2, { expires: Date.parse("2027-03-31T21:59:59.999Z") }),
      node(50, "key ci", 1, {
        access: [access(51, "only models claude-haiku-4-5")],
        ungranted: { action: "refuse", span: at(52) },
      }),
      node(60, "team ops", 0),
      node(70, "key idle", 5),
    ],
  }),
);

function ask(who: string, parts: Parameters<typeof facts>[0] = {}, now = NOW, of: Table = table): Decision {
  return decide(of, holder(of, who), facts(parts), now);
}

function allowed(decision: Decision): Allow {
  assert.equal(decision.kind, "allow", JSON.stringify(decision));
  return decision as Allow;
}

function refused(decision: Decision): Refusal {
  assert.equal(decision.kind, "refusal");
  return decision as Refusal;
}

const places = (it: { origins: readonly { place: string }[] }): string[] => it.origins.map(({ place }) => place);

test("an allowed request names its lines, its routes and its limits", () => {
  const allow = allowed(ask("dana", { tools: ["Read", "mcp:github/get_issue"] }));
  assert.equal(allow.revision, "0123456789ab");
  assert.deepEqual(places(allow), ["p.policy:21"]);
  assert.equal(allow.origins[0]!.text, "allow models claude-haiku-4-5, claude-haiku-5-5");
  assert.deepEqual(allow.routes, ["eu"]);
  assert.deepEqual(allow.strip, []);
  assert.deepEqual(
    allow.holds.map(({ counter, amount }) => [counter, amount]),
    [
      ["org acme requests/min", 5_000],
      ["team eng tokens/hour per key dana", 2_000_000],
      ["team eng/pay budget/day per key dana", 200_000_000],
    ],
  );
});

test("an override lasts to its last moment, then the plain line counts again", () => {
  const budget = (now: number): unknown =>
    allowed(ask("dana", {}, now)).holds.map(({ amount, origin }) => [amount, origin.place])[2];
  assert.deepEqual(budget(NOW + 1000), [200_000_000, "p.policy:35"]);
  assert.deepEqual(budget(NOW + 1001), [50_000_000, "p.policy:34"]);
  assert.deepEqual(budget(NOW), [200_000_000, "p.policy:35"]);
});

test("what is not granted is stripped, and only that", () => {
  const allow = allowed(ask("dana", { tools: ["Read", "Bash", "mcp:github/delete_repo", "connector:x", "Read"] }));
  assert.deepEqual(allow.strip, ["Bash", "mcp:github/delete_repo", "connector:x"]);
});

test("no glob grants a tool of a family that nobody knows", () => {
  const org = node(1, "org acme", null, { access: [access(2, "allow models *"), access(3, "allow tools **")] });
  const nodes = [org, node(4, "team eng", 0), node(5, "key dana", 1)];
  const anything = tableOf(model({ providers: [provider("anthropic")], nodes }));
  const tools = ["Bash", "client-mcp:own/tool", "server:web_search", "unknown:browser_toolset_20260801"];
  assert.deepEqual(allowed(ask("dana", { tools }, NOW, anything)).strip, tools.slice(3));
  assert.equal(toolGranted(anything, holder(anything, "dana"), tools[3]!, NOW).granted, false);
});

test("`on ungranted tool refuse` turns stripping into a refusal at its own line", () => {
  const refusal = refused(ask("ci", { model: "claude-haiku-4-5", tools: ["Bash"] }));
  assert.equal(refusal.reason, "tool");
  assert.equal(refusal.message, "tool Bash is not granted to key ci");
  assert.deepEqual(places(refusal), ["p.policy:52"]);
});

test("counting tokens is scoped but holds nothing", () => {
  assert.deepEqual(allowed(ask("dana", { purpose: "count" })).holds, []);
  assert.equal(refused(ask("dana", { purpose: "count", model: "claude-opus-5-5" })).reason, "model");
});

test("a model out of scope says what is in it, by the line that decides", () => {
  const ceiling = refused(ask("ci", { model: "claude-opus-5-5" }));
  assert.equal(
    ceiling.message,
    "model claude-opus-5-5 is outside the scope of key ci; allowed: claude-haiku-4-5 - run /model",
  );
  assert.deepEqual(places(ceiling), ["p.policy:51"]);
  const noted = refused(ask("dana", { model: "claude-haiku-4-5" }));
  assert.match(noted.message, /scope of key dana \(Cardholder data: EU route only\); allowed: claude-haiku-5-5 - run/);
  const absent = refused(ask("idle"));
  assert.equal(absent.message, "model claude-haiku-5-5 is outside the scope of key idle; no model is allowed");
  assert.deepEqual(places(absent), ["p.policy:70"]);
});

test("a name that nobody knows, an empty one and an endless one are refused without an echo of what cannot be shown", () => {
  assert.equal(refused(ask("dana", { model: "nope" })).reason, "model");
  assert.equal(refused(ask("dana", { model: "" })).reason, "model");
  assert.ok(refused(ask("dana", { model: "claude-haiku-5-5".repeat(100) })).message.length < 400);
  assert.doesNotMatch(refused(ask("dana", { model: "a\nb\u0000\u2028" })).message, /\p{Cc}|\u2028/u);
});

test("an expired key is told so before anything else, in the org's time", () => {
  const late = Date.parse("2027-04-01T00:00:00Z");
  const refusal = refused(ask("dana", { model: "nope" }, late));
  assert.equal(refusal.reason, "expired");
  assert.equal(refusal.message, "gateway key dana expired on 2027-03-31; ask for a new one");
  allowed(ask("dana", {}, Date.parse("2027-03-31T17:00:00Z")));
});

test("outside its window a key hears when it opens again", () => {
  const saturday = Date.parse("2026-05-09T10:00:00Z");
  const refusal = refused(ask("dana", {}, saturday));
  assert.equal(refusal.reason, "window");
  assert.equal(
    refusal.message,
    "key dana is outside its active hours, mon-fri 07:00-20:00 Europe/Berlin; open again mon 2026-05-11 07:00",
  );
  assert.equal(refusal.retryAfterMs, Date.parse("2026-05-11T05:00:00Z") - saturday);
  allowed(ask("dana", {}, saturday + refusal.retryAfterMs!));
  assert.equal(refused(ask("dana", {}, saturday + refusal.retryAfterMs! - 1)).reason, "window");
  assert.equal(refused(ask("dana", {}, Date.parse("2026-05-08T18:00:00Z"))).reason, "window");
});

test("a window over a change of the clock opens at its local hour", () => {
  const sunday = Date.parse("2026-03-28T22:00:00Z");
  assert.equal(sunday + refused(ask("dana", {}, sunday)).retryAfterMs!, Date.parse("2026-03-30T05:00:00Z"));
});

test("doors that policy cannot speak about are closed", () => {
  const refusal = refused(ask("dana", { doors: ["mcp_servers", "container"] }));
  assert.equal(refusal.reason, "door");
  assert.match(refusal.message, /mcp_servers, container/);
});

test("a tool in an answer is decided like one in a request, with its line", () => {
  const dana = holder(table, "dana");
  const grant = (tool: string): unknown => {
    const { granted, origin } = toolGranted(table, dana, tool, NOW);
    return [granted, origin.place];
  };
  assert.deepEqual(grant("Read"), [true, "p.policy:22"]);
  assert.deepEqual(grant("mcp:github/delete_repo"), [false, "p.policy:33"]);
  assert.deepEqual(grant("Bash"), [false, "p.policy:22"]);
  assert.deepEqual(grant("connector:x"), [false, "p.policy:11"]);
  assert.deepEqual(toolGranted(table, holder(table, "idle"), "Read", NOW).origin.place, "p.policy:70");
});

test("the list of models is what the caller may use and reach", () => {
  assert.deepEqual(modelsFor(table, holder(table, "dana"), NOW), ["claude-haiku-5-5"]);
  assert.deepEqual(modelsFor(table, holder(table, "ci"), NOW), ["claude-haiku-4-5"]);
  assert.deepEqual(modelsFor(table, holder(table, "idle"), NOW), []);
});

test("whoever does not care gets a model that the caller may use, also when only globs allow any", () => {
  assert.equal(someModel(table, holder(table, "dana"), NOW), "claude-haiku-5-5");
  assert.equal(someModel(table, holder(table, "idle"), NOW), null);
  const globs = tableOf(
    model({
      nodes: [node(1, "org o", null, { access: [access(2, "allow models claude-haiku-*")] }), node(3, "key k", 0)],
    }),
  );
  const unlisted = someModel(globs, holder(globs, "k"), NOW);
  assert.match(unlisted ?? "", /^claude-haiku-/);
  assert.equal(decide(globs, holder(globs, "k"), facts({ model: unlisted! }), NOW).kind, "allow");
});

test("a table decides alike after a structured clone", () => {
  const copy = structuredClone(table);
  for (const who of ["dana", "ci", "idle"]) {
    assert.deepEqual(ask(who, { tools: ["Bash"] }, NOW, copy), ask(who, { tools: ["Bash"] }));
  }
});
