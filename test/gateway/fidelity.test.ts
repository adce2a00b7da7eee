import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { finish, message, START, sendDocument, sendStream, sse, textBlock } from "./answers.ts";
import { request as messagesRequest, OPEN, policyOf, SECRET, startWorld } from "./world.ts";

interface Seen {
  readonly url: string | undefined;
  readonly raw: string[];
  readonly body: Buffer;
}

test("a request that no rule changes reaches the provider byte for byte, and so does its answer", async (t) => {
  const seen: Seen[] = [];
  const odd = sse("unheard_of", { anything: [1, null] });
  const stream = `: a comment\n\n${START}${odd}${textBlock(0, "héllo ", "wörld")}${sse("ping")}${finish("end_turn")}`;
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    async answer(request, response) {
      seen.push({ url: request.url, raw: request.rawHeaders, body: await bodyOf(request) });
      sendStream(response, stream);
    },
  });
  const body =
    `{ "model":"claude-sonnet-5-5",\t"max_tokens" : 1e2, "messages":[{"role":"user","content":"h\\u00e9llo"}],
    "stream":true, "safeguards":[{"type":"x"}], "unknown_${Math.random()}": {"b":1.50,"a":[null,true]} }`.replace(
      "1e2",
      "100",
    );
  const headers = {
    "anthropic-beta": "a, b",
    "Anthropic-Version": "2023-06-01",
    "content-type": "application/json; charset=UTF-8",
    cookie: "c=1",
    "x-api-key": "other",
    "X-HTTP-Method-Override": "DELETE",
    "x-original-url": "/v1/files",
  };
  const response = await world.ask(body, { headers });
  assert.equal(response.status, 200);
  assert.equal(await response.text(), stream);
  assert.equal(response.headers.get("request-id"), "req_up");
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const [got] = seen;
  assert.ok(got);
  assert.equal(got.url, "/v1/messages?beta=true");
  assert.equal(got.body.toString(), body);
  const sent = new Map(
    got.raw.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), got.raw[index + 1]]] : [])),
  );
  assert.equal(sent.get("anthropic-beta"), "a, b");
  assert.equal(sent.get("anthropic-version"), "2023-06-01");
  assert.equal(sent.get("x-api-key"), SECRET);
  assert.equal(sent.get("content-type"), "application/json; charset=UTF-8");
  for (const name of ["authorization", "cookie", "x-http-method-override", "x-original-url"])
    assert.ok(!sent.has(name));
  assert.ok(!got.raw.join(" ").includes(world.key));
});

test("a key that its owner put into more places than one still goes to no provider", async (t) => {
  const seen: string[] = [];
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(request, response) {
      seen.push(request.url ?? "", ...request.rawHeaders);
      sendDocument(response, message([{ type: "text", text: "hi" }]));
    },
  });
  const headers = { "x-litellm-api-key": `Bearer ${world.key}`, "x-tag": "gk_short" };
  const path = `/anthropic/v1/messages?beta=true&key=${world.key}`;
  assert.equal((await world.ask(messagesRequest(), { headers, path })).status, 200);
  assert.ok(!seen.join("\n").includes(world.key));
  assert.equal(seen[0], "/v1/messages?beta=true&key=gk_...");
  assert.ok(!seen.includes("x-litellm-api-key") && seen.includes("gk_short"));
});

test("a document comes back as it was sent, unknown fields and all", async (t) => {
  const text = message([{ type: "text", text: "hi" }]).replace("{", '{ "unknown" : [1.0,  2],');
  const world = await startWorld(t, { policy: policyOf(OPEN), answer: (_, response) => sendDocument(response, text) });
  const response = await world.ask(messagesRequest());
  assert.equal(await response.text(), text);
  assert.equal(response.headers.get("request-id"), "req_up");
});
