/** A change of the policy binds a session that is under way: from its next request on. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { mintKey } from "../../src/identity/mint.ts";
import { clientHome } from "../support/claude.ts";
import { call, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const touch = (name: string) => call("Bash", { command: `touch ${name}`, description: "leave a trace" });

test("a tool is withdrawn between two turns", async () => {
  await using place = await clientHome();
  let withdraw = async () => {};
  const { decisions } = await tell(
    { team: "allow models @all\nallow tools Bash, Read" },
    async ({ index }) => {
      // The first request is in flight while the policy changes; it ends under the policy it began with.
      if (index === 0) await withdraw();
      return touch(index === 0 ? "before" : "after");
    },
    async ({ ask, gateway, policy, provider }) => {
      withdraw = () => gateway.reload(policy({ team: "allow models @all\nallow tools Read" }));
      const { text } = await ask("leave two traces in the sand", { home: place, args: ["--allowedTools", "Bash"] });
      assert.match(text, /Bash/);
      assert.ok(existsSync(join(place.work, "before")));
      assert.ok(!existsSync(join(place.work, "after")));
      assert.equal(provider.calls.length, 2);
      assert.ok(provider.calls[0]?.tools?.some(({ name }) => name === "Bash"));
      // Its conversation was begun with the tool: the prompt stays as it is, and the call is withheld.
      assert.ok(provider.calls[1]?.tools?.some(({ name }) => name === "Bash"));
    },
  );
  assert.equal(new Set(decisions.map(({ revision }) => revision)).size, 2);
});

test("a key is revoked between two turns", async () => {
  let revoke = async () => {};
  const { decisions } = await tell(
    { team: "allow models @all\nallow tools Bash" },
    async ({ index }) => {
      if (index === 0) await revoke();
      return index === 0 ? touch("trace") : say("this must not be said");
    },
    async ({ ask, gateway, policy, provider }) => {
      revoke = () => gateway.reload(policy({ digest: mintKey(randomBytes).digest }));
      const { text, isError } = await ask("leave a trace and report", { args: ["--allowedTools", "Bash"] });
      assert.match(text, /^Failed to authenticate\. API Error: 401 .*key/);
      assert.ok(isError);
      assert.equal(provider.calls.length, 1);
    },
  );
  assert.deepEqual(
    decisions.map(({ effect, reason }) => [effect, reason]),
    [
      ["allow", null],
      ["refuse", "key"],
    ],
  );
});

test("a broken change leaves the policy before it in force", async () => {
  const { bodies } = await tell(
    { team: "allow models @all\nallow tools *" },
    () => say("served all the same"),
    async ({ ask, gateway, policy }) => {
      await gateway.reload(policy({ team: "allow modles @all" }));
      assert.equal((await ask("is anybody still there?")).text, "served all the same");
    },
  );
  assert.ok(bodies.some(({ kind }) => kind === "policy.reject"));
});
