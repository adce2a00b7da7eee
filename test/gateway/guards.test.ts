/** Guardrails by themselves: the same for as long as they say the same, wherever they stand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rule } from "../../src/decision/marks.ts";
import { atOnce } from "../../src/decision/steps.ts";
import { guardsOf } from "../../src/gateway/guards.ts";
import { bodyOf } from "../providers/upstream.ts";
import { message, sendDocument } from "./answers.ts";
import { policyOf, request, startWorld, tableFrom } from "./world.ts";

const RULE = "guardrail ids {\n  on request\n  match /EMP-\\d{6}/\n  action redact\n}\n";
const OTHER = "guardrail more {\n  on request\n  match /TOK-\\d{6}/\n  action redact\n}\n";
const tableOf = (rules: string) =>
  tableFrom(
    policyOf("allow models @all\n  guard ids", rules)
      .replace("$UP", "http://127.0.0.1:1")
      .replace("$HASH", `sha256:${"0".repeat(64)}`),
  );

test("a policy that is read again has the same guardrails, at their new lines and places", () => {
  const first = guardsOf(tableOf(RULE), [0]);
  const body = Buffer.from("EMP-123456");
  const whole = { start: 0, end: body.length };
  const find = () => atOnce(first.finding("user", body, whole, () => "EMP-123456"));
  const placeOf = () => rule(first.guardrails, find())[0]!.ruling.origin!.place;
  const before = placeOf();
  const moved = tableOf(`${OTHER}\n\n${RULE}`);
  assert.equal(guardsOf(moved, [1]), first);
  assert.notEqual(placeOf(), before);
  assert.equal(placeOf(), moved.guardrails[1]!.origin.place);
  assert.equal(rule(first.guardrails, find())[0]!.ruling.guardrail, "ids");
});

test("what finds or does something else is something else", () => {
  const first = guardsOf(tableOf(RULE), [0]);
  for (const changed of [
    RULE.replace("{6}", "{7}"),
    RULE.replace("redact", "redact restore tool-input"),
    RULE.replace("on request\n", "on request\n  in user\n"),
  ]) {
    assert.notEqual(guardsOf(tableOf(changed), [0]).print, first.print, changed);
  }
  const both = tableOf(`${RULE}${OTHER}`);
  assert.notEqual(guardsOf(both, [0, 1]).print, first.print);
  assert.equal(guardsOf(both, [0]), first);
});

test("JSON that a tool gave back stays JSON where a finding ends or begins inside an escape", async (t) => {
  const rules = `guardrail own {
  on request
  match /key-[^"]{1,40}/, /n[a-z]{6}42/
  action redact
}
`;
  const seen: { messages: { content: { content: string }[] }[] }[] = [];
  const world = await startWorld(t, {
    policy: policyOf("allow models @all\n  allow tools Bash\n  guard own", rules),
    async answer(incoming, response) {
      seen.push(JSON.parse((await bodyOf(incoming)).toString()));
      sendDocument(response, message([{ type: "text", text: "ok" }]));
    },
  });
  const given = { quote: 'key-ab"cd', slash: "key-x\\", line: "one\nabcdef42", other: "a\nb" };
  const call = { type: "tool_use", id: "toolu_1", name: "Bash", input: {} };
  const result = { type: "tool_result", tool_use_id: "toolu_1", content: JSON.stringify(given) };
  const messages = [
    { role: "user", content: "go" },
    { role: "assistant", content: [call] },
    { role: "user", content: [result] },
  ];
  const answer = await world.ask(request({ messages, tools: [{ name: "Bash", input_schema: {} }] }));
  assert.equal(answer.status, 200, await answer.text());
  const went = JSON.parse(seen[0]!.messages[2]!.content[0]!.content) as typeof given;
  const mark = String.raw`\[\[secret:own:\w+\]\]`;
  assert.match(went.quote, new RegExp(`^${mark}cd$`));
  assert.match(went.slash, new RegExp(`^${mark}$`));
  assert.match(went.line, new RegExp(`^one\n${mark}$`));
  assert.equal(went.other, given.other);
});
