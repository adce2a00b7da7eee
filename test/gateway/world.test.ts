/** The world of the other tests: a policy with a fault fails its test at once, in the compiler's words. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { policyOf, startWorld } from "./world.ts";

/** Servers that listen keep a process from ending. */
const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === "TCPServerWrap").length;

test("a fault in a test's policy fails the test, and nothing stays open that would keep its process", async () => {
  const hooks: unknown[] = [];
  const context = { after: (hook: unknown) => hooks.push(hook) } as unknown as TestContext;
  const before = listening();
  await assert.rejects(startWorld(context, { policy: policyOf("alow models @all") }), /unknown statement `alow`/);
  // What is closed is let go of at the end of a turn.
  await turn();
  await turn();
  assert.equal(listening(), before);
  assert.deepEqual(hooks, []);
});
