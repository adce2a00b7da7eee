import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, suite, type TestContext, test } from "node:test";
import { type ClientFinding, serverFindings } from "../../src/cli/client-findings.ts";
import { clockFindings } from "../../src/cli/gateway-findings.ts";
import { mintKey } from "../../src/identity/mint.ts";
import { serverAt } from "../gateway/mcp/servers.ts";
import { policyOf, startWorld } from "../gateway/world.ts";
import { startFixture } from "../support/mcp/fixture-server.ts";
import { startManyTools } from "../support/mcp/many-tools.ts";
import { type Playground, playground } from "./gw.ts";

const { key: KEY } = mintKey(randomBytes);

suite("gw claude doctor", () => {
  let place: Playground;
  beforeEach(() => {
    place = playground();
  });
  afterEach(() => place.remove());

  async function doctor(env: Readonly<Record<string, string>>, ...args: string[]) {
    place.write("settings.json", JSON.stringify({ env }));
    const ran = await place.gw("claude", "doctor", "--settings", "settings.json", ...args);
    for (const value of [env.ANTHROPIC_AUTH_TOKEN, env.ANTHROPIC_API_KEY]) {
      if (value !== undefined && value !== "") assert.ok(!(ran.out + ran.err).includes(value), "a key is never shown");
    }
    return ran;
  }

  async function answering(t: TestContext, answer: (response: ServerResponse) => void): Promise<string> {
    const server = createServer((_, response) => answer(response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/anthropic`;
  }

  test("is content with a key that the gateway knows, and says which models it is not told to use", async (t) => {
    const world = await startWorld(t, { policy: policyOf("allow models @all") });
    const env = { ANTHROPIC_BASE_URL: `${world.url}/anthropic/`, ANTHROPIC_AUTH_TOKEN: world.key };
    const { code, out } = await doctor(env, "--url", world.url);
    assert.equal(code, 0, out);
    assert.match(
      out,
      /good: address: requests go to http[^\n]*\ngood: gateway: the gateway takes the key, and lists 1 model for it\n$/,
    );

    const other = await doctor({
      ...env,
      ANTHROPIC_MODEL: "claude-old-1",
      CLAUDE_CODE_SUBAGENT_MODEL: "claude-sonnet-5-5",
    });
    assert.equal(other.code, 0);
    assert.match(
      other.out,
      /warning: model: ANTHROPIC_MODEL asks for `claude-old-1`.*\n {2}your key may use claude-sonnet-5-5\n$/,
    );
  });

  test("says what the gateway says of a key that it does not know, or that is over", async (t) => {
    const world = await startWorld(t, { policy: policyOf("allow models @all").replace("2099-12-31", "2020-01-01") });
    const base = { ANTHROPIC_BASE_URL: `${world.url}/anthropic` };
    const unknown = await doctor({ ...base, ANTHROPIC_AUTH_TOKEN: KEY });
    assert.equal(unknown.code, 1);
    assert.match(unknown.out, /bad: key: the gateway says: .*is not known or was revoked/);
    const over = await doctor({ ...base, ANTHROPIC_AUTH_TOKEN: world.key }, "--format", "json");
    assert.equal(over.code, 1);
    const [, said] = JSON.parse(over.out) as ClientFinding[];
    assert.deepEqual([said?.about, said?.state], ["key", "bad"]);
    assert.match(said!.message, /expired on/);
  });

  for (const [what, env, words] of [
    [
      "no address",
      { ANTHROPIC_AUTH_TOKEN: KEY },
      /bad: address: ANTHROPIC_BASE_URL is not set, so requests go to the provider/,
    ],
    ["no key", { ANTHROPIC_BASE_URL: "http://127.0.0.1:9/anthropic" }, /bad: key: no key is set/],
    [
      "another path",
      { ANTHROPIC_BASE_URL: "http://127.0.0.1:9/v1" },
      /bad: address: the address does not end in `\/anthropic`/,
    ],
    ["no URL", { ANTHROPIC_BASE_URL: "gateway" }, /bad: address: ANTHROPIC_BASE_URL is no address/],
    [
      "a way past",
      { CLAUDE_CODE_USE_BEDROCK: "1" },
      /bad: address: CLAUDE_CODE_USE_BEDROCK is set, so requests go past the gateway/,
    ],
    [
      "half a key",
      { ANTHROPIC_AUTH_TOKEN: KEY.slice(0, -3) },
      /bad: key: the key is no gateway key, or was mistyped or cut short/,
    ],
    [
      "two keys",
      { ANTHROPIC_AUTH_TOKEN: KEY, ANTHROPIC_API_KEY: "sk-other" },
      /bad: key: .* both set, to different values/,
    ],
  ] as const) {
    test(`tells of ${what}`, async () => {
      const { code, out } = await doctor(env);
      assert.equal(code, 1);
      assert.match(out, words);
    });
  }

  test("tells of a gateway elsewhere without showing it the key, of one that is down, and of something else in its place", async (t) => {
    let asked = 0;
    const elsewhere = await answering(t, (response) => {
      asked += 1;
      response.end("<html>please log in</html>");
    });
    const env = { ANTHROPIC_BASE_URL: elsewhere, ANTHROPIC_AUTH_TOKEN: KEY };
    assert.match(
      (await doctor(env, "--url", "https://gw.acme.example")).out,
      /points to http:\/\/127.*, not to the gateway\n {2}set ANTHROPIC_BASE_URL=https:\/\/gw\.acme\.example\/anthropic/,
    );
    assert.equal(asked, 0);
    assert.match((await doctor(env)).out, /bad: gateway: what answers at .* is no gateway \(status 200\)/);
    const down = await doctor({ ...env, ANTHROPIC_BASE_URL: "http://127.0.0.1:9/anthropic" });
    assert.match(down.out, /bad: gateway: the gateway at http:\/\/127\.0\.0\.1:9 cannot be reached/);
  });

  test("asks each server of tools that is the gateway's what it gives, and whether its names can be said", async (t) => {
    await using store = await startManyTools(6);
    const fixture = await startFixture({ eras: "sessions" });
    t.after(() => fixture.close());
    const rest =
      serverAt("store", store.url) + serverAt("fixture", fixture.url) + serverAt("away", "http://127.0.0.1:9");
    const policy = policyOf("allow models @all\n  allow tools mcp:store/get_*, mcp:fixture/test_simple_*", rest);
    const world = await startWorld(t, { policy });
    const at = (name: string, value = `Bearer ${"$"}{SALLYPORT_KEY}`) => {
      return { type: "http", url: `${world.url}/mcp/${name}`, headers: { Authorization: value } };
    };
    const long = "a-label-that-says-all-about-a-store-and-its-shelves";
    const mcpServers = {
      store: at("store"),
      [long]: at("store"),
      fixture: at("fixture"),
      stor: at("stor"),
      old: { ...at("store"), type: "sse" },
      bare: { ...at("store"), type: undefined },
      stranger: at("store", `Bearer ${KEY}`),
      away: at("away"),
      elsewhere: { type: "http", url: "http://127.0.0.1:9/mcp", headers: { Authorization: KEY } },
    };
    place.write("mcp.json", JSON.stringify({ mcpServers }));
    const env = {
      ANTHROPIC_BASE_URL: `${world.url}/anthropic`,
      ANTHROPIC_AUTH_TOKEN: world.key,
      SALLYPORT_KEY: world.key,
    };
    const { code, out } = await doctor(env, "--mcp", "mcp.json");
    assert.equal(code, 1);
    const told = out.split("\n").filter((line) => / mcp: /.test(line));
    for (const [at, line] of [
      /^bad: mcp: MCP server `old` is of type `sse`, which the gateway does not speak$/,
      /^bad: mcp: MCP server `bare` has no `type`, so that the client leaves it out$/,
      /^warning: mcp: MCP server `stranger` is asked with another key than the models$/,
      /^warning: mcp: MCP server `elsewhere` is at http:\/\/127\.0\.0\.1:9, not at the gateway$/,
      /^good: mcp: MCP server `store` gives 3 tools$/,
      /^good: mcp: MCP server `a-label.*` gives 3 tools$/,
      /^warning: mcp: the API takes names of 64 characters, and `mcp__a-label.*__get_item_0` has 68 and 2 more$/,
      /^good: mcp: MCP server `fixture` gives 1 tool$/,
      /^bad: mcp: the gateway says of MCP server `stor`: the gateway holds no server `stor`; there are \/mcp\/away, .*/,
      /^bad: mcp: the gateway says of MCP server `stranger`: gateway key with fingerprint .* is not known or was revoked/,
      /^bad: mcp: the gateway says of MCP server `away`: server `away` cannot be reached/,
    ].entries()) {
      assert.match(told[at] ?? "", line);
    }
    assert.equal(told.length, 11);
    assert.ok(!out.includes(KEY) && !out.includes(world.key), "a key is never shown");

    place.write("mcp.json", JSON.stringify({ mcpServers: { prompts: at("fixture") } }));
    world.use(policyOf("allow models @all", rest));
    const none = await doctor(env, "--mcp", "mcp.json");
    assert.equal(none.code, 0);
    assert.match(
      none.out,
      /warning: mcp: MCP server `prompts` gives no tool\n {2}it may have none, or none that is granted/,
    );
  });

  test("tells mistakes of its own caller", async () => {
    assert.match((await doctor({}, "--mcp", "none.json")).err, /`none\.json` cannot be read \(ENOENT\)/);
    place.write("bad.json", "{");
    assert.match((await doctor({}, "--mcp", "bad.json")).err, /`bad\.json` is not JSON/);
    assert.equal((await doctor({}, "--url", "gw")).code, 2);
  });
});

test("a list of MCP servers is held to the gateway", () => {
  const origin = "https://gw.acme.example";
  const headers = { Authorization: `Bearer ${"$"}{SALLYPORT_KEY}` };
  const said = (mcpServers: object, env = {}) =>
    serverFindings({ mcpServers }, env, origin).map(({ state, message }) => `${state}: ${message}`);
  const own = { type: "http", url: `${origin}/mcp/github`, headers };
  assert.deepEqual(said({ own }, { SALLYPORT_KEY: KEY }), ["good: all MCP servers are the gateway's"]);
  assert.deepEqual(said({ own }), ["bad: SALLYPORT_KEY, which MCP server `own` needs, is not set"]);
  assert.deepEqual(said({ own: { ...own, headers: {} } }), ["bad: MCP server `own` is asked without a key"]);
  assert.deepEqual(said({ own: { ...own, headers: { Authorization: `Bearer ${"$"}{ANTHROPIC_AUTH_TOKEN}` } } }), [
    "bad: the client does not give ANTHROPIC_AUTH_TOKEN to MCP server `own`",
  ]);
  assert.deepEqual(said({ own: { ...own, url: `${origin}/anthropic` } }), [
    "bad: MCP server `own` is not below `/mcp`",
  ]);
  assert.deepEqual(said({ a: { command: "npx" }, b: { url: "https://other.example/mcp" } }), [
    "warning: MCP server `a` runs on this machine, past the gateway",
    "warning: MCP server `b` is at https://other.example, not at the gateway",
  ]);
  assert.match(
    serverFindings({ mcpServers: { crm: { command: "npx" } } }, {}, origin)[0]!.help ?? "",
    /for `client-mcp:crm\/…`, or for those of a server `crm` of the gateway if there is one/,
  );
  assert.match(serverFindings([], {}, origin)[0]!.message, /has no `mcpServers`/);
});

test("clocks that differ much are told, and whose is ahead", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  assert.deepEqual(clockFindings("Mon, 23 Nov 2026 12:04:00 GMT", now), []);
  assert.deepEqual(clockFindings(null, now), []);
  assert.match(clockFindings("Mon, 23 Nov 2026 12:20:00 GMT", now)[0]!.message, /is 20 minutes behind the gateway's/);
  assert.match(clockFindings("Mon, 23 Nov 2026 11:00:00 GMT", now)[0]!.message, /is 60 minutes ahead of the gateway's/);
});
