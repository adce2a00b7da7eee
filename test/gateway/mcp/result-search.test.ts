/** What is looked for in what tools give back: real servers in every way that a message goes. */
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { HeardBody, ResultFinding, ReturnBody } from "../../../src/audit/entry.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, type Sent, serverAt, stateless } from "./servers.ts";

const GRANTS = "allow tools mcp:*/**, mcp-prompt:*/**, mcp-resource:*/**";
const PATTERNS = `
pattern employee-id { match /\\bEMP-(\\d{6})\\b/ }
pattern door-code { match /"?door"?: "?(\\d{5,9})\\b/ }
pattern badge { match /\\bBADGE-[A-Z]{8}\\b/ }
`;
const ID = "447021";
const HIDDEN = /^\[\[secret:employee-id:[a-z2-7]{10}\]\]$/;

async function open(t: TestContext, servers: readonly string[], ...lines: string[]): Promise<World> {
  return startWorld(t, { policy: policyOf([GRANTS, ...lines].join("\n  "), servers.join("") + PATTERNS) });
}

function call(world: World, path: string, name: string, args: Record<string, unknown> = {}): Promise<Sent> {
  return post(world, path, stateless("tools/call", { name, arguments: args }), about("tools/call", name));
}

const SESSION = { "mcp-protocol-version": "2025-11-25" };

