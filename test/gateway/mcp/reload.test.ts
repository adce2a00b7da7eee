/** A policy that comes in force reaches every open stream, once and only where it changes something; no stream is closed. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { connect } from "../../support/mcp/client.ts";
import { type Fixture, startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, packaged, post, programOf, serverAt, stateless } from "./servers.ts";

/** The events of a stream that a client listens on. */
class Stream {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  constructor(response: Response) {
    this.response = response;
    this.#reader = response.body!.getReader();
  }

  /** Waits for so many events that match. */
  async until(pattern: RegExp, count = 1): Promise<void> {
    while ((this.#text.match(new RegExp(pattern, "g"))?.length ?? 0) < count) {
      const { done, value } = await this.#reader.read();
      assert.ok(!done, `the stream ended with ${this.#text}`);
      this.#text += Buffer.from(value).toString();
    }
  }

  get text(): string {
    return this.#text;
  }

  async ended(): Promise<void> {
    for (;;) if ((await this.#reader.read()).done) return;
  }
}

async function listen(t: TestContext, world: World, path: string): Promise<Stream> {
  const controller = new AbortController();
  t.after(() => controller.abort());
  const notifications = { toolsListChanged: true, resourcesListChanged: true };
  const response = await fetch(world.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${world.key}`,
      ...about("subscriptions/listen"),
    },
    body: JSON.stringify(stateless("subscriptions/listen", { notifications }, "sub-1")),
    signal: controller.signal,
  });
  const stream = new Stream(response);
  await stream.until(/subscriptions\/acknowledged/);
  return stream;
}

for (const path of ["/mcp/fixture", "/mcp"]) {
  test(`a change of grants is told on a subscription to ${path}, and what was revoked is not called any more`, async (t) => {
    const fixture = await startFixture();
    t.after(() => fixture.close());
    const rest = serverAt("fixture", fixture.url);
    const world = await startWorld(t, { policy: policyOf("allow tools mcp:fixture/test_*", rest) });
    const stream = await listen(t, world, path);
    assert.match(stream.text, /"toolsListChanged":true,"resourcesListChanged":true/);
    const name = path === "/mcp" ? "fixture__test_simple_text" : "test_simple_text";
    const call = () => post(world, path, stateless("tools/call", { name, arguments: {} }), about("tools/call", name));
    assert.match((await call()).text, /simple text response/);

    world.use(policyOf("allow tools mcp:fixture/test_image_*", rest));
    assert.match((await call()).text, /Unknown tool: (fixture__)?test_simple_text/);
    await stream.until(/notifications\/tools\/list_changed/);
    await stream.until(/"io.modelcontextprotocol\/subscriptionId":"sub-1"/, 2);
    assert.doesNotMatch(stream.text, /prompts\/list_changed/, "only what was asked for");

    // Another policy that means the same for this key is no news.
    world.use(policyOf("allow tools mcp:fixture/test_image_*", `${rest}\n# a comment\n`));
    world.use(policyOf("allow tools mcp:fixture/*", rest));
    await stream.until(/notifications\/tools\/list_changed/, 2);
    assert.equal(stream.text.match(/tools\/list_changed/g)?.length, 2);
    assert.match((await call()).text, /simple text response/);
  });
}

test("a client with a session hears of a change on its stream, and lists anew", async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const rest = serverAt("fixture", fixture.url);
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:fixture/test_simple_*", rest) });
  const client = await connect(t, { url: `${world.url}/mcp/fixture`, key: world.key, era: "sessions" });
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler("notifications/tools/list_changed", () => resolve());
  });
  assert.equal((await client.listTools()).tools.length, 1);
  world.use(policyOf("allow tools mcp:fixture/*", rest));
  await changed;
  assert.equal((await client.listTools()).tools.length, 27);
});

for (const [what, from, to] of [
  ["gone", "key dev in", "key other in"],
  ["over", "2099-12-31", "2020-12-31"],
] as const) {
  test(`a key that a policy says is ${what} hears nothing more`, async (t) => {
    const memory = programOf("memory", packaged("server-memory"));
    const policy = policyOf("allow tools mcp:memory/*", memory);
    const world = await startWorld(t, { policy });
    const stream = await listen(t, world, "/mcp/memory");
    world.use(policy.replace(from, to));
    await stream.ended();
  });
}

for (const path of ["/mcp/fixture", "/mcp"]) {
  test(`a change that a server tells of is told once on ${path}`, async (t) => {
    const fixture = await startFixture({ eras: "stateless" });
    t.after(() => fixture.close());
    const rest = serverAt("fixture", fixture.url);
    const world = await startWorld(t, { policy: policyOf("allow tools mcp:fixture/*", rest) });
    const stream = await listen(t, world, path);
    await heard(fixture);
    const ring = async (what: string) => {
      const name = `${path === "/mcp" ? "fixture__" : ""}test_trigger_${what}_change`;
      await post(world, path, stateless("tools/call", { name, arguments: {} }), about("tools/call", name));
    };
    await ring("prompt");
    await ring("tool");
    await stream.until(/notifications\/tools\/list_changed/);
    world.use(policyOf("allow tools mcp:fixture/test_*", rest));
    await stream.until(/notifications\/resources\/list_changed/);
    assert.equal(stream.text.match(/tools\/list_changed/g)?.length, 2);
    assert.doesNotMatch(stream.text, /prompts\/list_changed/);
  });
}

