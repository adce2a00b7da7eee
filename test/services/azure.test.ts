import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ServiceCheck } from "../../src/model/model.ts";
import type { Standing } from "../../src/services/service.ts";
import { type Answer, cutOff, declared, type Got, KEY, services, startService } from "./server.ts";

const check = (name: string, of: string | null = null, at: number | null = null): ServiceCheck => ({ name, of, at });
const ATTACKS = [check("attacks")];
const HARMS = [check("hate", null, 4), check("self-harm", null, 2), check("blocklist", "terms")];

async function ask(
  t: TestContext,
  {
    checks,
    texts,
    place = "tool-result",
    script,
  }: {
    checks: readonly ServiceCheck[];
    texts: readonly string[];
    place?: Standing;
    script: (got: Got) => Answer;
  },
) {
  const service = await startService(t, script);
  const table = declared({ kind: "azure-content-safety", url: `${service.url}/`, checks });
  const verdict = await services().ask(
    table,
    texts.map((text) => ({ text, place })),
    2_000,
  );
  return { verdict, got: service.got };
}

const shield = ({ json }: Got): Answer => ({
  json: {
    userPromptAnalysis: { attackDetected: /EVIL/.test(json.userPrompt) },
    documentsAnalysis: json.documents.map((text: string) => ({ attackDetected: /EVIL/.test(text) })),
  },
});

test("results of tools are documents of a prompt shield, five in a call, 10,000 characters together", async (t) => {
  const texts = ["one", "two", "EVIL", "four", "five", "six", "x".repeat(9_990)];
  const { verdict, got } = await ask(t, { checks: ATTACKS, texts, script: shield });
  assert.deepEqual([verdict.flagged, verdict.why], [[2], ["attack"]]);
  assert.deepEqual(
    got.map(({ json }) => json.documents.length),
    [5, 2],
  );
  assert.ok(got.every(({ path }) => path === "/contentsafety/text:shieldPrompt?api-version=2024-09-01"));
  assert.ok(got.every(({ headers }) => headers["ocp-apim-subscription-key"] === KEY));
});

test("what people write is a prompt, one in a call", async (t) => {
  const { verdict, got } = await ask(t, { checks: ATTACKS, texts: ["one", "EVIL"], place: "user", script: shield });
  assert.deepEqual(verdict.flagged, [1]);
  assert.deepEqual(got.map(({ json }) => [json.userPrompt, json.documents]).sort(), [
    ["EVIL", []],
    ["one", []],
  ]);
});

test("categories count from their level on, and blocklists by their name", async (t) => {
  const answer = (hate: number, harm: number, listed: boolean): Answer => ({
    json: {
      categoriesAnalysis: [
        { category: "Hate", severity: hate },
        { category: "SelfHarm", severity: harm },
      ],
      blocklistsMatch: listed ? [{ blocklistName: "terms", blocklistItemId: "1", blocklistItemText: "a word" }] : [],
    },
  });
  const run = async (script: Answer) => (await ask(t, { checks: HARMS, texts: ["a"], script: () => script })).verdict;
  assert.deepEqual((await run(answer(3, 1, false))).flagged, []);
  assert.deepEqual((await run(answer(4, 1, false))).why, ["Hate"]);
  assert.deepEqual((await run(answer(0, 2, true))).why, ["SelfHarm", "terms"]);
  const { got } = await ask(t, { checks: HARMS, texts: ["a"], script: () => answer(0, 0, false) });
  assert.equal(got[0]!.path, "/contentsafety/text:analyze?api-version=2024-09-01");
  assert.deepEqual(got[0]!.json, {
    text: "a",
    categories: ["Hate", "SelfHarm"],
    outputType: "EightSeverityLevels",
    blocklistNames: ["terms"],
    haltOnBlocklistHit: false,
  });
});

test("a blocklist alone is asked about without minding any category", async (t) => {
  const script = (): Answer => ({
    json: { categoriesAnalysis: [{ category: "Hate", severity: 6 }], blocklistsMatch: [] },
  });
  const { verdict, got } = await ask(t, { checks: [check("blocklist", "terms")], texts: ["a"], script });
  assert.deepEqual([verdict.flagged, verdict.trouble], [[], null]);
  assert.ok(got[0]!.json.categories.length > 0);
});

test("both kinds of checks are asked, either may flag, and both are paid", async (t) => {
  const script = (got: Got): Answer =>
    got.path.includes("shieldPrompt")
      ? shield(got)
      : { json: { categoriesAnalysis: [{ category: "Hate", severity: 6 }], blocklistsMatch: [] } };
  const checks = [...ATTACKS, check("hate", null, 4)];
  const { verdict } = await ask(t, { checks, texts: ["EVIL".padEnd(1_500, " x")], script });
  assert.deepEqual([verdict.why.toSorted(), verdict.units], [["Hate", "attack"], 4]);
});

test("answers of the model are analyzed, and no attack is looked for in them", async (t) => {
  const script = (): Answer => ({
    json: { categoriesAnalysis: [{ category: "Hate", severity: 6 }], blocklistsMatch: [] },
  });
  const checks = [...ATTACKS, check("hate", null, 4)];
  const { verdict, got } = await ask(t, { checks, texts: ["a"], place: "answer", script });
  assert.deepEqual([verdict.why, verdict.units], [["Hate"], 1]);
  assert.deepEqual(
    got.map(({ path }) => path),
    ["/contentsafety/text:analyze?api-version=2024-09-01"],
  );
});

test("an answer with a part left out is no verdict, and neither is a failure", async (t) => {
  const troubles: [Answer, string][] = [
    [{ json: { userPromptAnalysis: {} } }, "answer"],
    [{ json: { documentsAnalysis: [{ attackDetected: false }] } }, "answer"],
    [{ json: { documentsAnalysis: [{ attackDetected: false }, {}] } }, "answer"],
    [{ status: 401, json: { error: { code: "401" } } }, "refused"],
    [{ status: 429, json: { error: { code: "429" } } }, "busy"],
    [{ status: 503, json: {} }, "busy"],
    [cutOff, "connect"],
  ];
  for (const [script, trouble] of troubles) {
    const { verdict } = await ask(t, { checks: ATTACKS, texts: ["one", "two"], script: () => script });
    assert.equal(verdict.trouble, trouble, JSON.stringify(script));
  }
  const { verdict } = await ask(t, {
    checks: HARMS,
    texts: ["one"],
    script: () => ({ json: { categoriesAnalysis: [{ category: "Hate", severity: 0 }], blocklistsMatch: [] } }),
  });
  assert.equal(verdict.trouble, "answer", "a category that was asked for and is not spoken of");
});