async function begin(world: World, path: string): Promise<Record<string, string>> {
  const greeting = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const begun = await post(world, path, { jsonrpc: "2.0", id: 0, method: "initialize", params: greeting });
  const headers = { ...SESSION, "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
  await post(world, path, { jsonrpc: "2.0", method: "notifications/initialized" }, headers);
  return headers;
}

async function callInSession(world: World, path: string, name: string, args: Record<string, unknown> = {}) {
  const headers = await begin(world, path);
  return post(world, path, { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }, headers);
}

interface Given {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent: Record<string, unknown>;
}

function givenIn(sent: Sent): Given {
  assert.equal(sent.status, 200, sent.text);
  return (messageOf(sent) as unknown as { result: Given }).result;
}

function returns(world: World, count: number): Promise<readonly ReturnBody[]> {
  return world.until((bodies) => {
    const ended = bodies.filter((body): body is ReturnBody => body.kind === "return");
    return ended.length < count ? undefined : ended;
  });
}

/** How often each was found, by what was done, its pattern and its place. */
function tally(found: readonly ResultFinding[]): Record<string, number> {
  return Object.fromEntries(found.map(({ done, pattern, place, count }) => [`${done} ${pattern} ${place}`, count]));
}

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "search-")));
  t.after(() => rm(dir, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

test("a server of files gives back a placeholder, the same in both eras and behind either address", async (t) => {
  const dir = await folderWith(t, { "a.txt": `id EMP-${ID}, BADGE-ABCDEFGH\n`, "b.txt": "nothing\n" });
  const files = programOf("files", packaged("server-filesystem", dir));
  const world = await open(t, [files], "results mcp:files/read_* max 1M redact employee-id flag badge");
  const path = { path: join(dir, "a.txt") };
  const texts: string[] = [];
  for (const sent of [
    await call(world, "/mcp/files", "read_text_file", path),
    await call(world, "/mcp", "files__read_text_file", path),
    await callInSession(world, "/mcp/files", "read_text_file", path),
    await callInSession(world, "/mcp", "files__read_text_file", path),
  ]) {
    assert.ok(!sent.text.includes(ID), sent.text);
    const { content, structuredContent } = givenIn(sent);
    assert.match(content[0]!.text, /^id EMP-\[\[secret:employee-id:[a-z2-7]{10}\]\], BADGE-ABCDEFGH\n$/);
    assert.equal(structuredContent.content, content[0]!.text);
    texts.push(content[0]!.text);
  }
  assert.equal(new Set(texts).size, 1);
  const clean = await call(world, "/mcp/files", "read_text_file", { path: join(dir, "b.txt") });
  assert.equal(givenIn(clean).content[0]!.text, "nothing\n");
  const other = await call(world, "/mcp/files", "get_file_info", path);
  assert.equal(other.status, 200);

  const all = await returns(world, 6);
  const [first] = all;
  assert.deepEqual(tally(first!.search!.found), {
    "redact employee-id text": 1,
    "flag badge text": 1,
    "redact employee-id structured": 1,
    "flag badge structured": 1,
  });
  const [found] = first!.search!.found;
  assert.match(found!.rule, /^test\.policy:\d+$/);
  assert.ok(texts[0]!.includes(found!.values[0]!));
  assert.doesNotMatch(JSON.stringify(world.entries), new RegExp(ID));
  assert.deepEqual(all[4]!.search!.found, []);
  assert.equal(all[5]!.search, null);
  const metrics = await world.metrics.text();
  assert.match(
    metrics,
    /gw_mcp_result_findings_total\{team="eng",mcp_server="files",rule="test\.policy:\d+",action="redact"\} 8/,
  );
});

/** A server without sessions whose answer to each call is the next of these texts, with `$ID` for its id. */
async function startTeller(t: TestContext, type: string, answers: readonly string[]): Promise<string> {
  const left = [...answers];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: number; method: string };
      if (method === "tools/call") {
        response.writeHead(200, { "content-type": type });
        response.end(left.shift()!.replaceAll("$ID", JSON.stringify(id)));
        return;
      }
      const result = { supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, resultType: "complete" };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { ...result, ttlMs: 0, cacheScope: "private" } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

const LINE = "results mcp:odd/* redact employee-id, door-code flag badge";

test("in a document nothing changes but what was found, wherever it stands", async (t) => {
  const picture = `EMP-${ID}`;
  const answer = `{ "jsonrpc":"2.0","id":$ID, "result" : {"content":[
    {"type":"text","text":"caf\\u00e9 EMP-${ID} \\/ 1"},
    {"data":"${picture}","type":"image","mimeType":"image/png"},
    {"type":"resource","resource":{"uri":"file:///a","text":"x EMP-${ID}","blob":"${picture}"}}],
    "structuredContent":{"n":1.0,"big":12345678901234567890,"EMP-${ID}":[{"door":"555010"}],"open":555010,"other":"at 555010","odd":"447021"},
    "_meta":{"m":"EMP-${ID}"},"isError":true,"resultType":"complete"}}`;
  const url = await startTeller(t, "application/json", [answer]);
  const world = await open(t, [serverAt("odd", url)], LINE);
  const sent = await call(world, "/mcp/odd", "tell");
  const words = /\[\[secret:employee-id:[a-z2-7]{10}\]\]/.exec(sent.text)![0];
  const door = /\[\[secret:door-code:[a-z2-7]{10}\]\]/.exec(sent.text)![0];
  const expected = answer
    .replace("$ID", "1")
    .replaceAll(`"${picture}"`, "PICTURE")
    .replaceAll(`EMP-${ID}`, `EMP-${words}`)
    .replaceAll("PICTURE", `"${picture}"`)
    .replace(`"EMP-${ID}":[`, `"EMP-${words}":[`)
    .replace('"m":"EMP-447021"', `"m":"EMP-${words}"`)
    .replace('"door":"555010"', `"door":"${door}"`)
    .replace('"open":555010', `"open":"${door}"`)
    .replace("at 555010", `at ${door}`)
    .replace('"odd":"447021"', `"odd":"${words}"`);
  assert.deepEqual(JSON.parse(sent.text), JSON.parse(expected));
  assert.ok(sent.text.includes('"caf\\u00e9 EMP-[[') && sent.text.includes('"n":1.0,"big":12345678901234567890,'));
  const [{ search, result }] = (await returns(world, 1)) as [ReturnBody];
  assert.equal(result, "tool-error");
  assert.deepEqual(search!.skipped, [
    { reason: "image", count: 1 },
    { reason: "file", count: 1 },
  ]);
  assert.deepEqual(tally(search!.found), {
    "redact employee-id text": 1,
    "redact employee-id resource": 1,
    "redact employee-id structured": 2,
    "redact door-code structured": 3,
    "redact employee-id other": 1,
  });
});

test("in a stream progress, answers to other calls and errors are looked through, on one line or several", async (t) => {
  const event = (message: object) =>
    `id: 7\nevent: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`;
  const text = `got EMP-${ID} and BADGE-ABCDEFGH`;
  const progress = {
    method: "notifications/progress",
    params: { progressToken: "EMP-447021", progress: 1, message: text },
  };
  const stray = { id: 99, result: { content: [{ type: "text", text }], resultType: "complete" } };
  const url = await startTeller(t, "text/event-stream", [
    event(progress) +
      event(stray) +
      `data: {"jsonrpc":"2.0","id":$ID,\ndata: "error":{"code":-32000,"message":"no EMP-${ID}"}}\n\n`,
  ]);
  const world = await open(t, [serverAt("odd", url)], LINE);
  const sent = await call(world, "/mcp/odd", "tell");
  assert.deepEqual(sent.text.match(/EMP-447021/g), ["EMP-447021"]);
  assert.match(sent.text, /"progressToken":"EMP-447021"/);
  assert.equal(sent.text.match(/got EMP-\[\[secret:employee-id:[a-z2-7]{10}\]\] and BADGE-ABCDEFGH/g)?.length, 2);
  assert.match(
    sent.text,
    /data: \{"jsonrpc":"2\.0","id":1,\ndata: "error":\{"code":-32000,"message":"no EMP-\[\[secret/,
  );
  assert.equal(sent.text.match(/^id: 7$/gm)?.length, 2);
  const [{ search }] = (await returns(world, 1)) as [ReturnBody];
  assert.deepEqual(tally(search!.found), {
    "redact employee-id notice": 1,
    "flag badge notice": 1,
    "redact employee-id text": 1,
    "flag badge text": 1,
    "redact employee-id error": 1,
  });
});

test("what is too large to be looked through is withheld, and so said", async (t) => {
  const result = (text: string) =>
    JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text }], resultType: "complete" } });
  const huge = result("secret ".repeat(2_400_000)).replace('"id":1', '"id":$ID');
  const url = await startTeller(t, "application/json", [huge]);
  const world = await open(t, [serverAt("odd", url)], LINE);
  const sent = await call(world, "/mcp/odd", "tell");
  assert.doesNotMatch(sent.text, /secret secret/);
  const { isError, content } = givenIn(sent);
  assert.equal(isError, true);
  assert.match(
    content[0]!.text,
    /^what mcp:odd\/tell gave back is withheld: policy has something looked for in it, and it is larger than the 16,000,000 bytes that are looked through; ask for less \(test\.policy:\d+, req_\w+\)$/,
  );
  const [{ search, result: said }] = (await returns(world, 1)) as [ReturnBody];
  assert.equal(said, "tool-error");
  assert.equal(search!.withheld!.reason, "size");
});