test("a client with a session hears of a server without them", async (t) => {
  const fixture = await startFixture({ eras: "stateless" });
  t.after(() => fixture.close());
  const policy = policyOf("allow tools mcp:fixture/*", serverAt("fixture", fixture.url));
  const world = await startWorld(t, { policy });
  const client = await connect(t, { url: `${world.url}/mcp/fixture`, key: world.key, era: "sessions" });
  const changed = new Promise<void>((resolve) => {
    client.setNotificationHandler("notifications/tools/list_changed", () => resolve());
  });
  await heard(fixture);
  await client.callTool({ name: "test_trigger_tool_change", arguments: {} });
  await changed;
});

test("a server that tells nothing does not keep the gateway from telling of its policy", async (t) => {
  const server = createServer((request, response) => {
    request.resume();
    const isKnown = request.headers["mcp-method"] === "server/discover";
    const result = { supportedVersions: ["2026-07-28"], capabilities: { tools: {} }, resultType: "complete" };
    const answer = isKnown ? { result } : { error: { code: -32_601, message: "Method not found" } };
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const rest = serverAt("silent", `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:silent/a", rest) });
  const stream = await listen(t, world, "/mcp/silent");
  world.use(policyOf("allow tools mcp:silent/b", rest));
  await stream.until(/notifications\/tools\/list_changed/);
});

/** A clock that shows so many milliseconds before a moment now, and goes on from there. */
function before(moment: string, ms: number): () => number {
  const offset = Date.parse(moment) - ms - Date.now();
  return () => Date.now() + offset;
}

for (const { what, team, moment, lists } of [
  {
    what: "a grant ends",
    team: "allow tools mcp:fixture/test_image_*\n  allow tools mcp:fixture/* until 2026-06-01T12:00Z",
    moment: "2026-06-01T12:00:00Z",
    lists: /test_image_content/,
  },
  {
    what: "hours are over",
    team: "allow tools mcp:fixture/*\n  active mon 12:00-14:00",
    moment: "2026-06-01T14:00:00Z",
    lists: /outside its active hours/,
  },
]) {
  test(`open streams hear of it when ${what}, though no policy changes`, async (t) => {
    const fixture = await startFixture();
    t.after(() => fixture.close());
    const now = before(moment, 1_000);
    const policy = policyOf(team, serverAt("fixture", fixture.url), 'timezone "UTC"');
    const world = await startWorld(t, { policy, now });
    const stream = await listen(t, world, "/mcp/fixture");
    await stream.until(/notifications\/tools\/list_changed/);
    assert.ok(now() >= Date.parse(moment));
    const { text } = await post(world, "/mcp/fixture", stateless("tools/list"), about("tools/list"));
    assert.match(text, lists);
    assert.doesNotMatch(text, /test_audio_content/);
  });
}

test("hours that a policy brings are told of at once, and again when they begin", async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const now = before("2026-06-01T12:00:00Z", 2_000);
  const team = "allow tools mcp:fixture/*";
  const with_ = (hours: string) => policyOf(team + hours, serverAt("fixture", fixture.url), 'timezone "UTC"');
  const world = await startWorld(t, { policy: with_(""), now });
  const stream = await listen(t, world, "/mcp/fixture");
  world.use(with_("\n  active mon 12:00-14:00"));
  const list = () => post(world, "/mcp/fixture", stateless("tools/list"), about("tools/list"));
  await stream.until(/notifications\/tools\/list_changed/);
  assert.match((await list()).text, /outside its active hours/);
  await stream.until(/notifications\/tools\/list_changed/, 2);
  assert.match((await list()).text, /test_audio_content/);
});

test("the stream of a key that is over ends at that moment", async (t) => {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const policy = policyOf("allow tools mcp:fixture/*", serverAt("fixture", fixture.url), 'timezone "UTC"');
  const now = before("2027-01-01T00:00:00Z", 1_000);
  const world = await startWorld(t, { policy: policy.replace("2099-12-31", "2026-12-31"), now });
  const stream = await listen(t, world, "/mcp/fixture");
  await stream.ended();
  const { status } = await post(world, "/mcp/fixture", stateless("tools/list"), about("tools/list"));
  assert.equal(status, 401);
});

/** Waits until somebody listens to the server. */
async function heard({ listeners }: Fixture): Promise<void> {
  while (listeners() === 0) await new Promise((resolve) => setImmediate(resolve));
}
