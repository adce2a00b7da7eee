/** Tokens for servers of tools: fetched once for all who wait, renewed in time, given up when they are not taken. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { OAuth } from "../../src/model/credentials.ts";
import { createMcpHttp } from "../../src/providers/mcp-http.ts";
import { openTokens, type Tokens } from "../../src/providers/oauth.ts";
import { UpstreamError } from "../../src/providers/provider.ts";

interface Issuer {
  readonly url: string;
  /** What came, newest last. */
  readonly asked: { readonly authorization: string; readonly form: URLSearchParams }[];
  answer: (count: number) => { readonly status?: number; readonly body: unknown };
}

async function startIssuer(t: TestContext): Promise<Issuer> {
  const issuer = { url: "", asked: [] as Issuer["asked"], answer: (count: number) => token(`token-${count}`) };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    issuer.asked.push({ authorization: request.headers.authorization ?? "", form });
    const { status = 200, body } = issuer.answer(issuer.asked.length);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  issuer.url = await listening(t, server);
  return issuer;
}

async function listening(t: TestContext, server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

function token(access_token: string, expires_in = 3600): { status?: number; body: unknown } {
  return { body: { access_token, token_type: "Bearer", expires_in } };
}

function open(t: TestContext, { url }: Issuer, tick = () => 0, change: Partial<OAuth> = {}): Tokens {
  const secret = { kind: "env", ref: "SECRET" } as const;
  const oauth: OAuth = { kind: "oauth", url, client: "gate way", secret, scope: "tools:read", ...change };
  const parts = {
    env: { SECRET: "client secret:1".replace(" ", "-") },
    root: "/",
    resource: "https://mcp.example",
    tick,
  };
  const tokens = openTokens(oauth, parts);
  t.after(() => tokens.close());
  return tokens;
}

test("one request fetches for all who wait, as the client, for the one server", async (t) => {
  const issuer = await startIssuer(t);
  const tokens = open(t, issuer);
  assert.deepEqual(await Promise.all([tokens.get(), tokens.get(), tokens.get()]), ["token-1", "token-1", "token-1"]);
  assert.equal(await tokens.get(), "token-1");
  assert.equal(issuer.asked.length, 1);
  const [{ authorization, form } = assert.fail()] = issuer.asked;
  assert.equal(Buffer.from(authorization.slice("Basic ".length), "base64").toString(), "gate%20way:client-secret%3A1");
  assert.deepEqual(Object.fromEntries(form), {
    grant_type: "client_credentials",
    resource: "https://mcp.example",
    scope: "tools:read",
  });
});

test("a token is renewed before it ends, and when it was not taken; an old refusal does not cost a new token", async (t) => {
  let now = 0;
  const issuer = await startIssuer(t);
  const tokens = open(t, issuer, () => now);
  assert.equal(await tokens.get(), "token-1");
  now = 3_569_000;
  assert.equal(await tokens.get(), "token-1");
  now = 3_571_000;
  assert.equal(await tokens.get(), "token-2");
  tokens.refuse("token-1");
  assert.equal(await tokens.get(), "token-2");
  tokens.refuse("token-2");
  assert.equal(await tokens.get(), "token-3");
});

test("an issuer that gives no token is a fault that repeats nothing of its answer, and is asked again", async (t) => {
  const issuer = await startIssuer(t);
  const tokens = open(t, issuer);
  const answers: readonly { readonly status?: number; readonly body: unknown }[] = [
    { status: 401, body: { error: "invalid_client", hint: "client-secret:1" } },
    { body: "no json" },
    { body: { access_token: 5 } },
    { body: { access_token: "x", token_type: "DPoP" } },
    { body: { access_token: "two words" } },
    { body: "x".repeat(100_000) },
  ];
  for (const answer of answers) {
    issuer.answer = () => answer;
    await assert.rejects(
      async () => tokens.get(),
      (error) => {
        assert.ok(error instanceof UpstreamError && error.code === "issuer");
        assert.match(error.message, /^its issuer answered with /);
        return !error.message.includes("secret");
      },
    );
  }
  issuer.answer = () => token("good");
  assert.equal(await tokens.get(), "good");
});

test("an issuer that cannot be reached, or breaks off, is not taken for the server", async (t) => {
  const issuer = await startIssuer(t);
  const unreachable = open(t, { ...issuer, url: "http://127.0.0.1:1/token" });
  await assert.rejects(async () => unreachable.get(), { code: "issuer", message: "its issuer cannot be reached" });
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-length": "100" }).write("{");
    setImmediate(() => response.destroy());
  });
  const broken = open(t, { ...issuer, url: await listening(t, server) });
  await assert.rejects(async () => broken.get(), { code: "issuer", message: "its issuer broke off" });
});

test("a missing secret shows at once", async (t) => {
  const issuer = await startIssuer(t);
  const change = { secret: { kind: "env", ref: "ABSENT" } } as const;
  assert.throws(() => open(t, issuer, () => 0, change), /environment variable `ABSENT` is empty or not set/);
});

test("a server that does not take a token gets a fresh one, once, and never the caller's or a redirected one", async (t) => {
  const issuer = await startIssuer(t);
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    seen.push(request.headers.authorization);
    const isGood = request.headers.authorization === "Bearer token-2";
    response.writeHead(isGood ? 200 : 401).end(isGood ? "you are token-2" : "");
  });
  const client = createMcpHttp(await listening(t, server), open(t, issuer));
  t.after(() => client.close());
  const { signal } = new AbortController();
  const answer = await client.send({ method: "POST", headers: [], body: Buffer.from("{}"), signal, idleMs: 5_000 });
  assert.equal(answer.status, 200);
  assert.deepEqual(seen, ["Bearer token-1", "Bearer token-2"]);
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  assert.equal(
    Buffer.concat(chunks).toString(),
    "you are token-2".replace("token-2", "token-2"),
    "too short to be told from text",
  );
  issuer.answer = () => token("a-token-that-nobody-takes");
  server.removeAllListeners("request").on("request", (request, response) => {
    request.resume();
    response.writeHead(401).end(`not ${request.headers.authorization}`);
  });
  const refused = await client.send({ method: "POST", headers: [], body: Buffer.from("{}"), signal, idleMs: 5_000 });
  assert.equal(refused.status, 401);
  let text = "";
  for await (const chunk of refused.body) text += Buffer.from(chunk).toString();
  assert.equal(text, `not Bearer ${"*".repeat("a-token-that-nobody-takes".length)}`);
});
