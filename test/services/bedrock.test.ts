import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Answer, cutOff, declared, type Got, KEY, services, startService } from "./server.ts";
import { checkSignature } from "./sigv4-verifier.ts";

const ID = "TESTKEYID";
const SECRET = "test-secret-of-nobody";
const ENV = { AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET };
const ARN = "arn:aws:bedrock:eu-central-1:123456789012:guardrail/gr-abc";

const PASS = { action: "NONE", outputs: [], assessments: [], usage: { contentPolicyUnits: 1, topicPolicyUnits: 1 } };
const STOP = {
  action: "GUARDRAIL_INTERVENED",
  outputs: [{ text: "blocked" }],
  assessments: [
    {
      contentPolicy: { filters: [{ type: "PROMPT_ATTACK", confidence: "HIGH", action: "BLOCKED" }] },
      wordPolicy: { customWords: [{ match: "a word of the text", action: "BLOCKED" }] },
      sensitiveInformationPolicy: { piiEntities: [{ type: "EMAIL", match: "ada@acme.example", action: "NONE" }] },
    },
  ],
  usage: { contentPolicyUnits: 2 },
};

function guardrail(url: string) {
  const resource = { name: "gr-abc", version: "3" };
  return declared({ kind: "bedrock-guardrail", url, region: "eu-central-1", resource, credential: { kind: "aws" } });
}

const question = (text: string) => [{ text, place: "tool-result" as const }];

async function answerTo(t: TestContext, answer: Answer, env: Record<string, string> = ENV) {
  const service = await startService(t, () => answer);
  const verdict = await services(env).ask(guardrail(service.url), question("some text"), 2_000);
  return { verdict, got: service.got };
}

test("asks ApplyGuardrail with a signature that its receiver can check", async (t) => {
  const { verdict, got } = await answerTo(t, { json: PASS });
  assert.deepEqual([verdict.flagged, verdict.trouble, verdict.units], [[], null, 2]);
  const [call] = got;
  assert.equal(call!.path, "/guardrail/gr-abc/version/3/apply");
  assert.deepEqual(call!.json, { source: "INPUT", content: [{ text: { text: "some text" } }] });
  assert.deepEqual(checkSignature(call!, SECRET), { id: ID, scope: "eu-central-1/bedrock", good: true });
  assert.equal(checkSignature(call!, "another").good, false);
});

test("what an answer says is output, text and calls alike", async (t) => {
  const service = await startService(t, () => ({ json: PASS }));
  const store = services(ENV);
  for (const place of ["answer", "call", "tool-input"] as const) {
    await store.ask(guardrail(service.url), [{ text: "some text", place }], 2_000);
  }
  assert.deepEqual(
    service.got.map(({ json }) => json.source),
    ["OUTPUT", "OUTPUT", "INPUT"],
  );
});

test("an ARN in the path is signed as it is sent", async (t) => {
  const service = await startService(t, () => ({ json: PASS }));
  const table = { ...guardrail(service.url), resource: { name: ARN, version: "DRAFT" } };
  await services(ENV).ask(table, question("x"), 2_000);
  assert.equal(service.got[0]!.path, `/guardrail/${encodeURIComponent(ARN)}/version/DRAFT/apply`);
  assert.equal(checkSignature(service.got[0]!, SECRET).good, true);
});

test("an intervention is a flag, with names of policies and no word of the text", async (t) => {
  const { verdict } = await answerTo(t, { json: STOP });
  assert.deepEqual([verdict.flagged, verdict.why, verdict.units], [[0], ["PROMPT_ATTACK", "WORDS"], 2]);
});

test("an API key is a bearer's", async (t) => {
  const service = await startService(t, () => ({ json: PASS }));
  await services().ask({ ...guardrail(service.url), credential: { kind: "env", ref: "KEY" } }, question("x"), 2_000);
  assert.equal(service.got[0]!.headers.authorization, `Bearer ${KEY}`);
});

test("what is no verdict is none: in-body exceptions, nonsense, refusals, cut connections, silence", async (t) => {
  const troubles: [Answer, string][] = [
    [{ json: { Output: { __type: "com.amazon.coral.service#InternalServerException" }, Version: "1.0" } }, "busy"],
    [{ json: { action: "SOMETHING_NEW" } }, "answer"],
    [{ json: null }, "answer"],
    [{ status: 403, json: { message: "not authorized" } }, "refused"],
    [{ status: 400, json: { message: "The guardrail identifier is not valid" } }, "refused"],
    [{ status: 429, json: { message: "Too many requests" } }, "busy"],
    [{ status: 500, json: {} }, "busy"],
    [{ status: 307, headers: { location: "http://127.0.0.1:1/" }, json: {} }, "connect"],
    [cutOff, "connect"],
  ];
  for (const [answer, trouble] of troubles) {
    const { verdict } = await answerTo(t, answer);
    assert.deepEqual([verdict.trouble, verdict.flagged], [trouble, []], JSON.stringify(answer));
  }
  const silent = await startService(t, () => () => {});
  assert.equal((await services(ENV).ask(guardrail(silent.url), question("x"), 50)).trouble, "timeout");
  assert.equal((await services(ENV).ask(guardrail("http://127.0.0.1:1"), question("x"), 500)).trouble, "connect");
});

