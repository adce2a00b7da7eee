/** A server of many tools on loopback, stateless and quick; of every other one a client is not meant to know. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of tools `get_item_0`, `delete_item_1`, `get_item_2` and so on. */
export interface ManyTools extends AsyncDisposable {
  readonly url: string;
  readonly tools: readonly { readonly name: string }[];
  /** Names of tools that were called. */
  readonly called: readonly string[];
}

/** Starts one with so many tools, and the same words behind each description. */
export async function startManyTools(count: number, words = ""): Promise<ManyTools> {
  const called: string[] = [];
  const tools = Array.from({ length: count }, (_, at) => ({
    name: `${at % 2 === 0 ? "get" : "delete"}_item_${at}`,
    description: `${at % 2 === 0 ? "Reads" : "Removes"} item ${at} of the store${words}`,
    inputSchema: { type: "object", properties: { shelf: { type: "string" } } },
  }));
  const resultOf = (method: string, name: string): Readonly<Record<string, unknown>> | null => {
    switch (method) {
      case "server/discover":
        return { supportedVersions: ["2026-07-28"], capabilities: { tools: {} } };
      case "tools/list":
        return { tools };
      case "tools/call":
        called.push(name);
        return { content: [{ type: "text", text: `${name} is done` }] };
      default:
        return null;
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    // A stream or the end of a session, which the stateless era has not.
    if (chunks.length === 0) return void response.writeHead(405).end();
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
      readonly id?: number | string;
      readonly method: string;
      readonly params?: { readonly name?: string };
    };
    const result = resultOf(method, params?.name ?? "");
    const said =
      result === null
        ? { error: { code: -32_601, message: "Method not found" } }
        : { result: { ...result, resultType: "complete", ttlMs: 0, cacheScope: "private" } };
    response.writeHead(result === null ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...said }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    tools,
    called,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
