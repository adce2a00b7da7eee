import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Answer, cutOff, declared, KEY, services, startService } from "./server.ts";

const CHECKS = [
  { name: "judge", of: "patronus:prompt-injection", at: null },
  { name: "pii", of: null, at: null },
];

async function ask(t: TestContext, answer: Answer) {
  const service = await startService(t, () => answer);
  const table = declared({ kind: "patronus", url: service.url, checks: CHECKS });
  const verdict = await services().ask(table, [{ text: "some text", place: "user" }], 2_000);
  return { verdict, got: service.got };
}

const result = (pass: boolean | null, status = "success", criteria: string | null = "patronus:prompt-injection") => ({
  evaluator_id: "judge",
  criteria,
  status,
  evaluation_result: pass === null ? null : { pass, score_raw: pass ? 1 : 0, explanation: null },
});

test("asks the evaluators of the declaration, and asks that nothing is kept", async (t) => {
  const { verdict, got } = await ask(t, { json: { results: [result(true), result(true, "success", null)] } });
  assert.deepEqual([verdict.flagged, verdict.trouble, verdict.units], [[], null, 2]);
  assert.equal(got[0]!.path, "/v1/evaluate");
  assert.equal(got[0]!.headers["x-api-key"], KEY);
  assert.deepEqual(got[0]!.json, {
    evaluators: [
      { evaluator: "judge", criteria: "patronus:prompt-injection", explain_strategy: "never" },
      { evaluator: "pii", explain_strategy: "never" },
    ],
    evaluated_model_input: "some text",
    capture: "none",
  });
});

test("what an answer says is output of the model", async (t) => {
  const service = await startService(t, () => ({ json: { results: [result(true), result(true)] } }));
  const table = declared({ kind: "patronus", url: service.url, checks: CHECKS });
  await services().ask(table, [{ text: "some text", place: "call" }], 2_000);
  const { evaluated_model_output, evaluated_model_input } = service.got[0]!.json;
  assert.deepEqual([evaluated_model_output, evaluated_model_input], ["some text", undefined]);
});

test("one evaluator that says no is enough, even when another one failed", async (t) => {
  const { verdict } = await ask(t, { json: { results: [result(null, "error"), result(false)] } });
  assert.deepEqual([verdict.flagged, verdict.why, verdict.trouble], [[0], ["patronus:prompt-injection"], null]);
});

test("for a yes all of them must have spoken", async (t) => {
  const troubles: [Answer, string][] = [
    [{ json: { results: [result(true)] } }, "answer"],
    [{ json: { results: [result(true), result(null)] } }, "answer"],
    [{ json: { results: [result(true), result(true, "failed")] } }, "answer"],
    [{ json: { detail: "no results" } }, "answer"],
    [{ status: 402, json: {} }, "refused"],
    [{ status: 500, json: {} }, "busy"],
    [cutOff, "connect"],
  ];
  for (const [answer, trouble] of troubles) {
    const { verdict } = await ask(t, answer);
    assert.deepEqual([verdict.trouble, verdict.flagged], [trouble, []], JSON.stringify(answer));
  }
});
