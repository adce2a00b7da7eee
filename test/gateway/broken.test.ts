import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { bodyOf, startUpstream } from "../providers/upstream.ts";
import { eventsOf, finish, message, START, sendDocument, sse, textBlock, textOf } from "./answers.ts";
import { OPEN, policyOf, request, startWorld } from "./world.ts";

test("a caller that goes away stops the provider, and pays for what was produced", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit concurrency 1 per key`),
    answer(_, response) {
      response.on("close", () => world.upstream.server.emit("left"));
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START + textBlock(0, "word ".repeat(400)));
    },
  });
  const away = new AbortController();
  const response = await world.ask(request({ stream: true }), { signal: away.signal });
  const reader = response.body!.getReader();
  await reader.read();
  const left = once(world.upstream.server, "left");
  away.abort();
  await left;
  const outcome = await world.outcome();
  assert.deepEqual([outcome.end, outcome.fault, outcome.status], ["client-gone", null, 200]);
  assert.equal(outcome.usage?.input, 100);
  assert.ok((outcome.usage?.output ?? 0) > 300, JSON.stringify(outcome.usage));
  assert.ok(outcome.microUsd > 3_000);
  const again = await world.ask(request({ stream: true }));
  assert.equal(again.status, 200);
  await again.body?.cancel();
});

test("a caller that goes away before any answer still counts as one that may have cost", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    async answer(incoming, response) {
      response.on("close", () => world.upstream.server.emit("left"));
      await bodyOf(incoming);
      world.upstream.server.emit("asked");
    },
  });
  const away = new AbortController();
  const asked = once(world.upstream.server, "asked");
  const left = once(world.upstream.server, "left");
  const pending = world.ask(request(), { signal: away.signal });
  await asked;
  away.abort();
  await assert.rejects(pending);
  await left;
  const outcome = await world.outcome();
  assert.equal(outcome.end, "client-gone");
  assert.ok(outcome.microUsd > 0);
});

test("a caller that stops reading is let go, with the provider and the place it held", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit concurrency 1 per key`),
    timings: { stallMs: 50 },
    answer(_, response) {
      const piece = textBlock(0, "word ".repeat(20_000));
      const more = () => {
        while (!response.destroyed && response.write(piece));
      };
      response.on("drain", more);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
      more();
    },
  });
  const unread = await world.ask(request({ stream: true }));
  const outcome = await world.outcome();
  assert.equal(outcome.end, "client-gone");
  await assert.rejects(unread.text());
  const again = await world.ask(request({ stream: true }));
  assert.equal(again.status, 200);
  await again.body?.cancel();
});

test("a stream that breaks off ends with an error event and never as if complete", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(incoming, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const cut = incoming.headers["x-cut"];
      const begun = START + textBlock(0, "half");
      if (cut === "socket") response.write(begun, () => incoming.socket.destroy());
      else if (cut === "middle") response.write(`${begun}event: content_block_sta`, () => incoming.socket.destroy());
      else response.end(begun);
    },
  });
  for (const cut of ["socket", "middle", "end"]) {
    const text = await (await world.ask(request({ stream: true }), { headers: { "x-cut": cut } })).text();
    const events = eventsOf(text);
    assert.equal(textOf(text), "half", cut);
    assert.equal(events.at(-1)?.type, "error", cut);
    assert.ok(!text.includes("message_stop"), cut);
    const outcome = await world.outcome();
    assert.deepEqual([outcome.end, outcome.fault], ["upstream-failed", "upstream"], cut);
    assert.equal(outcome.usage?.input, 100);
  }
});

test("a document that breaks off is an error, not half a document", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(incoming, response) {
      const text = message([{ type: "text", text: "hello" }]);
      if (incoming.headers["x-cut"] === "html") {
        response.writeHead(200, { "content-type": "text/html" }).end("<html>proxy</html>");
      } else {
        response.writeHead(200, { "content-type": "application/json", "content-length": text.length });
        response.write(text.slice(0, 40), () => incoming.socket.destroy());
      }
    },
  });
  const cases = [
    ["socket", false],
    ["html", false],
    ["html", true],
  ] as const;
  for (const [cut, stream] of cases) {
    const response = await world.ask(request({ stream }), { headers: { "x-cut": cut } });
    assert.equal(response.status, 503, cut);
    const body = (await response.json()) as { error: { type: string } };
    assert.equal(body.error.type, "api_error");
    assert.equal((await world.outcome()).end, "upstream-failed");
  }
});

test("a provider that is not there, or hangs, is a typed error that the client may repeat", async (t) => {
  const gone = await startUpstream(() => {});
  await gone.close();
  const world = await startWorld(t, { policy: policyOf(OPEN).replace("$UP", gone.url) });
  const refused = await world.ask(request({ stream: true }));
  assert.equal(refused.status, 503);
  assert.ok(Number(refused.headers.get("retry-after")) >= 1);
  assert.equal(refused.headers.get("x-should-retry"), null);
  assert.match(await refused.text(), /"api_error".*provider `up` cannot be reached/);
  const outcome = await world.outcome();
  assert.deepEqual([outcome.end, outcome.fault, outcome.charges.length], ["upstream-failed", "upstream", 0]);

  const hanging = await startWorld(t, { policy: policyOf(OPEN), answer: () => {}, timeouts: { headers: 50 } });
  const late = await hanging.ask(request());
  assert.equal(late.status, 503);
  assert.match(await late.text(), /"api_error".*was silent for too long/);
  assert.equal((await hanging.outcome()).fault, "timeout");
});

