/** Who is let in, what is a message, what is granted: the words of every refusal, and what stands in the record. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CallBody, JoinBody, ReturnBody } from "../../../src/audit/entry.ts";
import { type Fixture, startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, SECRET, startWorld, type World } from "../world.ts";
import { about, messageOf, post, serverAt, stateless } from "./servers.ts";

const GRANTS =
  "allow tools mcp:fixture/test_simple_*, mcp-resource:fixture/test://static-*, mcp-prompt:fixture/test_simple_*";

async function open(t: TestContext, more = ""): Promise<{ world: World; fixture: Fixture }> {
  const fixture = await startFixture({ token: SECRET });
  t.after(() => fixture.close());
  const rest = serverAt("fixture", fixture.url, "credential env UP_KEY");
  return { world: await startWorld(t, { policy: policyOf(`${GRANTS}\n  ${more}`, rest) }), fixture };
}

const call = (name: string, id: string | number = 1) => stateless("tools/call", { name, arguments: {} }, id);
const calling = (name: string) => about("tools/call", name);

function entriesOf(world: World, ...kinds: string[]) {
  return world.entries.map(({ body }) => body).filter(({ kind }) => kinds.includes(kind));
}

test("a call is recorded before it leaves and when it has ended, by its name and the lines that grant it", async (t) => {
  const { world } = await open(t);
  const params = {
    name: "test_simple_text",
    arguments: { secret: "hunter2" },
    _meta: { "claudecode/toolUseId": "toolu_01" },
  };
  const answer = await post(world, "/mcp/fixture", stateless("tools/call", params), calling("test_simple_text"));
  assert.equal(answer.status, 200);
  const ended = await world.until((bodies) => bodies.find((body): body is ReturnBody => body.kind === "return"));
  const [decided] = entriesOf(world, "call") as [CallBody];
  assert.equal(decided.name, "mcp:fixture/test_simple_text");
  assert.equal(decided.toolUse, "toolu_01");
  assert.equal(decided.effect, "allow");
  assert.match(decided.origins.join(), /^test\.policy:\d+$/);
  assert.match(decided.arguments, /^[0-9a-f]{16}$/);
  assert.equal(ended.ticket, decided.ticket);
  assert.deepEqual([ended.end, ended.result, ended.status], ["complete", "ok", 200]);
  assert.doesNotMatch(JSON.stringify(world.entries), /hunter2/);
  assert.match(
    await world.metrics.text(),
    /gw_mcp_calls_total\{team="eng",mcp_server="fixture",tool="test_simple_text",result="ok"\} 1/,
  );
});

test("a call by an id that no answer gave is carried out, and told as such", async (t) => {
  const { world } = await open(t);
  const params = { name: "test_simple_text", arguments: {}, _meta: { "claudecode/toolUseId": "toolu_made_up" } };
  const answer = await post(world, "/mcp/fixture", stateless("tools/call", params), calling("test_simple_text"));
  assert.equal(answer.status, 200);
  const found = await world.until((bodies) => bodies.find((body): body is JoinBody => body.kind === "join"));
  const [decided] = entriesOf(world, "call") as [CallBody];
  assert.deepEqual([found.finding, found.name, found.toolUse], ["unissued", decided.name, "toolu_made_up"]);
  assert.deepEqual([found.call, found.answer, found.actor], [decided.ticket, null, decided.actor]);
  assert.match(
    await world.metrics.text(),
    /gw_mcp_joins_total\{team="eng",mcp_server="fixture",finding="unissued"\} 1/,
  );
});

test("what is not granted is as if it were not there, in lists and in calls, and the call is recorded", async (t) => {
  const { world, fixture } = await open(t);
  const listed = await post(world, "/mcp/fixture", stateless("tools/list"), about("tools/list"));
  const { result } = messageOf(listed) as unknown as {
    result: { tools: { name: string }[]; ttlMs: number; cacheScope: string };
  };
  assert.deepEqual(
    result.tools.map(({ name }) => name),
    ["test_simple_text"],
  );
  assert.deepEqual([result.ttlMs, result.cacheScope], [0, "private"]);
  const before = fixture.seen.length;
  const refused = await post(world, "/mcp/fixture", call("test_error_handling", "a"), calling("test_error_handling"));
  assert.equal(refused.status, 200);
  const { error, id } = messageOf(refused) as unknown as { error: { code: number; message: string }; id: string };
  assert.match(error.message, /^Unknown tool: test_error_handling \(test\.policy:\d+, req_\w+\)$/);
  assert.deepEqual([error.code, id], [-32_602, "a"]);
  assert.equal(fixture.seen.length, before, "nothing left for the server");
  const [decided] = entriesOf(world, "call") as [CallBody];
  assert.deepEqual([decided.effect, decided.reason], ["refuse", "tool"]);
  assert.match(await world.metrics.text(), /gw_mcp_calls_total\{[^}]*tool="_other",result="refused:tool"\} 1/);
});

test("resources and prompts are granted as tools are", async (t) => {
  const { world } = await open(t);
  const get = async (method: string, params: Record<string, unknown>, name?: string) =>
    messageOf(await post(world, "/mcp/fixture", stateless(method, params), about(method, name))) as unknown as {
      result?: {
        resources?: { uri: string }[];
        prompts?: { name: string }[];
        resourceTemplates?: unknown[];
        contents?: unknown[];
      };
      error?: { code: number; message: string; data?: unknown };
    };
  const { result: resources } = await get("resources/list", {});
  assert.deepEqual(
    resources?.resources?.map(({ uri }) => uri),
    ["test://static-text", "test://static-binary"],
  );
  const { result: prompts } = await get("prompts/list", {});
  assert.deepEqual(
    prompts?.prompts?.map(({ name }) => name),
    ["test_simple_prompt"],
  );
  assert.deepEqual((await get("resources/templates/list", {})).result?.resourceTemplates, []);
  assert.ok((await get("resources/read", { uri: "test://static-text" }, "test://static-text")).result?.contents);
  const { error } = await get("resources/read", { uri: "test://watched-resource" }, "test://watched-resource");
  assert.match(error?.message ?? "", /^Resource not found: test:\/\/watched-resource \(/);
  assert.deepEqual([error?.code, error?.data], [-32_602, { uri: "test://watched-resource" }]);
  const other = await get("prompts/get", { name: "test_prompt_with_image" }, "test_prompt_with_image");
  assert.match(other.error?.message ?? "", /^Unknown prompt: test_prompt_with_image \(/);
  const ref = { type: "ref/prompt", name: "test_prompt_with_arguments" };
  const completed = await get("completion/complete", { ref, argument: { name: "arg1", value: "p" } });
  assert.match(completed.error?.message ?? "", /^Unknown prompt: test_prompt_with_arguments \(/);
});

test("only a bad key is answered with 401", async (t) => {
  const { world } = await open(t);
  const wrong = await post(world, "/mcp/fixture", call("x"), { ...calling("x"), authorization: "Bearer gk_wrong" });
  assert.equal(wrong.status, 401);
  assert.match(wrong.text, /gateway key with fingerprint [0-9a-f]{8} looks mistyped/);
  for (const path of ["/mcp", "/mcp/fixture", "/mcp/nobody"]) {
    const none = await post(world, path, call("x"), { ...calling("x"), authorization: "" });
    assert.equal(none.status, 401);
    assert.match(none.text, /no gateway key was sent; in the client's list of servers this one needs the header/);
  }
  const direct = await post(world, "/mcp/fixture", call("test_simple_text"), {
    ...calling("test_simple_text"),
    authorization: "",
    "x-api-key": world.key,
  });
  assert.match(direct.text, /simple text response/);
});

test("a key outside of its hours is told so in an answer, for a greeting and for a call", async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const policy = policyOf(`${GRANTS}\n  active mon-fri 07:00-20:00`, serverAt("fixture", fixture.url));
  const world = await startWorld(t, { policy, now: () => Date.parse("2026-11-22T12:00Z") });
  const called = await post(world, "/mcp/fixture", call("test_simple_text"), calling("test_simple_text"));
  const { result } = messageOf(called) as unknown as { result: { isError: boolean; content: { text: string }[] } };
  assert.equal(result.isError, true);
  assert.match(
    result.content[0]!.text,
    /^key dev is outside its active hours, .* open again mon 2026-11-23 07:00 \(test\.policy:\d+, req_\w+\)$/,
  );
  const greeted = await post(world, "/mcp/fixture", stateless("server/discover"), about("server/discover"));
  assert.equal(greeted.status, 200);
  assert.match(greeted.text, /"error":\{"code":-32000,"message":"key dev is outside/);
});

test("who is turned away at the door is recorded as who wanted tools, not an answer of a model", async (t) => {
  const { world } = await open(t);
  const stranger = { ...calling("test_simple_text"), authorization: "Bearer nobody" };
  assert.equal((await post(world, "/mcp/fixture", call("test_simple_text"), stranger)).status, 401);
  assert.deepEqual(
    world.decisions().map(({ effect, reason, purpose }) => [effect, reason, purpose]),
    [["refuse", "key", "tools"]],
  );
});

test("pages of other origins are not served", async (t) => {
  const { world } = await open(t);
  const from = (origin: string) =>
    post(world, "/mcp/fixture", call("test_simple_text"), { ...calling("test_simple_text"), origin });
  assert.equal((await from("http://evil.example")).status, 403);
  assert.equal((await from("null")).status, 403);
  assert.equal((await from("http://127.0.0.1.evil.example")).status, 403);
  assert.equal((await from("http://localhost:3000")).status, 200);
});

test("a server that is not held, a method that nobody knows, a verb that has no meaning", async (t) => {
  const { world } = await open(t);
  const elsewhere = await post(world, "/mcp/githb", call("x"));
  assert.equal(elsewhere.status, 404);
  assert.match(elsewhere.text, /the gateway holds no server `githb`; there are \/mcp\/fixture/);
  const unknown = await post(world, "/mcp/fixture", stateless("tools/callMany"), about("tools/callMany"));
  assert.equal(unknown.status, 404);
  assert.match(unknown.text, /"code":-32601,"message":"Method not found: tools\/callMany/);
  const nameless = await post(world, "/mcp/fixture", stateless("tools/call"), about("tools/call"));
  assert.deepEqual(
    [nameless.status, messageOf(nameless).error],
    [400, { code: -32_602, message: "tools/call needs `name`" }],
  );
  const put = await fetch(`${world.url}/mcp/fixture`, {
    method: "PUT",
    headers: { authorization: `Bearer ${world.key}` },
  });
  assert.deepEqual([put.status, put.headers.get("allow")], [405, "POST, GET, DELETE"]);
  const get = await fetch(`${world.url}/mcp/fixture`, { headers: { authorization: `Bearer ${world.key}` } });
  assert.equal(get.status, 405);
});

test("what is no message is not served", async (t) => {
  const { world } = await open(t);
  const answers = [
    ["[{}]", /batches are not taken/],
    ["{", /not JSON/],
    ['{"jsonrpc":"1.0","id":1,"method":"ping"}', /not JSON-RPC 2\.0/],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', /the id is neither/],
    ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', /parameters are not an object/],
    ['{"jsonrpc":"2.0","id":1}', /neither a request nor an answer/],
  ] as const;
  for (const [body, words] of answers) {
    const answer = await post(world, "/mcp/fixture", body);
    assert.equal(answer.status, 400, body);
    assert.match(answer.text, words);
  }
  assert.equal((await post(world, "/mcp/fixture", "{}", { "content-type": "text/plain" })).status, 415);
});

test("headers that say another thing than the body are refused, and what is sent on is what was read", async (t) => {
  const { world, fixture } = await open(t);
  const mismatch = async (headers: Record<string, string>, body: unknown = call("test_simple_text")) => {
    const answer = await post(world, "/mcp/fixture", body, headers);
    return [answer.status, (messageOf(answer) as unknown as { error?: { code: number } }).error?.code];
  };
  assert.deepEqual(await mismatch(calling("test_image_content")), [400, -32_020]);
  assert.deepEqual(await mismatch(about("tools/list", "test_simple_text")), [400, -32_020]);
  const params = { ...calling("test_simple_text"), "mcp-param-region": "eu" };
  assert.deepEqual(await mismatch(params), [400, -32_020]);
  const wrapped = `=?base64?${Buffer.from("test_simple_text").toString("base64")}?=`;
  assert.deepEqual(await mismatch(calling(wrapped)), [200, undefined]);
  // Of a key that stands twice every reader sees the last one.
  const twice = JSON.stringify(call("test_image_content")).replace(
    '"arguments"',
    '"name":"test_simple_text","arguments"',
  );
  assert.match((await post(world, "/mcp/fixture", twice, calling("test_simple_text"))).text, /simple text response/);
  for (const { authorization, ...headers } of fixture.seen) {
    assert.equal(authorization, `Bearer ${SECRET}`);
    assert.doesNotMatch(JSON.stringify(headers), new RegExp(world.key));
  }
});

test("a version that the gateway does not speak goes no further, whatever the server speaks", async (t) => {
  const { world, fixture } = await open(t);
  await post(world, "/mcp/fixture", call("test_simple_text"), calling("test_simple_text"));
  const before = fixture.seen.length;
  const said = async (path: string, version: string, header = version) => {
    const _meta = { "io.modelcontextprotocol/protocolVersion": version };
    const headers = { ...about("tools/list"), "mcp-protocol-version": header };
    const answer = await post(world, path, { ...stateless("tools/list"), params: { _meta } }, headers);
    return [answer.status, (messageOf(answer) as unknown as { error?: object }).error];
  };
  const supported = ["2026-07-28"];
  for (const path of ["/mcp", "/mcp/fixture"]) {
    const [status, error] = (await said(path, "2099-01-01")) as [number, { code: number; data: object }];
    assert.deepEqual([status, error.code, error.data], [400, -32_022, { supported, requested: "2099-01-01" }]);
    const [other, mismatch] = (await said(path, "2026-07-28", "2099-01-01")) as [number, { code: number }];
    assert.deepEqual([other, mismatch.code], [400, -32_020]);
  }
  assert.equal(fixture.seen.length, before);
});

test("a session belongs to its key, and is gone when it ends", async (t) => {
  const { world } = await open(t);
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
  const begun = await post(world, "/mcp/fixture", { jsonrpc: "2.0", id: 1, method: "initialize", params });
  const session = begun.headers.get("mcp-session-id") ?? "";
  assert.match(session, /^\S{16,}$/);
  const ping = (id: string) =>
    post(world, "/mcp/fixture", { jsonrpc: "2.0", id: 2, method: "ping" }, { "mcp-session-id": id });
  assert.equal((await ping(session)).status, 200);
  assert.equal((await ping("another")).status, 404);
  const none = await post(world, "/mcp/fixture", { jsonrpc: "2.0", id: 2, method: "ping" });
  assert.equal(none.status, 400);
  const elsewhere = await post(world, "/mcp", { jsonrpc: "2.0", id: 2, method: "ping" }, { "mcp-session-id": session });
  assert.equal(elsewhere.status, 404, "a session with one server is none with another");
  const headers = { authorization: `Bearer ${world.key}`, "mcp-session-id": session };
  assert.equal((await fetch(`${world.url}/mcp/fixture`, { method: "DELETE", headers })).status, 200);
  assert.equal((await ping(session)).status, 404);
});

test("without its record nothing is called", async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const world = await startWorld(t, {
    policy: policyOf(GRANTS, serverAt("fixture", fixture.url)),
    log: (log) => ({
      ...log,
      subscribe: log.subscribe.bind(log),
      close: () => log.close(),
      healthy: true,
      append: () => Promise.reject(new Error("full")),
    }),
  });
  const answer = await post(world, "/mcp/fixture", call("test_simple_text"), calling("test_simple_text"));
  assert.match(answer.text, /"isError":true/);
  assert.match(answer.text, /the audit log cannot be written, so nothing may be served/);
  assert.equal(fixture.seen.length, 0);
});
