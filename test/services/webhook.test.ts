import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, cutOff, declared, KEY, services, startService } from "./server.ts";

test("takes several texts in a call, with their places, and gives a verdict for each", async (t) => {
  const service = await startService(t, ({ json }) => ({
    json: {
      verdicts: json.texts.map(({ text }: { text: string }) => ({
        flagged: text.includes("EVIL"),
        reasons: ["injection", "a sentence that quotes the text: EVIL!"],
      })),
      units: 7,
    },
  }));
  const table = declared({ kind: "webhook", url: `${service.url}/check` });
  const questions = ["one", "EVIL", "three"].map((text) => ({ text, place: "tool-result" as const }));
  const verdict = await services().ask(table, questions, 2_000);
  assert.deepEqual([verdict.flagged, verdict.why, verdict.units], [[1], ["injection"], 7]);
  assert.equal(service.got.length, 1);
  assert.equal(service.got[0]!.path, "/check");
  assert.equal(service.got[0]!.headers.authorization, `Bearer ${KEY}`);
  assert.deepEqual(service.got[0]!.json, {
    version: 1,
    texts: ["one", "EVIL", "three"].map((text) => ({ place: "tool-result", text })),
  });
});

test("texts of answers and what calls give to tools have places of their own", async (t) => {
  const service = await startService(t, ({ json }) => ({
    json: { verdicts: json.texts.map(() => ({ flagged: false })) },
  }));
  const questions = (["answer", "call"] as const).map((place) => ({ text: "the same words", place }));
  const verdict = await services().ask(declared({ kind: "webhook", url: service.url }), questions, 2_000);
  assert.equal(verdict.calls, 2);
  const places = service.got.flatMap(({ json }) => json.texts.map(({ place }: { place: string }) => place));
  assert.deepEqual(places.toSorted(), ["answer", "call"]);
});

test("without a credential none is sent", async (t) => {
  const service = await startService(t, () => ({ json: { verdicts: [{ flagged: false }] } }));
  const table = declared({ kind: "webhook", url: service.url, credential: null });
  const verdict = await services().ask(table, [{ text: "one", place: "user" }], 2_000);
  assert.deepEqual([verdict.trouble, verdict.units], [null, 0]);
  assert.equal(service.got[0]!.headers.authorization, undefined);
});

test("an answer of another form is no verdict", async (t) => {
  const troubles: [Answer, string][] = [
    [{ json: { verdicts: [] } }, "answer"],
    [{ json: { verdicts: [{ flagged: "yes" }] } }, "answer"],
    [{ json: { flagged: false } }, "answer"],
    [(response) => response.end("<html>"), "answer"],
    [(response) => response.end(" ".repeat(1024 * 1024 + 1)), "answer"],
    [{ status: 413, json: {} }, "too-large"],
    [cutOff, "connect"],
  ];
  for (const [answer, trouble] of troubles) {
    const service = await startService(t, () => answer);
    const table = declared({ kind: "webhook", url: service.url });
    const verdict = await services().ask(table, [{ text: "one", place: "user" }], 2_000);
    assert.equal(verdict.trouble, trouble);
  }
});

test("other settings are another service: what was said before does not count", async (t) => {
  const service = await startService(t, () => ({ json: { verdicts: [{ flagged: false }] } }));
  const store = services();
  const ask = (path: string) =>
    store.ask(declared({ kind: "webhook", url: `${service.url}/${path}` }), [{ text: "one", place: "user" }], 2_000);
  assert.deepEqual([(await ask("a")).calls, (await ask("a")).calls, (await ask("b")).calls], [1, 0, 1]);
  store.retain([]);
  assert.equal((await ask("a")).calls, 1);
});

test("a credential that is not there is said so before anything is sent", async (t) => {
  const service = await startService(t, () => ({ json: {} }));
  const table = declared({ kind: "webhook", url: service.url, credential: { kind: "env", ref: "NOT_SET" } });
  assert.equal((await services().ask(table, [{ text: "one", place: "user" }], 2_000)).trouble, "credential");
  assert.equal(service.got.length, 0);
});

test("what can be known of a credential without a call is known when a policy is loaded", () => {
  const store = services();
  const resource = { name: "projects/a/locations/b/templates/c", version: null };
  const kinds = [
    { kind: "webhook", url: "http://127.0.0.1:1" },
    { kind: "azure-content-safety", url: "http://127.0.0.1:1", checks: [{ name: "attacks", of: null, at: null }] },
    { kind: "patronus", checks: [{ name: "judge", of: null, at: null }] },
    { kind: "bedrock-guardrail", region: "eu-central-1", resource: { name: "gr-abc", version: "3" } },
    { kind: "model-armor", resource },
  ] as const;
  for (const parts of kinds) {
    store.check(declared(parts));
    const missing = declared({ ...parts, credential: { kind: "env", ref: "NOT_SET" } });
    assert.throws(() => store.check(missing), /environment variable `NOT_SET` is empty or not set/, parts.kind);
  }
  const file = { kind: "file", ref: "no-such.json" } as const;
  const armor = declared({ kind: "model-armor", resource, credential: file });
  assert.throws(() => store.check(armor), /credential file `no-such.json` cannot be read/);
  store.check(declared({ kind: "webhook", url: "http://127.0.0.1:1", credential: null }));
});
