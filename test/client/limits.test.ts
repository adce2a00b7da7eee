/** A short rate limit is nothing that a developer sees: the client waits as long as it is told, and goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Gateway } from "../support/gateway.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

test("the client waits out a rate limit", async () => {
  let useUp = async () => {};
  const { decisions } = await tell(
    // One request drains every five seconds.
    { team: "allow models @all\nallow tools *\nlimit requests 12/min" },
    async ({ human, index }) => {
      if (human === "one more") return say("here");
      if (index === 1) return say("served in the end");
      // While the session's first request is in flight, another program of the same team takes all that is left.
      await useUp();
      return call("Bash", { command: "true", description: "nothing" });
    },
    async ({ ask, gateway }) => {
      useUp = () => takeAll(gateway);
      const { text, events } = await ask("two requests in a row", { args: ["--allowedTools", "Bash"] });
      assert.equal(text, "served in the end");
      const waits = events.filter(({ subtype }) => subtype === "api_retry");
      assert.deepEqual(
        waits.map(({ error_status }) => error_status),
        [429],
      );
    },
  );
  // One refusal only: the client kept to the time it was told, its own first waits are shorter.
  const ofSession = decisions.filter(({ session }) => session !== null);
  assert.deepEqual(
    ofSession.map(({ effect, reason }) => [effect, reason]),
    [
      ["allow", null],
      ["refuse", "requests"],
      ["allow", null],
    ],
  );
});

/** Sends small requests until one is refused. */
async function takeAll({ url, key }: Gateway): Promise<void> {
  const message = { model: "claude-haiku-4-5", max_tokens: 1, messages: [{ role: "user", content: "one more" }] };
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  for (let status = 200; status !== 429; ) {
    const answer = await fetch(`${url}/v1/messages`, { method: "POST", headers, body: JSON.stringify(message) });
    await answer.text();
    assert.ok([200, 429].includes(answer.status));
    status = answer.status;
  }
}