test("silence in the middle of a stream: pings first, then an error event", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    timings: { pingMs: 20 },
    timeouts: { idle: 900 },
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
    },
  });
  const text = await (await world.ask(request({ stream: true }))).text();
  const types = eventsOf(text).map(({ type }) => type);
  assert.equal(types[0], "message_start");
  assert.equal(types.at(-1), "error");
  assert.ok(types.filter((type) => type === "ping").length > 2, types.join());
  assert.match(text, /silent for too long/);
  assert.equal((await world.outcome()).fault, "timeout");
});

test("errors of a provider pass as they came", async (t) => {
  const error = '{"type":"error", "error":{"type":"overloaded_error","message":"capability_rejected: x"}}';
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(incoming, response) {
      const status = Number(incoming.headers["x-want"]);
      response.writeHead(status, { "content-type": "application/json", "retry-after": "7", "request-id": "req_up" });
      response.end(error);
    },
  });
  for (const status of [400, 401, 404, 413, 429, 500, 529]) {
    const response = await world.ask(request({ stream: true }), { headers: { "x-want": String(status) } });
    assert.equal(response.status, status);
    assert.equal(await response.text(), error);
    assert.equal(response.headers.get("retry-after"), "7");
    const outcome = await world.outcome();
    assert.deepEqual([outcome.end, outcome.status, outcome.microUsd], ["complete", status, 0]);
    assert.equal(outcome.upstreamRequestId, "req_up");
  }
});

test("the next route is taken when the first is down, refuses, or says so, and only then", async (t) => {
  const second = await startUpstream((_, response) => sendDocument(response, message([{ type: "text", text: "two" }])));
  t.after(() => second.close());
  const provider = `provider other {\n  kind anthropic\n  url "${second.url}"\n  credential env UP_KEY\n}`;
  const policy = policyOf(OPEN, provider).replace("via up", "via up then other");
  const world = await startWorld(t, {
    policy,
    answer(incoming, response) {
      const want = String(incoming.headers["x-want"]);
      if (want === "cut") incoming.socket.destroy();
      else response.writeHead(Number(want)).end("{}");
    },
  });
  for (const [want, status, by] of [
    ["503", 200, "other"],
    ["529", 200, "other"],
    ["cut", 200, "other"],
    ["500", 500, "up"],
    ["429", 429, "up"],
  ] as const) {
    const response = await world.ask(request(), { headers: { "x-want": want } });
    assert.equal(response.status, status, want);
    await response.text();
    assert.equal((await world.outcome()).provider, by, want);
  }
});

test("a caller that does not read stops the provider from sending", async (t) => {
  const chunk = sse("filler", { x: "y".repeat(64 * 1024) });
  let written = 0;
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(_, response) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START);
      const pump = () => {
        while (written < 1_600 && !response.destroyed) {
          written++;
          if (!response.write(chunk)) return void response.once("drain", pump);
        }
        response.end(finish("end_turn"));
      };
      pump();
    },
  });
  const response = await world.ask(request({ stream: true }));
  const reader = response.body!.getReader();
  await reader.read();
  let before = -1;
  while (before !== written) {
    before = written;
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
  }
  assert.ok(written < 800, `${written} chunks for a caller that does not read`);
  let size = 0;
  for (let step = await reader.read(); !step.done; step = await reader.read()) size += step.value.length;
  assert.ok(size > 100_000_000);
  assert.equal((await world.outcome()).end, "complete");
});

test("an answer is over with its last event, whatever the provider does then", async (t) => {
  const failed = sse("error", { error: { type: "overloaded_error", message: "x" } });
  const world = await startWorld(t, {
    policy: policyOf(`${OPEN}\n  limit concurrency 1 per key`),
    answer(incoming, response) {
      response.on("close", () => world.upstream.server.emit("closed"));
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(START + (incoming.headers["x-want"] === "error" ? failed : finish("end_turn")));
    },
  });
  for (const [want, end] of [
    ["stop", "complete"],
    ["error", "upstream-failed"],
  ]) {
    const closed = once(world.upstream.server, "closed");
    const response = await world.ask(request({ stream: true }), { headers: { "x-want": want! } });
    assert.equal(response.status, 200);
    await response.text();
    assert.equal((await world.outcome()).end, end);
    await closed;
  }
});

test("a redirect or an empty answer is an error, and leads nobody past the gateway", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer(incoming, response) {
      response
        .writeHead(Number(incoming.headers["x-want"]), { location: "https://elsewhere.example/v1/messages" })
        .end();
    },
  });
  for (const status of [204, 301, 302, 304, 307, 308]) {
    for (const path of ["/anthropic/v1/messages", "/anthropic/v1/messages/count_tokens"]) {
      const response = await world.ask(request({ stream: true }), { path, headers: { "x-want": String(status) } });
      assert.equal(response.status, 503, `${status} ${path}`);
      assert.equal(response.headers.get("location"), null);
      assert.match(await response.text(), new RegExp(`"api_error".*provider \`up\` answered with status ${status}`));
      const outcome = await world.outcome();
      assert.deepEqual([outcome.end, outcome.fault, outcome.microUsd], ["upstream-failed", "upstream", 0]);
    }
  }
});