test("one 429 is waited out inside the deadline", async (t) => {
  const service = await startService(t, (_, index) =>
    index === 0 ? { status: 429, headers: { "retry-after": "0" }, json: {} } : { json: PASS },
  );
  const verdict = await services(ENV).ask(guardrail(service.url), question("x"), 2_000);
  assert.deepEqual([verdict.trouble, verdict.calls], [null, 2]);
});

test("a text that is over Bedrock's ceiling is asked about in halves", async (t) => {
  const service = await startService(t, ({ json }) => {
    const { text } = json.content[0].text;
    if (text.length > 8_000) {
      return { status: 400, json: { __type: "ValidationException", message: "Input exceeds the maximum text units" } };
    }
    return { json: /EVIL/.test(text) ? STOP : PASS };
  });
  const text = `${"a line of words\n".repeat(1_200)}EVIL`;
  const verdict = await services(ENV).ask(guardrail(service.url), question(text), 5_000);
  assert.deepEqual([verdict.flagged, verdict.trouble], [[0], null]);
  assert.ok(service.got.length >= 4);
  assert.ok(service.got.every((call) => checkSignature(call, SECRET).good));
});

test("keys come from a web identity, and are fetched once while they last", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "services-"));
  t.after(() => rm(root, { recursive: true }));
  await writeFile(join(root, "token"), "the-web-token\n");
  const fetched: URLSearchParams[] = [];
  const sts = await startService(t, ({ text }) => {
    fetched.push(new URLSearchParams(text));
    const Credentials = {
      AccessKeyId: "ROLEKEY",
      SecretAccessKey: "role-secret",
      SessionToken: "role-session",
      Expiration: Date.now() / 1000 + 3600,
    };
    return { json: { AssumeRoleWithWebIdentityResponse: { AssumeRoleWithWebIdentityResult: { Credentials } } } };
  });
  const bedrock = await startService(t, () => ({ json: PASS }));
  const env = {
    AWS_WEB_IDENTITY_TOKEN_FILE: join(root, "token"),
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/checks",
    AWS_ENDPOINT_URL_STS: sts.url,
  };
  const store = services(env);
  await store.ask(guardrail(bedrock.url), question("one"), 2_000);
  await store.ask(guardrail(bedrock.url), question("two"), 2_000);
  assert.equal(fetched.length, 1);
  assert.equal(fetched[0]!.get("WebIdentityToken"), "the-web-token");
  assert.equal(fetched[0]!.get("RoleArn"), env.AWS_ROLE_ARN);
  for (const call of bedrock.got) {
    assert.equal(call.headers["x-amz-security-token"], "role-session");
    assert.deepEqual(checkSignature(call, "role-secret"), { id: "ROLEKEY", scope: "eu-central-1/bedrock", good: true });
  }
});

test("keys come from the role of the machine, and new ones before they end", async (t) => {
  const imds = await startService(t, ({ method, path, headers }: Got): Answer => {
    if (method === "PUT" && path === "/latest/api/token") return (response) => response.end("imds-token");
    if (headers["x-aws-ec2-metadata-token"] !== "imds-token") return { status: 401, json: {} };
    if (path.endsWith("/security-credentials/")) return (response) => response.end("the-role");
    const Expiration = new Date(Date.now() + 30_000).toISOString();
    return {
      json: { AccessKeyId: "MACHINE", SecretAccessKey: "machine-secret", Token: "machine-session", Expiration },
    };
  });
  const bedrock = await startService(t, () => ({ json: PASS }));
  const store = services({ AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url });
  await store.ask(guardrail(bedrock.url), question("one"), 2_000);
  await store.ask(guardrail(bedrock.url), question("two"), 2_000);
  assert.deepEqual(
    bedrock.got.map((call) => checkSignature(call, "machine-secret").good),
    [true, true],
  );
  assert.equal(imds.got.length, 6, "keys with less than a minute left are fetched again");
});

test("where AWS gives no keys there is no verdict, and nothing is sent", async (t) => {
  const imds = await startService(t, () => ({ status: 404, json: {} }));
  const bedrock = await startService(t, () => ({ json: PASS }));
  const verdict = await services({ AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.url }).ask(
    guardrail(bedrock.url),
    question("one"),
    2_000,
  );
  assert.equal(verdict.trouble, "refused");
  assert.equal(bedrock.got.length, 0);
});
