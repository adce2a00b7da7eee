/**
 * The server of tools of the bench: stateless, quick, a thousand tools with schemas of a usual size. It answers a call with
 * a short text, and a list with the same bytes each time. Prints its address as one JSON line.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const SCHEMA = {
  type: "object",
  properties: {
    owner: { type: "string", description: "Account that owns the repository, without the name of the host" },
    repo: { type: "string", description: "Name of the repository" },
    number: { type: "integer", description: "Number of the issue or of the pull request", minimum: 1 },
    state: { type: "string", enum: ["open", "closed", "all"], description: "Which of them are meant" },
  },
  required: ["owner", "repo"],
};

const tools = Array.from({ length: 1_000 }, (_, at) => ({
  name: `${["get", "list", "create", "delete"][at % 4]}_thing_${at}`,
  description: `Does the ${at}th of a thousand things, and says what came of it. ${"It takes its time. ".repeat(8)}`,
  inputSchema: SCHEMA,
}));
const LIST = JSON.stringify({ tools, resultType: "complete", ttlMs: 60_000, cacheScope: "public" });
const DISCOVERY = JSON.stringify({
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: { listChanged: true } },
  resultType: "complete",
  ttlMs: 60_000,
  cacheScope: "public",
});
const DONE = JSON.stringify({ content: [{ type: "text", text: "done" }], resultType: "complete" });
const RESULTS: Readonly<Record<string, string>> = {
  "tools/list": LIST,
  "server/discover": DISCOVERY,
  "tools/call": DONE,
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown; method: string };
    const result = RESULTS[method];
    const body = result === undefined ? `"error":{"code":-32601,"message":"no"}` : `"result":${result}`;
    response.writeHead(result === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},${body}}`);
  });
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/mcp` })}\n`);
});
