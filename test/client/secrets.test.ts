/** A secret in a prompt, or in what a tool read, never reaches the provider; the session goes on with a placeholder. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const POLICY = {
  team: "allow models @all\nallow tools *\nguard secrets",
  more: `guardrail secrets {
  on request, response
  in user, tool-result, tool-input, system
  match @secrets
  action redact
}
`,
};
const PLACEHOLDER = /\[\[secret:[^\]]+\]\]/;

/** A well-formed access key id that never was one. */
function accessKey(): string {
  const letters = Array.from(randomBytes(16), (byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32]);
  return `AKIA${letters.join("")}`;
}

test("a secret in a prompt is replaced, by the same placeholder on every turn", async () => {
  const secret = accessKey();
  const { decisions, said } = await tell(
    POLICY,
    ({ index, human }) =>
      index === 0 ? call("Bash", { command: "true", description: "go" }) : say(`I read: ${human}`),
    async ({ ask, provider }) => {
      const { text } = await ask(`store ${secret} safely`, { args: ["--allowedTools", "Bash"] });
      assert.match(text, /^I read: store \[\[secret:.*\]\] safely$/);
      assert.equal(provider.calls.length, 2);
      const sent = provider.requests.map(({ body }) => body.toString("utf8"));
      for (const body of sent) assert.ok(!body.includes(secret));
      const placeholders = sent.map((body) => PLACEHOLDER.exec(body)?.[0]);
      assert.ok(placeholders[0] !== undefined);
      assert.equal(placeholders[1], placeholders[0]);
    },
  );
  assert.ok(!said.includes(secret));
  assert.ok(decisions.every(({ findings }) => findings.some(({ guardrail }) => guardrail === "secrets")));
});

test("a secret that a tool read is replaced", async () => {
  const secret = accessKey();
  const { said } = await tell(
    POLICY,
    ({ index, result }) =>
      index === 0 ? call("Bash", { command: "echo $FOUND", description: "read" }) : say(`I read: ${result}`),
    async ({ ask, provider }) => {
      const { text } = await ask("what is in the environment?", {
        args: ["--allowedTools", "Bash"],
        env: { FOUND: secret },
      });
      assert.match(text, /^I read: \[\[secret:.*\]\]$/);
      for (const { body } of provider.requests) assert.ok(!body.includes(secret));
    },
  );
  assert.ok(!said.includes(secret));
});

test("a secret that the model says is replaced before the developer reads it", async () => {
  const secret = accessKey();
  const { said } = await tell(
    POLICY,
    () => say(`use ${secret} for now`),
    async ({ ask }) => {
      const { text } = await ask("which key may I use?");
      assert.match(text, /^use \[\[secret:.*\]\] for now$/);
    },
  );
  assert.ok(!said.includes(secret));
});
