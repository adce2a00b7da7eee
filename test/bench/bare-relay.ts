/**
 * The yardstick of the relay bench: the least that Node and undici can do between a client and a provider. It streams
 * both ways and knows nothing. `node bare-relay.ts http://127.0.0.1:PORT` prints its own address as one JSON line; with
 * `record` behind the address it makes one record durable before each request goes on, which whoever records must do.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { DurableRecords } from "./durable-records.ts";

const HOP_BY_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host"]);
const pool = new Pool(process.argv[2] ?? "", { connections: 64 });

const records = process.argv[3] === "record" ? await DurableRecords.open() : null;

const server = createServer((request, response) => {
  records?.timed();
  const headers = request.rawHeaders.filter((_, at, all) => !HOP_BY_HOP.has((all[at & ~1] ?? "").toLowerCase()));
  pool
    .stream(
      { path: request.url ?? "/", method: request.method === "POST" ? "POST" : "GET", headers, body: request },
      ({ statusCode, headers: answered }) => {
        for (const [name, value] of Object.entries(answered)) {
          if (value !== undefined && !HOP_BY_HOP.has(name)) response.setHeader(name, value);
        }
        response.writeHead(statusCode);
        return response;
      },
    )
    .catch(() => response.destroy());
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});

process.once("SIGTERM", async () => {
  await records?.[Symbol.asyncDispose]();
  process.exit();
});
