/** A short rate limit is nothing that a developer sees: the client waits and goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

test("the client waits out a rate limit", async () => {
  const { decisions } = await tell(
    { team: "allow models @all\nallow tools *\nlimit requests 1/sec" },
    ({ index }) => (index === 0 ? call("Bash", { command: "true", description: "nothing" }) : say("both were served")),
    async ({ ask, provider }) => {
      const { text, events } = await ask("two requests in a row", { args: ["--allowedTools", "Bash"] });
      assert.equal(text, "both were served");
      const waits = events.filter(({ subtype }) => subtype === "api_retry");
      assert.deepEqual(
        waits.map(({ error_status }) => error_status),
        [429],
      );
      assert.equal(provider.calls.length, 2);
    },
  );
  assert.deepEqual(
    decisions.map(({ effect, reason }) => [effect, reason]),
    [
      ["allow", null],
      ["refuse", "requests"],
      ["allow", null],
    ],
  );
});
