import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { message, sendDocument } from "./answers.ts";
import { OPEN, policyOf, request, startWorld, type World } from "./world.ts";

interface ErrorBody {
  readonly type: string;
  readonly request_id: string;
  readonly error: { readonly type: string; readonly message: string };
}

/** What the client reads of an error, with the id checked and taken out. */
async function refusal(response: Response) {
  const body = (await response.json()) as ErrorBody;
  assert.equal(body.type, "error");
  assert.equal(response.headers.get("request-id"), body.request_id);
  assert.ok(body.error.message.endsWith(`${body.request_id})`), body.error.message);
  assert.doesNotMatch(body.error.message, /[\n\r]|\.$/);
  return {
    status: response.status,
    type: body.error.type,
    message: body.error.message.replace(body.request_id, "ID"),
    retry: response.headers.get("x-should-retry"),
    after: response.headers.get("retry-after"),
  };
}

/** A world whose provider must not be reached. */
async function closedWorld(t: Parameters<typeof startWorld>[0], policy: string, now?: () => number): Promise<World> {
  return startWorld(t, {
    policy,
    answer: () => assert.fail("the provider was reached"),
    ...(now === undefined ? {} : { now }),
  });
}

test("who is not known learns it at once, and the record has a fingerprint, no key", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  const stranger = "gk_not-a-key-of-this-gateway";
  const unknown = await refusal(await world.ask(request(), { headers: { authorization: `Bearer ${stranger}` } }));
  assert.deepEqual([unknown.status, unknown.type, unknown.retry], [401, "authentication_error", "false"]);
  const none = await refusal(await world.ask(request(), { headers: { authorization: "" } }));
  assert.match(none.message, /ANTHROPIC_AUTH_TOKEN/);
  const [first, second] = world.decisions();
  assert.match(first?.actor.fingerprint ?? "", /^[0-9a-f]{8}$/);
  assert.equal(second?.actor.fingerprint, null);
  assert.ok(!JSON.stringify(world.entries).includes(stranger));
});

test("a key in x-api-key is as good as a bearer", async (t) => {
  const world = await startWorld(t, {
    policy: policyOf(OPEN),
    answer: (_, response) => sendDocument(response, message([])),
  });
  const headers = { authorization: "", "x-api-key": world.key };
  assert.equal((await world.ask(request(), { headers })).status, 200);
});

test("model, door, tool and guardrail: 400 policy_blocked that names the line and is not repeated", async (t) => {
  const rest = 'guardrail ids {\n  on request\n  match /\\bEMP-\\d{6}\\b/\n  action reject "no employee ids"\n}';
  const team = "allow models claude-sonnet-*\n  allow tools Bash\n  on ungranted tool refuse\n  guard ids";
  const world = await closedWorld(t, policyOf(team, rest));
  const cases: [string, Record<string, unknown>, RegExp][] = [
    [
      "model",
      { model: "claude-opus-5-5" },
      /`?claude-opus-5-5`? is outside the scope of key dev; allowed: claude-sonnet-5-5 - run \/model \(test\.policy:\d+, ID\)$/,
    ],
    ["door", { container: "c1" }, /container/],
    ["tool", { tools: [{ name: "Write", input_schema: {} }] }, /Write.* not granted/],
    [
      "guardrail",
      { messages: [{ role: "user", content: "id EMP-123456" }] },
      /guardrail `ids`: no employee ids.*\(test\.policy:\d+, ID\)$/,
    ],
  ];
  for (const [reason, change, sentence] of cases) {
    const refused = await refusal(await world.ask(request(change)));
    assert.deepEqual([refused.status, refused.type, refused.retry], [400, "policy_blocked", "false"], reason);
    assert.match(refused.message, sentence);
    assert.doesNotMatch(refused.message, /EMP-\d/);
    assert.equal(world.decisions().at(-1)?.reason, reason);
    assert.match(world.decisions().at(-1)?.origins[0] ?? "", /^test\.policy:\d+$/);
  }
  const [finding] = world.decisions().at(-1)!.findings;
  const { values, ...found } = finding!;
  assert.deepEqual(found, {
    ...{ guardrail: "ids", pattern: "ids", stage: "request", place: "user" },
    ...{ done: "reject", observed: null, count: 1 },
  });
  assert.match(values.join(), /^[a-z2-7]{10}$/);
});