test("lines add up from the org to the key, and a size counts before a search", async (t) => {
  const text = `EMP-${ID} BADGE-ABCDEFGH`;
  const answer = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    result: { content: [{ type: "text", text }], resultType: "complete" },
  });
  const url = await startTeller(t, "application/json", [answer, answer]);
  const server = serverAt("odd", url) + PATTERNS;
  const org = "results mcp:odd/* redact employee-id";
  const more = `${GRANTS}\n  results mcp:*/tell redact badge flag employee-id`;
  const world = await startWorld(t, { policy: policyOf(more, server, org) });
  assert.match(
    givenIn(await call(world, "/mcp/odd", "tell")).content[0]!.text,
    /^EMP-\[\[secret:employee-id:\w+\]\] \[\[secret:badge:\w+\]\]$/,
  );
  const [{ search }] = (await returns(world, 1)) as [ReturnBody];
  const lines = search!.found.map(({ done, pattern, rule }) => `${done} ${pattern} ${rule}`);
  assert.deepEqual(lines, [
    "redact employee-id test.policy:3",
    "flag employee-id test.policy:17",
    "redact badge test.policy:17",
  ]);
  const small = await startWorld(t, {
    policy: policyOf(`${more} until 2099-01-01\n  results mcp:odd/* max 10`, server, org),
  });
  assert.match(givenIn(await call(small, "/mcp/odd", "tell")).content[0]!.text, /and policy lets 10 through/);
  assert.equal((await returns(small, 1))[0]!.search, null);
});

test("the placeholder is that of the other plane, where it stands for what the client had itself", async (t) => {
  const dir = await folderWith(t, { "a.txt": `id EMP-${ID}` });
  const files = programOf("files", packaged("server-filesystem", dir));
  const guardrail = "guardrail ids { on request, response match employee-id action redact restore tool-input }\n";
  const policy = policyOf(
    `allow models @all\n  allow tools Read, mcp:*/**\n  guard ids\n  results mcp:files/* redact employee-id`,
    files + PATTERNS + guardrail,
  );
  const asked: string[] = [];
  const world = await startWorld(t, {
    policy,
    answer: (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        asked.push(text);
        const words = /EMP-(\[\[secret:employee-id:[a-z2-7]{10}\]\])/.exec(text)![1]!;
        const use = { type: "tool_use", id: "toolu_1", name: "Read", input: { file_path: `/by/${words}` } };
        const usage = { input_tokens: 1, output_tokens: 1 };
        const rest = { id: "msg_1", type: "message", role: "assistant", model: "claude-sonnet-5-5", usage };
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ ...rest, content: [use], stop_reason: "tool_use" }));
      });
    },
  });
  const given = givenIn(await call(world, "/mcp/files", "read_text_file", { path: join(dir, "a.txt") })).content[0]!
    .text;
  const words = given.slice("id EMP-".length);
  assert.match(words, HIDDEN);
  const ask = async (session: string, content: string): Promise<string> => {
    const tools = [{ name: "Read", input_schema: { type: "object" } }];
    const body = { model: "claude-sonnet-5-5", max_tokens: 10, tools, messages: [{ role: "user", content }] };
    return (await world.ask(body, { headers: { "x-claude-code-session-id": session } })).text();
  };
  // Who has it from the server alone never gets the value: the call is withheld, as that of any unknown placeholder.
  const unknown = await ask("one", given);
  assert.ok(asked[0]!.includes(given));
  assert.ok(!unknown.includes(ID) && !unknown.includes('"file_path"'), unknown);
  // Who had the value before sends the same placeholder to the model, and its own tool gets the value.
  const known = await ask("two", `id EMP-${ID}`);
  assert.ok(asked[1]!.includes(words) && !asked[1]!.includes(ID));
  assert.ok(known.includes(`"file_path":"/by/${ID}"`), known);
});

