import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { TableProvider } from "../../src/decision/table.ts";
import type { Answer, Outgoing } from "../../src/providers/provider.ts";
import { createProviders } from "../../src/providers/providers.ts";
import { bodyOf, collect, startUpstream } from "./upstream.ts";

const SECRET = "upstream-secret-0123456789";
const TIMEOUTS = { connect: 2_000, headers: 5_000, idle: 5_000 };

function settings(url: string, credential: TableProvider["credential"] = { kind: "env", ref: "KEY" }): TableProvider {
  return { name: "up", kind: "anthropic", url, credential, origin: { place: "p.policy:1", text: "provider up" } };
}

async function opened(t: TestContext, handle: (i: IncomingMessage, o: ServerResponse) => void, path = "") {
  const upstream = await startUpstream(handle);
  const providers = createProviders({ env: { KEY: SECRET }, root: ".", timeouts: TIMEOUTS });
  t.after(() => upstream.close());
  t.after(() => providers.close());
  return { upstream, provider: providers.open(settings(upstream.url + path)) };
}

function outgoing(change: Partial<Outgoing> = {}): Outgoing {
  const headers: Outgoing["headers"] = [["content-type", "application/json"]];
  const signal = new AbortController().signal;
  return { method: "POST", path: "/v1/messages?beta=true", headers, body: Buffer.from("{}"), signal, ...change };
}

test("keeps order, spelling and repetition of headers, and the body's bytes", async (t) => {
  let seen: { raw: string[]; url: string | undefined; body: Buffer } | null = null;
  const { provider } = await opened(
    t,
    async (request, response) => {
      seen = { raw: request.rawHeaders, url: request.url, body: await bodyOf(request) };
      response.writeHead(201, ["X-One", "1", "X-Two", "a", "x-two", "b", "Set-Cookie", "s=1", "Request-Id", "req_9"]);
      response.end("ok");
    },
    "/base/",
  );
  const body = Buffer.from('{"a" :\t1}');
  const headers: Outgoing["headers"] = [
    ["X-B", "1"],
    ["Authorization", "Bearer caller"],
    ["x-a", "2"],
    ["X-B", "3"],
    ["X-Api-Key", "caller"],
    ["Cookie", "c=1"],
    ["Connection", "keep-alive, X-Private"],
    ["X-Private", "p"],
    ["Accept-Encoding", "gzip, br"],
    ["Content-Length", "999"],
    ["Host", "gateway"],
  ];
  const answer = await provider.send(outgoing({ headers, body }));
  assert.equal((await collect(answer.body)).toString(), "ok");
  assert.equal(answer.status, 201);
  const back = answer.headers.filter(([name]) => /^(x-|set|request)/i.test(name));
  assert.deepEqual(back, [
    ["X-One", "1"],
    ["X-Two", "a"],
    ["x-two", "b"],
    ["Request-Id", "req_9"],
  ]);
  assert.ok(seen !== null);
  const { raw, url, body: got }: { raw: string[]; url: string | undefined; body: Buffer } = seen;
  assert.equal(url, "/base/v1/messages?beta=true");
  assert.deepEqual(got, body);
  const sent = raw
    .filter((_, index) => index % 2 === 0)
    .filter((name) => !/^(host|connection|content-length)$/i.test(name));
  assert.deepEqual(sent, ["X-B", "x-a", "X-B", "accept-encoding", "x-api-key"]);
  assert.equal(raw[raw.indexOf("x-api-key") + 1], SECRET);
  assert.ok(!raw.join(" ").includes("caller"));
});

test("decodes every compression that a provider may use unasked", async (t) => {
  const plain = Buffer.from("event: ping\ndata: {}\n\n".repeat(100));
  const coded: Record<string, Buffer> = {
    gzip: gzipSync(plain),
    br: brotliCompressSync(plain),
    deflate: deflateSync(plain),
    zstd: zstdCompressSync(plain),
    "gzip, br": brotliCompressSync(gzipSync(plain)),
  };
  const { provider } = await opened(t, (request, response) => {
    const encoding = String(request.headers["x-want"]);
    response.writeHead(200, { "content-encoding": encoding, "content-length": coded[encoding]?.length ?? 0 });
    response.end(coded[encoding]);
  });
  for (const encoding of Object.keys(coded)) {
    const answer = await provider.send(outgoing({ headers: [["x-want", encoding]] }));
    assert.deepEqual(await collect(answer.body), plain, encoding);
    assert.ok(!answer.headers.some(([name]) => /^content-(encoding|length)$/i.test(name)), encoding);
  }
});