test("a tool that the request insists on cannot be cut, so the request is refused", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  const tools = ["Bash", "Write"].map((name) => ({ name, input_schema: {} }));
  const refused = await refusal(await world.ask(request({ tools, tool_choice: { type: "tool", name: "Write" } })));
  assert.deepEqual([refused.status, refused.type], [400, "policy_blocked"]);
  assert.match(refused.message, /`Write` is not granted to key dev/);
});

test("expired keys and closed hours", async (t) => {
  const hours = await closedWorld(t, policyOf(`${OPEN}\n  active mon-fri 07:00-20:00`), () =>
    Date.parse("2026-05-03T10:00Z"),
  );
  const closed = await refusal(await hours.ask(request()));
  assert.deepEqual([closed.status, closed.type], [400, "policy_blocked"]);
  assert.equal(hours.decisions()[0]?.reason, "window");
  const late = await closedWorld(t, policyOf(OPEN), () => Date.parse("2100-06-01T00:00Z"));
  const expired = await refusal(await late.ask(request()));
  assert.deepEqual([expired.status, expired.type, expired.retry], [401, "authentication_error", "false"]);
  assert.match(expired.message, /expired on/);
  const listed = await refusal(await late.ask(null, { method: "GET", path: "/anthropic/v1/models" }));
  assert.equal(listed.status, 401);
});

test("a rate that frees soon is waited out, a long one and a budget are not repeated", async (t) => {
  const answer = sendOk;
  const short = await startWorld(t, { policy: policyOf(`${OPEN}\n  limit requests 2/min`), answer });
  for (const status of [200, 200]) assert.equal((await short.ask(request())).status, status);
  const soon = await refusal(await short.ask(request()));
  assert.deepEqual([soon.status, soon.type, soon.retry], [429, "rate_limit_error", null]);
  assert.ok(Number(soon.after) > 0 && Number(soon.after) <= 60);

  const long = await startWorld(t, { policy: policyOf(`${OPEN}\n  limit requests 1/day`), answer });
  assert.equal((await long.ask(request())).status, 200);
  const later = await refusal(await long.ask(request()));
  assert.deepEqual([later.status, later.type, later.retry], [429, "rate_limit_error", "false"]);
  assert.ok(Number(later.after) > 60);

  const poor = await startWorld(t, { policy: policyOf(`${OPEN}\n  budget $0.03/day`), answer });
  let last = await poor.ask(request({ max_tokens: 1_000 }));
  for (let turn = 0; turn < 100 && last.status === 200; turn++) last = await poor.ask(request({ max_tokens: 1_000 }));
  const spent = await refusal(last);
  assert.deepEqual([spent.status, spent.type, spent.retry], [429, "billing_error", "false"]);
  assert.match(spent.message, /\$0\.03/);
});

test("other endpoints are refused with a sentence, after the caller is known", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  for (const path of ["/anthropic/v1/files", "/anthropic/v1/messages/batches", "/v1/messages", "/", "/anthropic/%zz"]) {
    const refused = await refusal(await world.ask({}, { path }));
    assert.deepEqual([refused.status, refused.type, refused.retry], [400, "policy_blocked", "false"], path);
    assert.match(refused.message, /^the gateway serves \/anthropic\/v1\/messages and .*, not POST \//);
  }
  const stranger = await world.ask({}, { path: "/anthropic/v1/files", headers: { authorization: "Bearer nobody" } });
  assert.equal(stranger.status, 401);
  assert.equal(world.entries.filter(({ body }) => body.kind === "fault" && body.fault === "endpoint").length, 5);
});

test("a probe needs no key and leaves no trace", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  const before = world.entries.length;
  for (const path of ["/anthropic", "/anthropic/", "/anthropic/api/hello"]) {
    const response = await fetch(world.url + path, { method: "HEAD" });
    assert.equal(response.status, 200);
  }
  assert.equal(world.entries.length, before);
});

