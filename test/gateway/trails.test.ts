/** What is remembered of the calls of conversations, and for how long. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Continuity } from "../../src/gateway/offers.ts";
import { type Bounds, type ComingCall, Trails } from "../../src/gateway/trails.ts";

function memory(bounds: Partial<Bounds> = {}): { trails: Trails; pass: (ms: number) => void } {
  let now = 0;
  const all = { most: 100, tools: 100, allTools: 1_000, calls: 100, idleMs: 1_000, ...bounds };
  const pass = (ms: number): void => {
    now += ms;
  };
  return { trails: new Trails(() => now, all), pass };
}

const told = (session: string | null, opening = "hello", answered = true): Continuity => ({
  session,
  opening: () => opening,
  answered,
});

const coming = (id: string, input = "{}", tool = "client-mcp:a/b"): ComingCall => ({
  id,
  isSame: (asked) => asked === tool,
  input,
});

test("a trail belongs to one conversation of one key, and holds each name once, in order", () => {
  const { trails } = memory();
  const trail = trails.of("dev", told("a"));
  for (const name of ["Bash", "Read", "Bash"]) trail.add(name);
  assert.deepEqual(trails.of("dev", told("a", "other words")).from(0), ["Bash", "Read"]);
  assert.deepEqual(trail.from(1), ["Read"]);
  assert.deepEqual(trail.from(0, 1), ["Bash"]);
  assert.equal(trails.of("dev", told("b", "another")).length, 0);
  assert.equal(trails.of("other", told("a")).length, 0);
});

test("a conversation that goes on under a new session is known by its first message; one that begins is not", () => {
  const { trails } = memory();
  trails.of("dev", told("a")).add("Bash");
  assert.equal(trails.of("dev", told("b", "hello", false)).length, 0);
  const again = memory().trails;
  again.of("dev", told("a")).add("Bash");
  assert.deepEqual(again.of("dev", told("b")).from(0), ["Bash"]);
  assert.deepEqual(again.of("dev", told(null)).from(0), ["Bash"]);
  assert.equal(again.of("dev", told(null, "hello", false)).length, 0);
});

test("what was not used for long, or is too much, is forgotten", () => {
  const { trails, pass } = memory({ most: 3 });
  trails.of("dev", told("a")).add("Bash");
  trails.called("dev", "Bash");
  pass(999);
  assert.equal(trails.of("dev", told("a")).length, 1);
  assert.deepEqual(trails.calledBy("dev"), ["Bash"]);
  pass(1);
  assert.deepEqual(trails.calledBy("dev"), []);
  pass(1_000);
  assert.equal(trails.of("dev", told("a", "x")).length, 0);
  for (const name of ["b", "c", "d", "e"]) trails.of("dev", told(name, name));
  assert.equal(trails.size, 3);
});

test("a call is found by its id for one key, one tool and one input, with what came before it", () => {
  const { trails } = memory({ calls: 2 });
  const trail = trails.of("dev", told("a"));
  trail.add("Read");
  trails.issue("dev", "t1", { tool: "client-mcp:a/b", trail });
  trail.add("Bash");
  assert.equal(trails.before("dev", coming("t1", "{}", "client-mcp:a/c")), null);
  assert.equal(trails.before("other", coming("t1")), null);
  assert.deepEqual(trails.before("dev", coming("t1")), ["Read"]);
  assert.deepEqual(trails.before("dev", coming("t1")), ["Read"]);
  assert.equal(trails.before("dev", coming("t1", '{"x":1}')), null);
  for (const id of ["t2", "t3"]) trails.issue("dev", id, { tool: "client-mcp:a/b", trail });
  assert.equal(trails.before("dev", coming("t1")), null, "forgotten");
  assert.deepEqual(trails.before("dev", coming("t3")), ["Read", "Bash"]);
});

test("sessions of servers have trails of their own, and a trail has an end", () => {
  const { trails } = memory({ tools: 2 });
  const [first, second] = [{}, {}];
  trails.ofSession(first).add("mcp:a/b");
  assert.equal(trails.ofSession(first).length, 1);
  assert.equal(trails.ofSession(second).length, 0);
  for (const name of ["x", "y", "z"]) trails.ofSession(second).add(name);
  assert.deepEqual(trails.ofSession(second).from(0), ["x", "y"]);
});

test("all names together are bounded, and those of a conversation under two names count once", () => {
  const { trails } = memory({ allTools: 4 });
  const first = trails.of("dev", told("a", "x"));
  for (const name of ["1", "2"]) first.add(name);
  trails.of("dev", told("b", "x"));
  assert.deepEqual([trails.size, trails.tools], [3, 2]);
  const second = trails.of("dev", told("c", "y"));
  for (const name of ["1", "2", "3"]) second.add(name);
  assert.deepEqual([trails.size, trails.tools], [2, 3]);
  first.add("4");
  assert.equal(trails.tools, 3, "of one that is forgotten nothing counts");
  assert.deepEqual(trails.of("dev", told("c", "y")).from(0), ["1", "2", "3"]);
});