/** A server with sessions that says these messages on the stream of each. */
async function startCaster(
  t: TestContext,
  messages: readonly object[],
  besideLists: readonly object[] = [],
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.method === "GET") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const message of messages) response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
        return;
      }
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString() || "{}") as { id?: number; method?: string };
      const json = { "content-type": "application/json" };
      if (method === "tools/list") {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const message of [...besideLists, { id, result: { tools: [] } }])
          response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
        response.end();
        return;
      }
      if (method !== "initialize") {
        const code = id === undefined ? 202 : 400;
        response
          .writeHead(code, json)
          .end(code === 202 ? "" : JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32_601, message: "no" } }));
        return;
      }
      const serverInfo = { name: "caster", version: "1" };
      const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo };
      response.writeHead(200, { ...json, "mcp-session-id": "s1" }).end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

test("what comes on the stream of a session is looked through, and lists on it are cut", async (t) => {
  const tools = ["tell", "hidden"].map((name) => ({ name, inputSchema: { type: "object" } }));
  const text = `EMP-${ID}`;
  const url = await startCaster(t, [
    { id: 5, result: { tools } },
    { id: 6, result: { content: [{ type: "text", text }] } },
    { method: "notifications/message", params: { level: "info", data: { said: text, badge: "BADGE-ABCDEFGH" } } },
    { method: "notifications/message", params: { level: "info", data: "nothing" } },
    { id: 7, result: { content: [{ type: "text", text: "long ".repeat(100) }] } },
    { method: "notifications/end" },
  ]);
  const policy = policyOf(
    `allow tools mcp:caster/tell\n  results mcp:caster/tell max 300 redact employee-id flag badge`,
    serverAt("caster", url) + PATTERNS,
  );
  const world = await startWorld(t, { policy });
  const session = await begin(world, "/mcp/caster");
  const response = await fetch(`${world.url}/mcp/caster`, {
    headers: { ...session, accept: "text/event-stream", authorization: `Bearer ${world.key}` },
  });
  let said = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (said.includes("notifications/end")) break;
  }
  assert.ok(!said.includes(ID), said);
  assert.equal(said.match(/EMP-\[\[secret:employee-id:[a-z2-7]{10}\]\]/g)?.length, 2);
  assert.match(said, /"tools":\[\{"name":"tell"/);
  assert.doesNotMatch(said, /hidden|long long/);
  // What was found in each message, or that it was too large, is recorded before it goes on; what came untouched is not.
  const heard = world.entries.map(({ body }) => body).filter((body) => body.kind === "heard");
  assert.deepEqual(
    heard.map(({ search, oversize }) => [tally(search?.found ?? []), oversize?.max ?? null]),
    [
      [{ "redact employee-id text": 1 }, null],
      [{ "redact employee-id notice": 1, "flag badge notice": 1 }, null],
      [{}, 300],
    ],
  );
  for (const { server, actor, ticket } of heard) {
    assert.deepEqual([server, actor.team, ticket], ["caster", "eng", heard[0]!.ticket]);
  }
  assert.ok(!JSON.stringify(heard).includes(ID));
  const metrics = await world.metrics.text();
  const labels = 'team="eng",mcp_server="caster",rule="test\\.policy:\\d+"';
  assert.match(metrics, new RegExp(`gw_mcp_result_findings_total\\{${labels},action="redact"\\} 2`));
  assert.match(metrics, new RegExp(`gw_mcp_results_too_large_total\\{${labels}\\} 1`));
});

test("an answer to a call on the stream of a list is looked through and recorded, though the list has no record", async (t) => {
  const stray = { id: 98, result: { content: [{ type: "text", text: `EMP-${ID}` }] } };
  const url = await startCaster(t, [], [stray]);
  const world = await open(t, [serverAt("caster", url)], "results mcp:caster/tell redact employee-id");
  const headers = await begin(world, "/mcp/caster");
  const sent = await post(world, "/mcp/caster", { jsonrpc: "2.0", id: 3, method: "tools/list" }, headers);
  assert.match(sent.text, /EMP-\[\[secret:employee-id:/);
  assert.ok(!sent.text.includes(ID));
  const [heard] = await world.until((bodies) => {
    const told = bodies.filter((body): body is HeardBody => body.kind === "heard");
    return told.length === 0 ? undefined : told;
  });
  assert.deepEqual(tally(heard?.search?.found ?? []), { "redact employee-id text": 1 });
});