test("what cannot be read: each its own error, none of them reaches the provider", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  const whole = JSON.stringify(request());
  const cases: [string, string | Buffer, number, Record<string, string>?][] = [
    ["not JSON", "hello", 400],
    ["cut off", whole.slice(0, -5), 400],
    ["empty", "", 400],
    ["duplicate keys", whole.replace("{", '{"model":"claude-other",'), 400],
    ["wrong type", JSON.stringify(request({ messages: "hi" })), 400],
    ["huge number", whole.replace('"max_tokens":100', '"max_tokens":1e999'), 400],
    ["no model", JSON.stringify({ messages: [], max_tokens: 1 }), 400],
    [
      "invalid UTF-8",
      Buffer.concat([
        Buffer.from(whole.slice(0, -1)),
        Buffer.from(',"x":"'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('"}'),
      ]),
      400,
    ],
    ["deep nesting", `${whole.slice(0, -1)},"x":${"[".repeat(100_000)}`, 400],
    ["form", whole, 415, { "content-type": "application/x-www-form-urlencoded" }],
    ["no type", whole, 415, { "content-type": "" }],
    ["another charset", whole, 415, { "content-type": "application/json; charset=utf-16" }],
    ["compressed", whole, 415, { "content-encoding": "gzip" }],
  ];
  for (const [name, body, status, headers] of cases) {
    const response = await world.ask(body as string, headers === undefined ? {} : { headers });
    const refused = await refusal(response);
    assert.equal(refused.status, status, name);
    assert.equal(refused.type, "invalid_request_error", name);
    assert.equal(refused.retry, "false", name);
  }
  assert.equal(world.entries.filter(({ body }) => body.kind === "fault").length, cases.length);
});

test("a type that is said twice is none, since the next reader may take the other one", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  const status = await new Promise((resolve, reject) => {
    const types = ["application/json", "multipart/form-data; boundary=x"];
    const headers = { "content-type": types as unknown as string, authorization: `Bearer ${world.key}` };
    const sending = httpRequest(`${world.url}/anthropic/v1/messages`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sending.on("error", reject);
    sending.end(JSON.stringify(request()));
  });
  assert.equal(status, 415);
});

test("a body over the limit: by its announced length, and by what comes", async (t) => {
  const world = await closedWorld(t, policyOf(OPEN));
  const announced = await refusal(await world.ask("x".repeat(32 * 1024 * 1024 + 1)));
  assert.deepEqual([announced.status, announced.type], [413, "request_too_large"]);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${world.key}` };
    const sending = httpRequest(`${world.url}/anthropic/v1/messages`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sending.on("error", reject);
    for (let sent = 0; sent < 33; sent++) sending.write(Buffer.alloc(1024 * 1024, 32));
    sending.end();
  });
  assert.equal(status, 413);
  const small = await startWorld(t, { policy: policyOf(OPEN), answer: sendOk });
  const most = JSON.stringify(request({ x: "" }));
  const body = most.replace('"x":""', `"x":"${"y".repeat(32 * 1024 * 1024 - most.length)}"`);
  assert.equal(body.length, 32 * 1024 * 1024);
  assert.equal((await small.ask(body)).status, 200);
});

test("the list of models holds what the key may use, and a name alone is answered too", async (t) => {
  const world = await closedWorld(t, policyOf("allow models claude-sonnet-*"));
  const get = (path: string) => world.ask(null, { method: "GET", path });
  const list = (await (await get("/anthropic/v1/models?limit=1000")).json()) as { data: { id: string }[] };
  assert.deepEqual(
    list.data.map(({ id }) => id),
    ["claude-sonnet-5-5"],
  );
  const one = (await (await get("/anthropic/v1/models/claude-sonnet-5-5")).json()) as { id: string };
  assert.equal(one.id, "claude-sonnet-5-5");
  const other = await refusal(await get("/anthropic/v1/models/claude-opus-5-5"));
  assert.deepEqual([other.status, other.type], [400, "policy_blocked"]);
  const stranger = await world.ask(null, {
    method: "GET",
    path: "/anthropic/v1/models",
    headers: { authorization: "" },
  });
  assert.equal(stranger.status, 401);
  assert.equal((await world.outcome()).end, "complete");
  assert.deepEqual(
    world.decisions().map(({ effect, purpose }) => `${effect} ${purpose}`),
    ["allow models", "allow models", "refuse models", "refuse models"],
  );
});

function sendOk(...[, response]: Parameters<NonNullable<Parameters<typeof startWorld>[1]["answer"]>>): void {
  sendDocument(response, message([{ type: "text", text: "ok" }]));
}
