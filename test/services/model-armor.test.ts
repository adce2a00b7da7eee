import assert from "node:assert/strict";
import { createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { TableService } from "../../src/decision/table.ts";
import { type Answer, cutOff, declared, KEY, services, startService } from "./server.ts";

const TEMPLATE = "projects/acme/locations/europe-west4/templates/strict";

function armor(url: string, credential: TableService["credential"] = { kind: "env", ref: "KEY" }) {
  return declared({ kind: "model-armor", url, resource: { name: TEMPLATE, version: null }, credential });
}

const question = [{ text: "some text", place: "user" as const }];

async function ask(t: TestContext, answer: Answer) {
  const service = await startService(t, () => answer);
  return { verdict: await services().ask(armor(service.url), question, 2_000), got: service.got };
}

const outcome = (filterMatchState: string, invocationResult: string): Answer => ({
  json: {
    sanitizationResult: {
      filterMatchState,
      invocationResult,
      filterResults: {
        csam: { csamFilterFilterResult: { executionState: "EXECUTION_SUCCESS", matchState: "NO_MATCH_FOUND" } },
        pi_and_jailbreak: {
          piAndJailbreakFilterResult: { executionState: "EXECUTION_SUCCESS", matchState: filterMatchState },
        },
      },
    },
  },
});

test("asks the template with a token, and names the filters that match", async (t) => {
  const { verdict, got } = await ask(t, outcome("MATCH_FOUND", "SUCCESS"));
  assert.deepEqual([verdict.flagged, verdict.why], [[0], ["pi_and_jailbreak"]]);
  assert.equal(got[0]!.path, `/v1/${TEMPLATE}:sanitizeUserPrompt`);
  assert.deepEqual(got[0]!.json, { userPromptData: { text: "some text" } });
  assert.equal(got[0]!.headers.authorization, `Bearer ${KEY}`);
  assert.equal((await ask(t, outcome("NO_MATCH_FOUND", "SUCCESS"))).verdict.trouble, null);
});

test("what an answer says is a response of the model", async (t) => {
  const service = await startService(t, () => outcome("NO_MATCH_FOUND", "SUCCESS"));
  await services().ask(armor(service.url), [{ text: "some text", place: "answer" }], 2_000);
  assert.equal(service.got[0]!.path, `/v1/${TEMPLATE}:sanitizeModelResponse`);
  assert.deepEqual(service.got[0]!.json, { modelResponseData: { text: "some text" } });
});

test("a partial answer is a verdict only when it found something", async (t) => {
  assert.deepEqual((await ask(t, outcome("MATCH_FOUND", "PARTIAL"))).verdict.flagged, [0]);
  assert.equal((await ask(t, outcome("NO_MATCH_FOUND", "PARTIAL"))).verdict.trouble, "answer");
  assert.equal((await ask(t, outcome("NO_MATCH_FOUND", "FAILURE"))).verdict.trouble, "answer");
});

test("failures are no verdict", async (t) => {
  const troubles: [Answer, string][] = [
    [{ json: {} }, "answer"],
    [{ status: 403, json: { error: { code: 403 } } }, "refused"],
    [{ status: 429, json: { error: { code: 429 } } }, "busy"],
    [{ status: 504, json: {} }, "busy"],
    [cutOff, "connect"],
  ];
  for (const [answer, trouble] of troubles) {
    assert.equal((await ask(t, answer)).verdict.trouble, trouble, JSON.stringify(answer));
  }
});

test("a service account's JSON gives a token, by an assertion that its public key can check", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "services-"));
  t.after(() => rm(root, { recursive: true }));
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const assertions: string[] = [];
  const tokens = await startService(t, ({ text }) => {
    assertions.push(new URLSearchParams(text).get("assertion") ?? "");
    return { json: { access_token: "an-access-token", expires_in: 3599, token_type: "Bearer" } };
  });
  const account = {
    type: "service_account",
    client_email: "gateway@acme.example",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: `${tokens.url}/token`,
  };
  await writeFile(join(root, "account.json"), JSON.stringify(account));
  const service = await startService(t, () => outcome("NO_MATCH_FOUND", "SUCCESS"));
  const store = services({}, root);
  const table = armor(service.url, { kind: "file", ref: "account.json" });
  await store.ask(table, question, 2_000);
  await store.ask(table, [{ text: "another", place: "user" }], 2_000);
  assert.deepEqual(
    service.got.map(({ headers }) => headers.authorization),
    Array(2).fill("Bearer an-access-token"),
  );
  assert.equal(assertions.length, 1);
  const [head = "", body = "", signature = ""] = assertions[0]!.split(".");
  assert.ok(createVerify("RSA-SHA256").update(`${head}.${body}`).verify(publicKey, signature, "base64url"));
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  assert.deepEqual([claims.iss, claims.aud, claims.exp - claims.iat], [account.client_email, account.token_uri, 3600]);
});

test("the metadata server of the machine gives a token", async (t) => {
  const metadata = await startService(t, ({ headers }) =>
    headers["metadata-flavor"] === "Google"
      ? { json: { access_token: "machine-token", expires_in: 3599 } }
      : { status: 403, json: {} },
  );
  const service = await startService(t, () => outcome("NO_MATCH_FOUND", "SUCCESS"));
  const env = { GCE_METADATA_HOST: metadata.url.replace("http://", "") };
  const verdict = await services(env).ask(armor(service.url, { kind: "google" }), question, 2_000);
  assert.equal(verdict.trouble, null);
  assert.equal(service.got[0]!.headers.authorization, "Bearer machine-token");
  assert.match(metadata.got[0]!.path, /service-accounts\/default\/token$/);
});

test("a file that is no account is said so, without a word of it", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "services-"));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(join(root, "account.json"), "not JSON but secret");
  const service = await startService(t, () => outcome("NO_MATCH_FOUND", "SUCCESS"));
  const verdict = await services({}, root).ask(
    armor(service.url, { kind: "file", ref: "account.json" }),
    question,
    500,
  );
  assert.equal(verdict.trouble, "credential");
  assert.equal(service.got.length, 0);
});
