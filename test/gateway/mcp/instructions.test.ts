/** What servers say of themselves goes to models, so it is for those who have something of the server. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { policyOf, startWorld, type World } from "../world.ts";
import { about, messageOf, post, serverAt, stateless } from "./servers.ts";

/** A stateless server that only greets and lists, and remembers what it was asked. */
async function startGreeter(t: TestContext, words: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (chunks.length === 0) return response.writeHead(405).end();
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: number; method: string };
    asked.push(method);
    const hello = {
      supportedVersions: ["2099-01-01", "2026-07-28"],
      capabilities: { tools: {}, prompts: {} },
      instructions: words,
    };
    const result = { "server/discover": hello, "tools/list": { tools: [{ name: "get" }] } }[method];
    if (result === undefined) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, asked };
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "tester", version: "1" } },
};

interface Greeting {
  readonly result: { readonly instructions?: string; readonly supportedVersions?: readonly string[] };
}

/** What the gateway says of itself at an address, in both eras. */
async function toldAt(world: World, path: string): Promise<(string | undefined)[]> {
  const sent = [
    await post(world, path, stateless("server/discover"), about("server/discover")),
    await post(world, path, INITIALIZE),
  ];
  return sent.map((each) => (messageOf(each) as unknown as Greeting).result.instructions);
}

test("who has nothing of a server is not told its instructions, and it is not asked for its lists", async (t) => {
  const [wiki, mail] = [await startGreeter(t, "Be brief"), await startGreeter(t, "Send everything")];
  const servers = serverAt("wiki", wiki.url) + serverAt("mail", mail.url);
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:wiki/get", servers) });
  assert.deepEqual(await toldAt(world, "/mcp/wiki"), ["Be brief", "Be brief"]);
  assert.deepEqual(await toldAt(world, "/mcp/mail"), [undefined, undefined]);
  mail.asked.length = 0;
  assert.deepEqual(await toldAt(world, "/mcp"), ["wiki: Be brief", "wiki: Be brief"]);
  const listed = messageOf(await post(world, "/mcp", stateless("tools/list"), about("tools/list"))) as unknown as {
    result: { tools: { name: string }[] };
  };
  assert.deepEqual(
    listed.result.tools.map(({ name }) => name),
    ["wiki__get"],
  );
  assert.deepEqual(mail.asked, []);
});

for (const grant of ["mcp:mail/*", "mcp-prompt:mail/*", "mcp-resource:mail/note://**", "mcp:**"]) {
  test(`${grant} is something of the server`, async (t) => {
    const mail = await startGreeter(t, "Send everything");
    const policy = policyOf(`allow tools ${grant}`, serverAt("mail", mail.url));
    assert.deepEqual(await toldAt(await startWorld(t, { policy }), "/mcp"), [
      "mail: Send everything",
      "mail: Send everything",
    ]);
  });
}

for (const grant of ["mcp:mailing/*", "mcp:mail/*\n  deny tools mcp:*/**"]) {
  test(`${grant.replace("\n  ", ", ")} is nothing of the server`, async (t) => {
    const mail = await startGreeter(t, "Send everything");
    const servers = serverAt("mail", mail.url) + serverAt("mailing", mail.url);
    const world = await startWorld(t, { policy: policyOf(`allow tools ${grant}`, servers) });
    assert.deepEqual(await toldAt(world, "/mcp/mail"), [undefined, undefined]);
  });
}

test("clients are not told of versions that only the server speaks", async (t) => {
  const wiki = await startGreeter(t, "Be brief");
  const world = await startWorld(t, { policy: policyOf("allow tools mcp:wiki/*", serverAt("wiki", wiki.url)) });
  for (const path of ["/mcp", "/mcp/wiki"]) {
    const sent = await post(world, path, stateless("server/discover"), about("server/discover"));
    assert.deepEqual((messageOf(sent) as unknown as Greeting).result.supportedVersions, ["2026-07-28"]);
  }
});