test("a compressed answer that is cut or not compressed at all breaks, never ends well", async (t) => {
  const { provider } = await opened(t, (request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.end(request.headers["x-want"] === "cut" ? gzipSync("x".repeat(5_000)).subarray(0, 20) : "plain");
  });
  for (const want of ["cut", "plain"]) {
    const answer = await provider.send(outgoing({ headers: [["x-want", want]] }));
    await assert.rejects(collect(answer.body), { name: "UpstreamError", code: "broken" }, want);
  }
  const odd = await opened(t, (_, response) => response.writeHead(200, { "content-encoding": "odd" }).end("x"));
  await assert.rejects(odd.provider.send(outgoing()), { code: "broken", message: /`odd`/ });
});

test("the credential never comes back, neither in a header nor in a body", async (t) => {
  const { provider } = await opened(t, (request, response) => {
    const key = String(request.headers["x-api-key"]);
    response.writeHead(400, { "x-echo": `got ${key}`, "x-other": "stays" });
    response.end(`no such key: ${key}`);
  });
  const answer = await provider.send(outgoing());
  assert.ok(!JSON.stringify(answer.headers).includes(SECRET));
  assert.ok(answer.headers.some(([name]) => name === "x-other"));
  assert.equal((await collect(answer.body)).toString(), `no such key: ${"*".repeat(SECRET.length)}`);
});

test("an abort before the headers, and one in mid body, close the provider's connection", async (t) => {
  const closed: string[] = [];
  const { provider, upstream } = await opened(t, (request, response) => {
    response.on("close", () => {
      closed.push(String(request.headers["x-want"]));
      upstream.server.emit("seen");
    });
    if (request.headers["x-want"] === "body") response.write("first");
    upstream.server.emit("asked");
  });
  const early = new AbortController();
  const asked = once(upstream.server, "asked");
  const pending = provider.send(outgoing({ headers: [["x-want", "headers"]], signal: early.signal }));
  await asked;
  const seen = once(upstream.server, "seen");
  early.abort();
  await assert.rejects(pending, { name: "UpstreamError" });
  await seen;
  const late = new AbortController();
  const answer = await provider.send(outgoing({ headers: [["x-want", "body"]], signal: late.signal }));
  const iterator = answer.body[Symbol.asyncIterator]();
  assert.equal(Buffer.from((await iterator.next()).value).toString(), "first");
  const again = once(upstream.server, "seen");
  late.abort();
  await assert.rejects(iterator.next(), { name: "UpstreamError" });
  await again;
  const third = await provider.send(outgoing({ headers: [["x-want", "body"]] }));
  const left = once(upstream.server, "seen");
  for await (const _ of third.body) break;
  await left;
  assert.deepEqual(closed, ["headers", "body", "body"]);
});

test("silence and refused connections are told apart", async (t) => {
  const upstream = await startUpstream((request, response) => {
    if (request.headers["x-want"] === "body") response.write("first");
    if (request.headers["x-want"] === "cut") response.write("first", () => request.socket.destroy());
  });
  t.after(() => upstream.close());
  const providers = createProviders({
    env: { KEY: SECRET },
    root: ".",
    timeouts: { connect: 500, headers: 60, idle: 60 },
  });
  t.after(() => providers.close());
  const provider = providers.open(settings(upstream.url));
  await assert.rejects(provider.send(outgoing()), { code: "timeout" });
  const silent = await provider.send(outgoing({ headers: [["x-want", "body"]] }));
  await assert.rejects(collect(silent.body), { code: "timeout" });
  const cut = await provider.send(outgoing({ headers: [["x-want", "cut"]] }));
  await assert.rejects(collect(cut.body), { code: "broken" });
  const gone = await startUpstream(() => {});
  await gone.close();
  await assert.rejects(providers.open(settings(gone.url)).send(outgoing()), { code: "connect" });
});

