/** What policy allows works in the unchanged client as without a gateway. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { clientHome } from "../support/claude.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";
import { openTerminal } from "../support/terminal.ts";

const OPEN = { team: "allow models @all\nallow tools *" };

test("a plain answer arrives, and is recorded and paid for", async () => {
  const { decisions, bodies } = await tell(
    OPEN,
    ({ human }) => say(`you said: ${human}`),
    async ({ ask }) => {
      const { text, code } = await ask("a question about the harbour");
      assert.equal(text, "you said: a question about the harbour");
      assert.equal(code, 0);
    },
  );
  assert.deepEqual(
    decisions.map(({ effect, provider }) => [effect, provider]),
    [["allow", "mock"]],
  );
  const outcomes = bodies.filter((body) => body.kind === "outcome");
  assert.deepEqual(
    outcomes.map(({ end, usage }) => [end, usage?.output]),
    [["complete", 20]],
  );
  assert.ok((outcomes[0]?.microUsd ?? 0) > 0);
});

test("a tool call runs on the client, and its result reaches the model", async () => {
  await tell(
    OPEN,
    ({ index, result }) =>
      index === 0 ? call("Bash", { command: "echo sum-$((40+2))", description: "add" }) : say(`RESULT=${result}`),
    async ({ ask, provider }) => {
      const { text } = await ask("add the numbers, please", { args: ["--allowedTools", "Bash"] });
      assert.equal(text, "RESULT=sum-42");
      assert.equal(provider.calls.length, 2);
    },
  );
});

test("a subagent works, and its requests are told apart", async () => {
  const { decisions } = await tell(
    OPEN,
    ({ subagent, index, result }) => {
      if (subagent) return say("the lighthouse is white");
      const input = { description: "look", prompt: "which colour?", subagent_type: "general-purpose" };
      return index === 0 ? call("Agent", { ...input, run_in_background: false }) : say(`REPORT=${result}`);
    },
    async ({ ask }) => {
      const { text } = await ask("ask a helper about the lighthouse", { args: ["--allowedTools", "Agent"] });
      assert.match(text, /REPORT=.*the lighthouse is white/s);
    },
  );
  assert.deepEqual(
    decisions.map(({ agent }) => agent !== null),
    [false, true, false],
  );
});

for (const how of ["error", "end", "reset"] as const) {
  test(`a stream that breaks off (${how}) is asked for again as a document, and the answer is whole`, async () => {
    const { decisions } = await tell(
      OPEN,
      () => ({ kind: "break", whole: say("the whole of the long story"), how }),
      async ({ ask, provider }) => {
        const { text } = await ask("tell the long story again");
        assert.equal(text, "the whole of the long story");
        assert.deepEqual(
          provider.calls.map(({ stream }) => stream === true),
          [true, false],
        );
      },
    );
    assert.deepEqual(
      decisions.map(({ stream }) => stream),
      [true, false],
    );
  });
}

test("an error of the provider is read in the provider's words", async () => {
  await tell(
    OPEN,
    () => ({ kind: "fail", status: 402, type: "billing_error", message: "the account of the provider is empty" }),
    async ({ ask, provider }) => {
      const { text, isError } = await ask("one more question for today");
      assert.match(text, /the account of the provider is empty/);
      assert.ok(isError);
      assert.equal(provider.calls.length, 1);
    },
  );
});

test("the client finds the models that its key may use", async () => {
  await tell(
    { team: "allow models claude-haiku-*, claude-sonnet-*\nallow tools *" },
    () => say("found"),
    async ({ ask, gateway }) => {
      const env = { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1" };
      const { text } = await ask("look around the harbour", { args: ["--model", "claude-sonnet-5-5"], env });
      assert.equal(text, "found");
      const answer = await fetch(`${gateway.url}/v1/models?limit=1000`, {
        headers: { authorization: `Bearer ${gateway.key}`, "anthropic-version": "2023-06-01" },
      });
      const { data } = (await answer.json()) as { data: { id: string }[] };
      assert.ok(data.some(({ id }) => id.startsWith("claude-haiku-")));
      assert.ok(!data.some(({ id }) => id.startsWith("claude-opus-")));
    },
  );
});

test("counting tokens works on the client's screen, and is neither charged nor counted", async () => {
  const { bodies } = await tell(
    { team: "allow models @all\nallow tools *\nlimit requests 1/hour" },
    () => say("hello from the far shore"),
    async ({ gateway, provider }) => {
      await using place = await clientHome();
      await using screen = await openTerminal(place, gateway.url, gateway.key);
      await screen.enter("/context");
      await screen.shows("tokens");
      assert.ok(provider.requests.filter(({ path }) => path.includes("/count_tokens")).length > 1);
      await screen.enter("say hello");
      await screen.shows("hello from the far shore");
    },
  );
  const counted = bodies.filter((body) => body.kind === "decision" && body.purpose === "count");
  assert.ok(counted.length > 1);
});
