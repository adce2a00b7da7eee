/**
 * The provider of the relay bench: reads a request to its end and streams one answer of Claude Code's shape (a thought,
 * two sentences of text, a tool call), event by event. A message `paced` or `burst` says how: an event a millisecond, so
 * that each arrives by itself as from a model, or as fast as it can. Prints its address as one JSON line.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { streamFrames } from "../support/reply.ts";

const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at % 97}`).join(" ");
const events = streamFrames(
  {
    id: "msg_bench",
    model: "claude-opus-5-5",
    blocks: [
      { type: "thinking", thinking: words(60), signature: "c2lnbmF0dXJl".repeat(24) },
      { type: "text", text: words(80) },
      { type: "tool_use", id: "toolu_bench", name: "Read", input: { file_path: "src/server.ts", limit: 200 } },
    ],
    usage: { input: 900, output: 260, cacheRead: 24_000, cacheWrite: 600 },
  },
  20,
);

let paced = false;
process.on("message", (message) => {
  paced = message === "paced";
  process.send?.(message);
});

/** Writes each event in a turn of the loop of its own. */
function play(response: ServerResponse, at = 0): void {
  const event = events[at];
  if (event === undefined) return void response.end();
  if (response.destroyed) return;
  response.write(event);
  if (paced) setTimeout(play, 1, response, at + 1);
  else setImmediate(play, response, at + 1);
}

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "request-id": "req_bench" });
    play(response);
  });
});

server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, events: events.length })}\n`);
});
