/** A secret in a prompt, or in what a tool read, never reaches the provider; the session goes on with a placeholder. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { clientHome } from "../support/claude.ts";
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
const RESTORING = { ...POLICY, more: POLICY.more.replace("action redact", "action redact restore tool-input") };
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

test("an agent edits a file that holds a secret: the file keeps the value, the provider never sees it", async () => {
  const secret = accessKey();
  await using place = await clientHome();
  const file = join(place.work, "app.env");
  await writeFile(file, `MODE=test\nAWS_ACCESS_KEY_ID=${secret}\n`);
  let words = "";
  const { said } = await tell(
    RESTORING,
    ({ index, result, body }) => {
      if (index === 0) return call("Read", { file_path: file });
      words ||= PLACEHOLDER.exec(result)?.[0] ?? "";
      const old_string = `AWS_ACCESS_KEY_ID=${words}`;
      if (index === 1) return call("Edit", { file_path: file, old_string, new_string: `# staging\nKEY_ID="${words}"` });
      if (index === 2) return call("Bash", { command: `grep -c '${words}' app.env; cat app.env`, description: "look" });
      // The provider sees its own calls as it made them.
      return say(
        JSON.stringify(body.messages).includes(old_string) ? `I read: ${result}` : "a call of mine was changed",
      );
    },
    async ({ ask, provider }) => {
      const { text } = await ask("rename the variable", {
        home: place,
        args: ["--allowedTools", "Read", "Edit", "Bash"],
      });
      assert.equal(await readFile(file, "utf8"), `MODE=test\n# staging\nKEY_ID="${secret}"\n`);
      assert.equal(text.split("\n")[0], "I read: 1", "the shell worked with the real value");
      assert.ok(text.includes(`KEY_ID="${words}"`));
      for (const { body } of provider.requests) assert.ok(!body.includes(secret));
      const turns = provider.calls.map(({ messages }) =>
        JSON.stringify(messages.filter(({ role }) => role !== "system")),
      );
      for (const [at, turn] of turns.entries()) {
        const bare = turn.replaceAll(/,"cache_control":\{[^}]*\}/g, "");
        const before = turns[at - 1]?.replaceAll(/,"cache_control":\{[^}]*\}/g, "").slice(0, -1);
        if (before !== undefined) assert.ok(bare.startsWith(before), `turn ${at} begins with the turn before it`);
      }
    },
  );
  assert.ok(!said.includes(secret));
});

test("a restart of the gateway changes nothing: the history teaches it the same placeholders again", async () => {
  const secret = accessKey();
  await using place = await clientHome();
  const file = join(place.work, "copy.env");
  const { said } = await tell(
    RESTORING,
    ({ index, human, result, body }) => {
      if (human === "what is the key?")
        return index === 0 ? call("Bash", { command: "echo $FOUND", description: "read" }) : say(`I read: ${result}`);
      const words = PLACEHOLDER.exec(JSON.stringify(body.messages))?.[0];
      return index === 0 ? call("Write", { file_path: file, content: `K=${words}\n` }) : say("written");
    },
    async ({ ask, gateway, provider }) => {
      const env = { FOUND: secret };
      const first = await ask("what is the key?", { home: place, args: ["--allowedTools", "Bash"], env });
      await gateway.restart();
      const then = await ask("write it down", { home: place, args: ["--continue", "--allowedTools", "Write"], env });
      assert.equal(then.text, "written");
      assert.equal(await readFile(file, "utf8"), `K=${secret}\n`);
      for (const { body } of provider.requests) {
        assert.ok(!body.includes(secret));
        if (body.includes("[[secret:")) assert.ok(body.includes(PLACEHOLDER.exec(first.text)?.[0] ?? ""));
      }
    },
  );
  assert.ok(!said.includes(secret));
});

test("a call that would write a placeholder into a file is withheld, and the developer reads why", async () => {
  const secret = accessKey();
  await using place = await clientHome();
  const file = join(place.work, "out.env");
  await tell(
    POLICY,
    ({ human }) => call("Write", { file_path: file, content: `K=${PLACEHOLDER.exec(human)?.[0]}\n` }),
    async ({ ask, provider }) => {
      const { text } = await ask(`write ${secret} into out.env`, { home: place, args: ["--allowedTools", "Write"] });
      assert.match(
        text,
        /^\[The gateway withheld a call of the tool Write: its input holds \[\[secret:.*\]\], which guardrail secrets does not give back to tools\.\]$/,
      );
      await assert.rejects(readFile(file), { code: "ENOENT" });
      assert.equal(provider.calls.length, 1);
    },
  );
});

test("a prompt that is turned away does not poison the session", async () => {
  await using place = await clientHome();
  const more =
    'guardrail orders {\n  on request\n  in user, tool-result\n  match /DROP TABLE/\n  action reject "ask a human"\n}\n';
  await tell(
    { team: "allow models @all\nallow tools *\nguard orders", more },
    ({ human }) => say(`I read: ${human}`),
    async ({ ask, provider }) => {
      const refused = await ask("please DROP TABLE users", { home: place });
      assert.match(
        refused.text,
        /400 blocked by guardrail `orders`: ask a human; your last message contains `orders`, take it back with \/rewind/,
      );
      const next = await ask("hello again", { home: place, args: ["--continue"] });
      assert.equal(next.text, "I read: hello again");
      for (const { body } of provider.requests) assert.ok(!body.includes("DROP TABLE"));
    },
  );
});
