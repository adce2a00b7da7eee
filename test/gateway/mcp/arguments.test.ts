/** Conditions on the arguments of calls of servers of tools: decided at the call, in both eras, at both addresses. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { CallBody } from "../../../src/audit/entry.ts";
import { connect, textOf } from "../../support/mcp/client.ts";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, packaged, post, programOf, serverAt, stateless } from "./servers.ts";

/** A world with a file server for a folder, of which one part may be written. */
async function withFiles(t: TestContext): Promise<{ world: World; dir: string }> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "arguments-")));
  t.after(() => rm(dir, { recursive: true }));
  await mkdir(join(dir, "out"));
  const allow = `allow tools mcp:files/list_*\n  allow tools mcp:files/write_file where path under "${dir}/out"`;
  const files = programOf("files", packaged("server-filesystem", dir));
  return { dir, world: await startWorld(t, { policy: policyOf(allow, files) }) };
}

function calls(world: World): CallBody[] {
  return world.entries.map(({ body }) => body).filter((body) => body.kind === "call");
}

for (const era of ["sessions", "stateless"] as const) {
  for (const path of ["/mcp/files", "/mcp"]) {
    test(`a file is written inside of the folder and nowhere else, by a client of ${era} through ${path}`, async (t) => {
      const { world, dir } = await withFiles(t);
      const client = await connect(t, { url: world.url + path, key: world.key, era });
      const own = path === "/mcp" ? "files__" : "";
      const offered = (await client.listTools()).tools.map(({ name }) => name);
      assert.ok(offered.includes(`${own}write_file`), "an allow with a condition offers");
      await client.callTool({ name: `${own}list_allowed_directories`, arguments: {} });
      const write = (to: string) =>
        client.callTool({ name: `${own}write_file`, arguments: { path: to, content: "hunter2" } });
      for (const outside of [`${dir}/a.txt`, `${dir}/out/../a.txt`, "a.txt", `${dir}/outside.txt`]) {
        const refused = await write(outside);
        assert.equal(refused.isError, true, outside);
        const name = "mcp:files/write_file is granted to key dev only where path under";
        assert.ok(textOf(refused).startsWith(`${name} "${dir}/out"`), textOf(refused));
        assert.match(textOf(refused), / \(test\.policy:\d+, req_\w+\)$/);
        assert.doesNotMatch(textOf(refused), /\n/);
      }
      assert.deepEqual(await readdir(dir), ["out"]);
      await write(`${dir}/out/./kept.txt`);
      assert.equal(await readFile(join(dir, "out/kept.txt"), "utf8"), "hunter2");
      const bodies = calls(world).filter(({ name }) => name === "mcp:files/write_file");
      assert.deepEqual(
        bodies.map(({ effect, reason }) => [effect, reason]),
        [...Array.from({ length: 4 }, () => ["refuse", "arguments"]), ["allow", null]],
      );
      assert.equal(new Set(bodies.map((body) => body.arguments)).size, 5, "equal arguments can be told, nothing more");
      assert.doesNotMatch(JSON.stringify(world.entries), /hunter2|\.txt/);
    });
  }
}

const GRANT = 'allow tools mcp:fixture/test_* where message = "hello"';

async function atFixture(t: TestContext, team: string) {
  const fixture = await startFixture();
  t.after(() => fixture.close());
  const world = await startWorld(t, { policy: policyOf(team, serverAt("fixture", fixture.url)) });
  const call = async (name: string, params: Record<string, unknown>) => {
    const answer = await post(
      world,
      "/mcp/fixture",
      stateless("tools/call", { name, ...params }),
      about("tools/call", name),
    );
    const { result, error } = messageOf(answer) as unknown as {
      readonly result?: { readonly isError?: boolean; readonly resultType?: string; readonly requestState?: string };
      readonly error?: { readonly code: number };
    };
    return { status: answer.status, result, error };
  };
  return { world, fixture, call };
}

test("arguments that are missing, no object or not the same to every reader are refused, and leave for nowhere", async (t) => {
  const { world, fixture, call } = await atFixture(t, GRANT);
  const before = fixture.seen.length;
  const unread = [
    {},
    { arguments: null },
    { arguments: [] },
    { arguments: "hello" },
    { arguments: { message: "hello", Message: "x" } },
  ];
  for (const params of unread) {
    const { status, result } = await call("test_simple_text", params);
    assert.deepEqual([status, result?.isError, result?.resultType], [200, true, "complete"], JSON.stringify(params));
  }
  assert.equal(fixture.seen.length, before);
  assert.equal((await call("test_simple_text", { arguments: { message: "hello" } })).result?.isError, undefined);
  assert.deepEqual((await call("nothing", { arguments: { message: "hello" } })).error?.code, -32_602);
  assert.deepEqual(
    calls(world).map(({ reason }) => reason),
    [...unread.map(() => "arguments"), null, "tool"],
  );
});

test("a call that is made again with answers is decided again", async (t) => {
  const { world, call } = await atFixture(t, GRANT);
  const name = "test_input_required_result_elicitation";
  const _meta = { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } };
  const first = await call(name, { arguments: { message: "hello" }, _meta });
  assert.equal(first.result?.resultType, "input_required");
  const answers = { requestState: first.result.requestState, inputResponses: {}, _meta };
  const again = await call(name, { arguments: { message: "bye" }, ...answers });
  assert.equal(again.result?.isError, true);
  assert.deepEqual(
    calls(world).map(({ effect }) => effect),
    ["allow", "refuse"],
  );
});

test("resources and prompts are granted by their names, as before", async (t) => {
  const team = `${GRANT}\n  allow tools mcp-prompt:fixture/test_simple_prompt`;
  const { world } = await atFixture(t, team);
  const params = { name: "test_simple_prompt", arguments: { message: "bye" } };
  const answer = await post(world, "/mcp/fixture", stateless("prompts/get", params), about("prompts/get", params.name));
  assert.ok((messageOf(answer) as unknown as { result?: object }).result);
});

test("a condition that is only observed refuses no call, and its record says which it would have refused", async (t) => {
  const { world, call } = await atFixture(
    t,
    `allow tools mcp:fixture/test_*\n  observe deny tools mcp:fixture/* where message = "hello"`,
  );
  assert.equal((await call("test_simple_text", { arguments: { message: "hello" } })).result?.isError, undefined);
  assert.equal((await call("test_simple_text", { arguments: { message: "bye" } })).result?.isError, undefined);
  const [first, second] = calls(world);
  assert.deepEqual([first?.observed?.effect, first?.observed?.reason, second?.observed], ["refuse", "arguments", null]);
});
