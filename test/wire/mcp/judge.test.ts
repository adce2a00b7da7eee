/** What becomes of the messages of a server on their way to a client. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type MessageRules } from "../../../src/wire/mcp/judge.ts";
import { type Fields, messageOf, type Request } from "../../../src/wire/mcp/message.ts";

const asked = (method: string, params: Fields = {}) => messageOf({ jsonrpc: "2.0", id: 7, method, params }) as Request;

function verdict(message: Fields, rules: Partial<MessageRules> = {}) {
  const read = messageOf({ jsonrpc: "2.0", ...message });
  assert.ok(read.kind !== "unreadable");
  const open = { granted: () => true, asks: () => false, says: () => true, largest: () => null };
  const all: MessageRules = { request: asked("tools/call"), era: "stateless", may: [], ...open, ...rules };
  return { ...judge(read, all), whole: read.whole };
}

test("most messages go on as the very same object", () => {
  for (const message of [
    { method: "notifications/progress", params: { progressToken: 1, progress: 1, future: true } },
    { id: 7, result: { content: [], structuredContent: { a: 1 }, future: { b: 2 } } },
    { id: 7, error: { code: -1, message: "no" } },
    { id: "s1", method: "ping" },
  ]) {
    const { forward, whole, back } = verdict(message);
    assert.equal(forward, whole);
    assert.equal(back, null);
  }
});

test("what the server said is told apart", () => {
  const said = (message: Fields, may: MessageRules["may"] = ["elicit"]) => verdict({ id: 7, ...message }, { may }).said;
  assert.equal(said({ result: { content: [] } }), "ok");
  assert.equal(said({ result: { isError: true } }), "tool-error");
  assert.equal(said({ result: { resultType: "input_required", inputRequests: {} } }), "asks");
  assert.equal(said({ error: { code: 1 } }), "error");
  assert.equal(verdict({ id: 8, result: {} }).said, null, "the answer to another request");
});

test("a list is cut to what is granted, keeps its order and its unknown members, and may not be kept by anyone", () => {
  const result = {
    tools: [{ name: "b", x: 1 }, { name: "a" }, { name: "c" }, {}],
    nextCursor: "n",
    ttlMs: 60_000,
    cacheScope: "public",
  };
  const granted: MessageRules["granted"] = ({ name }) => name !== "a";
  const stateless = verdict({ id: 7, result }, { request: asked("tools/list"), granted });
  assert.deepEqual(stateless.forward?.result, {
    tools: [{ name: "b", x: 1 }, { name: "c" }],
    nextCursor: "n",
    ttlMs: 0,
    cacheScope: "private",
  });
  const session = verdict(
    { id: 7, result: { tools: [{ name: "a" }] } },
    { request: asked("tools/list"), era: "sessions", granted },
  );
  assert.deepEqual(session.forward?.result, { tools: [] });
});

test("a question that the server may not ask goes back to it, in both eras", () => {
  const question = { id: "s1", method: "elicitation/create", params: {} };
  const { forward, back } = verdict(question);
  assert.equal(forward, null);
  assert.deepEqual([back?.id, (back?.error as Fields | undefined)?.code], ["s1", -32_601]);
  assert.equal(verdict(question, { may: ["elicit"] }).back, null);
  assert.equal(verdict(question, { may: ["sample", "roots"] }).forward, null);
  assert.equal(verdict({ id: "s1", method: "tasks/steal" }, { may: ["elicit", "sample", "roots"] }).forward, null);
  const inputRequests = { a: { method: "elicitation/create" }, b: { method: "sampling/createMessage" } };
  const asks = { id: 7, result: { resultType: "input_required", inputRequests } };
  assert.match(
    JSON.stringify(verdict(asks, { may: ["elicit"] }).forward),
    /asks for sampling\/createMessage, which policy does not let it do/,
  );
  assert.equal(verdict(asks, { may: ["elicit", "sample"] }).said, "asks");
});

test("a greeting says that lists change, since policy does, and offers nothing that is not served", () => {
  const capabilities = { tools: {}, resources: { subscribe: true }, tasks: {}, logging: {} };
  const { forward } = verdict(
    { id: 7, result: { capabilities, other: 1 } },
    { request: asked("initialize"), era: "sessions" },
  );
  assert.deepEqual(forward?.result, {
    capabilities: { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true }, logging: {} },
    other: 1,
  });
});

test("what a client wants to hear of lists is acknowledged, whatever the server offers", () => {
  const request = asked("subscriptions/listen", {
    notifications: { toolsListChanged: true, promptsListChanged: false },
  });
  const method = "notifications/subscriptions/acknowledged";
  const { forward } = verdict({ method, params: { notifications: {}, _meta: { x: 1 } } }, { request });
  assert.deepEqual(forward?.params, { notifications: { toolsListChanged: true }, _meta: { x: 1 } });
});
