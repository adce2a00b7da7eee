import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulated } from "../../src/providers/simulated.ts";
import { collect } from "./upstream.ts";

const TOOLS = [{ name: "Bash", input_schema: { type: "object" } }];

async function ask(body: unknown, path = "/v1/messages?beta=true") {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const signal = new AbortController().signal;
  const answer = await createSimulated("sim").send({ method: "POST", path, headers: [], body: bytes, signal });
  return { status: answer.status, headers: new Map(answer.headers), text: (await collect(answer.body)).toString() };
}

function events(text: string): { event: string; data: Record<string, never> }[] {
  return text
    .split("\n\n")
    .filter(Boolean)
    .map((block) => {
      const [event = "", data = ""] = block.split("\n");
      return { event: event.slice("event: ".length), data: JSON.parse(data.slice("data: ".length)) };
    });
}

test("says back the newest human text, streamed and not, and the same each time", async () => {
  const content = [
    { type: "text", text: "reminder" },
    { type: "text", text: "hello there" },
  ];
  const request = {
    model: "m",
    messages: [
      { role: "user", content },
      { role: "system", content: "later" },
    ],
  };
  const plain = await ask(request);
  const message = JSON.parse(plain.text);
  assert.deepEqual(message.content, [{ type: "text", text: "You said: hello there" }]);
  assert.equal(message.stop_reason, "end_turn");
  assert.ok(message.usage.input_tokens > 10 && message.usage.output_tokens > 1);
  assert.equal((await ask(request)).text, plain.text);
  const stream = await ask({ ...request, stream: true });
  assert.equal(stream.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const seen = events(stream.text);
  assert.ok(seen.every(({ event, data }) => data.type === event));
  assert.equal(seen[0]?.event, "message_start");
  assert.equal(seen.at(-1)?.event, "message_stop");
  const text = seen.map(({ data }) => (data as { delta?: { text?: string } }).delta?.text ?? "").join("");
  assert.equal(text, "You said: hello there");
});

test("calls a tool that a line asks for, and answers its result with text", async () => {
  const text = 'please\nuse tool Bash {"command":"echo 1"}\nnow';
  const request = { model: "m", tools: TOOLS, messages: [{ role: "user", content: text }] };
  const message = JSON.parse((await ask(request)).text);
  assert.equal(message.stop_reason, "tool_use");
  assert.equal(message.content[1].name, "Bash");
  assert.deepEqual(message.content[1].input, { command: "echo 1" });
  const stream = events((await ask({ ...request, stream: true })).text);
  const json = stream
    .map(({ data }) => (data as { delta?: { partial_json?: string } }).delta?.partial_json ?? "")
    .join("");
  assert.deepEqual(JSON.parse(json), { command: "echo 1" });
  const result = { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "1" }] };
  const after = await ask({ ...request, messages: [...request.messages, { role: "assistant", content: [] }, result] });
  assert.deepEqual(JSON.parse(after.text).content, [{ type: "text", text: "The tool answered: 1" }]);
});

test("a tool that is not offered is not called", async () => {
  const answer = await ask({ model: "m", tools: TOOLS, messages: [{ role: "user", content: "use tool Write {}" }] });
  assert.match(answer.text, /not offered a tool named Write/);
});

test("counts tokens, refuses what it cannot read", async () => {
  const request = { model: "m", messages: [] };
  const count = await ask(request, "/v1/messages/count_tokens?beta=true");
  assert.deepEqual(JSON.parse(count.text), { input_tokens: 7 });
  assert.equal((await ask("{")).status, 400);
  assert.equal((await ask(request, "/v1/other")).status, 404);
});
