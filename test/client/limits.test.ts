/** A short rate limit is nothing that a developer sees: the client waits as long as it is told, and goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

/** One request drains every five seconds. */
const LIMIT = 12;

test("the client waits out a rate limit", async () => {
  const { decisions } = await tell(
    { team: `allow models @all\nallow tools *\nlimit requests ${LIMIT}/min` },
    () => say("served in the end"),
    async ({ ask, gateway }) => {
      for (let sent = 0; sent < LIMIT; sent += 1) {
        const message = { model: "claude-haiku-4-5", max_tokens: 1, messages: [{ role: "user", content: "hello" }] };
        const { status } = await fetch(`${gateway.url}/v1/messages`, {
          method: "POST",
          headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
          body: JSON.stringify(message),
        });
        assert.equal(status, 200);
      }
      const { text, events } = await ask("one request too many");
      assert.equal(text, "served in the end");
      const waits = events.filter(({ subtype }) => subtype === "api_retry");
      assert.deepEqual(
        waits.map(({ error_status }) => error_status),
        [429],
      );
    },
  );
  // One refusal only: the client kept to the time it was told, its own first waits are shorter.
  const last = decisions.slice(LIMIT).map(({ effect, reason }) => [effect, reason]);
  assert.deepEqual(last, [
    ["refuse", "requests"],
    ["allow", null],
  ]);
});
