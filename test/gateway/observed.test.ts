/** Statements that are only observed change nothing on the wire, and the record says what they would have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { message, sendDocument } from "./answers.ts";
import { OPEN, policyOf, request, startWorld } from "./world.ts";

test("an observed deny and an observed only: the request goes as it came, the record tells the difference", async (t) => {
  const sent: string[] = [];
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  observe deny tools Bash\n  observe only models claude-opus-*`),
    async answer(incoming, response) {
      sent.push((await bodyOf(incoming)).toString());
      sendDocument(response, message([{ type: "text", text: "fine" }]));
    },
  });
  const tools = [{ name: "Bash", input_schema: {} }];
  assert.equal((await world.ask(request({ model: "claude-opus-9", tools }))).status, 200);
  assert.match(sent[0]!, /"Bash"/);
  assert.equal((await world.ask(request({ model: "claude-haiku-9" }))).status, 200);
  assert.equal((await world.ask(request({ model: "claude-opus-9" }))).status, 200);
  const observed = world.decisions().map((decision) => decision.observed);
  assert.deepEqual(
    observed.map((it) => it && [it.effect, it.reason, it.stripped]),
    [["allow", null, ["Bash"]], ["refuse", "model", []], null],
  );
  assert.match(observed[0]!.origins.join(), /^test\.policy:\d+$/);
  const text = await world.metrics.text();
  assert.match(
    text,
    /gw_decisions_total\{team="eng",effect="observe-refuse",stage="request",rule="test\.policy:\d+"\} 1/,
  );
});