test("a reader that stops pulling stops the provider", async (t) => {
  let written = 0;
  let stalled = false;
  const { provider, upstream } = await opened(t, (_, response) => {
    const chunk = Buffer.alloc(1024 * 1024);
    const pump = () => {
      while (written < 200) {
        written++;
        if (!response.write(chunk)) {
          stalled = true;
          upstream.server.emit("stalled");
          response.once("drain", pump);
          return;
        }
      }
      response.end();
    };
    pump();
  });
  const answer = await provider.send(outgoing());
  if (!stalled) await once(upstream.server, "stalled");
  const iterator = answer.body[Symbol.asyncIterator]();
  let size = (await iterator.next()).value?.length ?? 0;
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  assert.ok(written < 100, `wrote ${written} MB to a reader that does not read`);
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) size += step.value.length;
  assert.equal(size, 200 * 1024 * 1024);
});

test("a credential file is taken up when it changes, and looked at again after a 401", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "credential-"));
  t.after(() => rm(dir, { recursive: true }));
  const file = join(dir, "key");
  const keys: unknown[] = [];
  const upstream = await startUpstream((request, response) => {
    keys.push(request.headers["x-api-key"]);
    response.writeHead(401).end();
  });
  t.after(() => upstream.close());
  const providers = createProviders({ env: {}, root: ".", timeouts: TIMEOUTS });
  t.after(() => providers.close());
  const provider = settings(upstream.url, { kind: "file", ref: file });
  assert.throws(() => providers.open(provider), {
    code: "credential",
    message: `credential file \`${file}\` cannot be read`,
  });
  for (const value of ["first-value-1", "second-value-22"]) {
    await writeFile(file, `${value}\n`);
    const answer: Answer = await providers.open(provider).send(outgoing());
    await collect(answer.body);
  }
  assert.deepEqual(keys, ["first-value-1", "second-value-22"]);
  providers.open(provider).check();
  await writeFile(file, "two\nlines");
  assert.throws(() => providers.open(provider).check(), { code: "credential" });
  await assert.rejects(providers.open(provider).send(outgoing()), (error: Error) => {
    assert.ok(error.message.includes(file) && !error.message.includes("two"));
    return true;
  });
});

test("a relative path of a credential file begins at the policy directory, an absolute one stays", async (t) => {
  const root = await mkdtemp(join(tmpdir(), "credential-"));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, "secrets"));
  await writeFile(join(root, "secrets", "key"), "a-value");
  const providers = createProviders({ env: {}, root, timeouts: TIMEOUTS });
  t.after(() => providers.close());
  const at = (ref: string) => () => providers.open(settings("http://127.0.0.1:1", { kind: "file", ref }));
  assert.doesNotThrow(at("secrets/key"));
  assert.doesNotThrow(at(join(root, "secrets/key")));
  assert.throws(at("/secrets/key"), { message: "credential file `/secrets/key` cannot be read" });
  assert.throws(at("secrets/other"), {
    message: `credential file \`${join(root, "secrets/other")}\` cannot be read`,
  });
});

test("a missing variable names the reference; equal settings share a client, and gone ones are closed", async (t) => {
  const providers = createProviders({ env: { KEY: SECRET, EMPTY: " " }, root: ".", timeouts: TIMEOUTS });
  t.after(() => providers.close());
  for (const ref of ["MISSING", "EMPTY"]) {
    const provider = settings("http://127.0.0.1:1", { kind: "env", ref });
    assert.throws(() => providers.open(provider), { message: `environment variable \`${ref}\` is empty or not set` });
  }
  const one = providers.open(settings("http://127.0.0.1:1"));
  assert.equal(providers.open(settings("http://127.0.0.1:1")), one);
  assert.notEqual(providers.open(settings("http://127.0.0.1:2")), one);
  providers.retain([settings("http://127.0.0.1:1")]);
  assert.equal(providers.open(settings("http://127.0.0.1:1")), one);
  providers.retain([]);
  assert.notEqual(providers.open(settings("http://127.0.0.1:1")), one);
});

test("a connection on which only the end of a body was missing is used again", async (t) => {
  const ports = new Set<number | undefined>();
  const { provider, upstream } = await opened(t, (request, response) => {
    ports.add(request.socket.remotePort);
    upstream.server.once("finish", () => response.end(request.headers["x-want"] === "more" ? "more" : ""));
    response.on("close", () => upstream.server.emit("done"));
    response.write("last");
  });
  for (const want of ["end", "end", "more", "end"]) {
    const { body } = await provider.send(outgoing({ headers: [["x-want", want]] }));
    for await (const _ of body) break;
    const done = once(upstream.server, "done");
    upstream.server.emit("finish");
    await done;
  }
  assert.equal(ports.size, 2);
});
