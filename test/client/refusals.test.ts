/** What policy forbids is read by the developer as one sentence, after exactly one request. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { mintKey } from "../../src/identity/mint.ts";
import { clientHome } from "../support/claude.ts";
import { type Step, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";
import { openTerminal } from "../support/terminal.ts";

const never = () => say("this must not be said");

test("an unknown key", async () => {
  const { decisions } = await tell({ team: "allow models @all" }, never, async ({ ask, provider }) => {
    const { key } = mintKey(randomBytes);
    const { text, isError } = await ask("a question with a wrong key", { key });
    assert.match(text, /^Failed to authenticate\. API Error: 401 .*key.*not known/);
    assert.ok(!text.includes(key));
    assert.ok(isError);
    assert.equal(provider.requests.length, 0);
  });
  assert.deepEqual(
    decisions.map(({ effect, reason, actor }) => [effect, reason, actor.key]),
    [["refuse", "key", null]],
  );
});

test("an expired key", async () => {
  const policy = { team: "allow models @all", key: "expires 2025-01-31" };
  const { decisions } = await tell(policy, never, async ({ ask, provider }) => {
    const { text } = await ask("a question with an old key");
    assert.match(text, /^Failed to authenticate\. API Error: 401 .*expired/);
    assert.equal(provider.requests.length, 0);
  });
  assert.deepEqual(
    decisions.map(({ reason }) => reason),
    ["expired"],
  );
});

test("a model out of scope, by --model", async () => {
  const policy = { team: "allow models claude-haiku-*\nallow tools *" };
  const { decisions } = await tell(policy, never, async ({ ask, provider }) => {
    const { text } = await ask("a question for the big model", { args: ["--model", "claude-opus-5-5"] });
    assert.match(text, /^API Error: 400 .*claude-opus-5-5.*gateway\.policy:\d+/);
    assert.match(text, /claude-haiku-/);
    assert.equal(provider.requests.length, 0);
  });
  assert.deepEqual(
    decisions.map(({ effect, reason }) => [effect, reason]),
    [["refuse", "model"]],
  );
});

test("a model out of scope, by /model: nothing changes, and the session goes on", async () => {
  const policy = { team: "allow models claude-sonnet-*\nallow tools *" };
  const { decisions } = await tell(
    policy,
    () => say("still the model from before"),
    async ({ gateway, provider }) => {
      await using place = await clientHome({ model: "claude-sonnet-5-5" });
      await using screen = await openTerminal(place, gateway.url, gateway.key);
      await screen.enter("/model claude-opus-4-1");
      await screen.shows("API error: 400");
      await screen.shows("claude-opus-4-1");
      await screen.shows("model not changed");
      await screen.enter("which model is this?");
      await screen.shows("still the model from before");
      assert.deepEqual(
        provider.calls.map(({ model }) => model),
        ["claude-sonnet-5-5"],
      );
    },
  );
  assert.deepEqual(
    decisions.map(({ effect, stream }) => [effect, stream]),
    [
      ["refuse", false],
      ["allow", true],
    ],
  );
});

test("a budget that is used up", async () => {
  const dear = { input: 1_000_000, output: 10_000_000, cacheRead: 0, cacheWrite: 0 };
  const { decisions } = await tell(
    { team: "allow models @all\nallow tools *\nbudget $100/month" },
    () => ({ kind: "say", text: "an expensive answer", usage: dear }),
    async ({ ask, provider }) => {
      assert.equal((await ask("the first question of the month")).text, "an expensive answer");
      const { text, isError } = await ask("the second question of the month");
      assert.match(text, /^API Error: Request rejected \(429\).*[bB]udget.*\$100\.00.*gateway\.policy:\d+/);
      assert.ok(isError);
      assert.equal(provider.calls.length, 1);
    },
  );
  assert.deepEqual(
    decisions.map(({ effect, reason }) => [effect, reason]),
    [
      ["allow", null],
      ["refuse", "budget"],
    ],
  );
});

test("a request that a guardrail rejects", async () => {
  const more = `guardrail no-drop {
  on request
  in user
  match /\\bDROP\\s+TABLE\\b/i
  action reject "destructive SQL needs a human"
}
`;
  const policy = { team: "allow models @all\nallow tools *\nguard no-drop", more };
  const { decisions } = await tell(policy, never, async ({ ask, provider }) => {
    const { text } = await ask("please run DROP TABLE customers");
    assert.match(text, /^API Error: 400 .*destructive SQL needs a human/);
    assert.equal(provider.requests.length, 0);
  });
  assert.deepEqual(
    decisions.map(({ effect, reason }) => [effect, reason]),
    [["refuse", "guardrail"]],
  );
});

const drop = say("Just run DROP TABLE customers and be done");
const ANSWERS: readonly { readonly form: string; readonly step: Step; readonly requests: number }[] = [
  { form: "a stream", step: drop, requests: 1 },
  { form: "the document after a broken stream", step: { kind: "break", whole: drop, how: "error" }, requests: 2 },
];

for (const { form, step, requests } of ANSWERS) {
  test(`an answer that a guardrail rejects, in ${form}: its words do not arrive, a sentence does`, async () => {
    const more = `guardrail no-drop {
  on response
  match /\\bDROP\\s+TABLE\\b/i
  action reject "destructive SQL needs a human"
}
`;
    const policy = { team: "allow models @all\nallow tools *\nguard no-drop", more };
    await tell(
      policy,
      () => step,
      async ({ ask, provider }) => {
        const { text } = await ask("how do I get rid of the customers?");
        assert.match(text, /destructive SQL needs a human/);
        assert.doesNotMatch(text, /DROP\s+TABLE/);
        assert.equal(provider.calls.length, requests);
      },
    );
  });
}
