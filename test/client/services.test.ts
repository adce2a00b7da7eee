/** An answer that a service rejects ends with one sentence in the unchanged client, and the session lives on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startService } from "../services/server.ts";
import { clientHome } from "../support/claude.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

test("an answer that a service rejects ends with one sentence, its call is not run, and the session lives on", async (t) => {
  const service = await startService(t, ({ json }) => ({
    json: {
      verdicts: json.texts.map(({ text }: { text: string }) => ({ flagged: text.includes("forbidden fruit") })),
    },
  }));
  const policy = {
    team: "allow models @all\nallow tools *\nguard tone",
    more: `service shield { kind webhook url "${service.url}" }
guardrail tone {
  on response
  ask shield
  timeout 10s
  on error block
  action reject "that is not for us to say"
}
`,
  };
  const sentence = /^\[The gateway stopped this answer: guardrail tone, that is not for us to say \(.*\)\.\]$/;
  const { bodies } = await tell(
    policy,
    ({ human }) => {
      if (human === "tell me") return say("here is the forbidden fruit for you");
      if (human === "do it") return call("Bash", { command: "echo forbidden fruit > made", description: "make" });
      return say("all is well");
    },
    async ({ ask, provider }) => {
      await using place = await clientHome();
      const first = await ask("tell me", { home: place });
      assert.match(first.text, sentence);
      assert.equal(first.code, 0);
      assert.equal(provider.calls.length, 1, "the client does not ask again in vain");
      const second = await ask("do it", { home: place, args: ["--continue", "--allowedTools", "Bash"] });
      assert.match(second.text, sentence);
      assert.equal(provider.calls.length, 2, "the call was not run");
      const third = await ask("and now?", { home: place, args: ["--continue"] });
      assert.equal(third.text, "all is well");
    },
  );
  const outcomes = bodies.filter((body) => body.kind === "outcome");
  assert.deepEqual(
    outcomes.map(({ end, asked }) => [end, asked[0]?.verdict]),
    [
      ["stopped", "flagged"],
      ["stopped", "flagged"],
      ["complete", "pass"],
    ],
  );
});
