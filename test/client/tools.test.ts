/** A tool that is not granted is not offered to the model, and not run by the client when the model calls it anyway. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { clientHome } from "../support/claude.ts";
import { call, type Step, say } from "../support/provider.ts";
import { tell } from "../support/session.ts";

const READ_ONLY = { team: "allow models @all\nallow tools Read, ToolSearch" };
const touch = call("Bash", { command: "touch it-was-run", description: "leave a trace" });

const ANSWERS: readonly { readonly form: string; readonly first: Step; readonly requests: number }[] = [
  { form: "a stream", first: touch, requests: 1 },
  { form: "the document after a broken stream", first: { kind: "break", whole: touch, how: "error" }, requests: 2 },
];

for (const { form, first, requests } of ANSWERS) {
  test(`a call of an ungranted tool in ${form} is not run`, async () => {
    await using place = await clientHome();
    const { decisions, bodies } = await tell(
      READ_ONLY,
      ({ index }) => (index === 0 ? first : say("the tool was run")),
      async ({ ask, provider }) => {
        const { text, code } = await ask("leave a trace in the sand", {
          home: place,
          args: ["--allowedTools", "Bash"],
        });
        assert.match(text, /Bash/);
        assert.match(text, /gateway\.policy:\d+|not granted|not allowed/);
        assert.equal(code, 0);
        assert.ok(!existsSync(join(place.work, "it-was-run")));
        assert.equal(provider.calls.length, requests);
        for (const { tools = [] } of provider.calls)
          assert.deepEqual(tools.map(({ name }) => name).sort(), ["Read", "ToolSearch"]);
      },
    );
    assert.ok(decisions.every(({ stripped }) => stripped.includes("Bash")));
    const used = bodies.flatMap((body) => (body.kind === "outcome" ? body.toolUses : []));
    assert.ok(used.some(({ name, granted }) => name === "Bash" && !granted));
  });
}

test("a granted tool beside it still runs", async () => {
  await using place = await clientHome();
  await tell(
    { team: "allow models @all\nallow tools Bash" },
    ({ index, result }) => (index === 0 ? touch : say(`done ${result}`)),
    async ({ ask }) => {
      await ask("leave a trace in the snow", { home: place, args: ["--allowedTools", "Bash"] });
      assert.ok(existsSync(join(place.work, "it-was-run")));
    },
  );
});
