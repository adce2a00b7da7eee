/** A conversation under guardrails: the provider never sees a secret, the agent works with it, and no turn changes. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Finding } from "../../src/audit/entry.ts";
import { assertSteady, type Block, Client, type Message, result, startSessions } from "./sessions.ts";
import { OPEN, policyOf } from "./world.ts";

const PLACEHOLDER = /\[\[secret:[\w-]+:[a-z2-7]{10}\]\]/;
const SECRETS = `guardrail secrets {
  on request, response
  match /\\bTOK-[A-Z0-9]{16}\\b/, /password: ([^\\s"]{6,40})/, /-----BEGIN KEY-----[^-]{1,400}-----END KEY-----/
  action redact restore tool-input
}`;
const POLICY = policyOf(`${OPEN.replace("Bash, Read", "*")}\n  guard secrets`, SECRETS);
const REJECTING = SECRETS.replace("action redact restore tool-input", 'action reject "no keys here"');
const KEPT = POLICY.replace(" restore tool-input", "");

const token = (): string => `TOK-${randomBytes(8).toString("hex").toUpperCase()}`;
const say = (text: string): Block => ({ type: "text", text });
const call = (name: string, input: unknown): Block => ({ type: "tool_use", id: "toolu_0", name, input });
const textIn = (content: Message["content"]): string =>
  typeof content === "string" ? content : String(content[0]!.text ?? content[0]!.content);
const placeholderIn = (text: string): string => PLACEHOLDER.exec(text)?.[0] ?? assert.fail(`no placeholder in ${text}`);

for (const stream of [true, false]) {
  const form = stream ? "streamed" : "in one piece";

  test(`a tool works with the real value, and the provider sees the same placeholder every time, ${form}`, async (t) => {
    const secret = token();
    const { world, sent, said } = await startSessions(t, POLICY, ({ messages, raw }) => {
      if (messages.length === 1) return [say("reading"), call("Read", { file_path: "a.env" })];
      const words = placeholderIn(raw);
      if (messages.length === 3)
        return [call("Edit", { old_string: `A=${words}`, new_string: `B=${words}\nC="${words}"` })];
      return [say(`done with ${words}`)];
    });
    const client = new Client(world, "s1", stream);
    await client.say("edit a.env");
    const edit = await client.say(result(`1\tA=${secret}\n`));
    assert.deepEqual(edit.blocks[0]!.input, { old_string: `A=${secret}`, new_string: `B=${secret}\nC="${secret}"` });
    // Bare, and inside a string of JSON.
    const done = await client.say(result(`ok ${secret} {"c":"${secret}"}`));
    assert.match(String(done.blocks[0]!.text), /^done with \[\[secret:secrets:[a-z2-7]{10}\]\]$/);
    await client.say("thanks");
    assertSteady(sent, said);
    for (const { raw } of sent) assert.ok(!raw.includes(secret));
    assert.ok(!JSON.stringify(world.entries).includes(secret));
  });

  test(`what the model wrote itself goes back as it wrote it, ${form}`, async (t) => {
    const own = token();
    const { world, sent, said } = await startSessions(t, POLICY, ({ messages }) =>
      messages.length === 1 ? [say(`use ${own}, it is new`), call("Write", { content: `T=${own}` })] : [say("fine")],
    );
    const client = new Client(world, "s1", stream);
    const first = await client.say("make me a token");
    assert.match(String(first.blocks[0]!.text), /^use \[\[secret:secrets:[a-z2-7]{10}\]\], it is new$/);
    assert.deepEqual(first.blocks[1]!.input, { content: `T=${own}` });
    await client.say(result(`T=${own}`));
    assertSteady(sent, said);
    assert.ok(!JSON.stringify(sent[1]!.messages.at(-1)).includes(own));
  });
}

test("a value is known again where no pattern sees it, also in a string of JSON and in an address", async (t) => {
  const value = `pa\\ss${randomBytes(6).toString("hex")}`;
  const { world, sent } = await startSessions(t, POLICY, () => [say("ok")]);
  const client = new Client(world, "s1", false);
  await client.say("hello");
  await client.say(`password: ${value}`);
  await client.say(`it was ${value}, wasn't it`);
  await client.say(`also ${JSON.stringify({ value })}`);
  await client.say(`and https://example.com/?q=${encodeURIComponent(value)}`);
  assert.ok(sent.every(({ raw }) => !raw.includes(value.slice(5))));
  const wordsIn = (at: number) => placeholderIn(JSON.stringify(sent[at]!.messages.at(-1)));
  assert.equal(wordsIn(2), wordsIn(1));
  assert.equal(wordsIn(3), wordsIn(1), "quoted, it is the same");
  assert.notEqual(wordsIn(4), wordsIn(1), "in an address nothing says how it has to be spelled");
});

test("two turns that are the same to the client, and not to the model, each go back as the model wrote them", async (t) => {
  const own = token();
  for (const stream of [true, false]) {
    let words = "";
    const { world, sent, said } = await startSessions(t, POLICY, ({ raw, messages }) => {
      words ||= PLACEHOLDER.exec(raw)?.[0] ?? "";
      if (messages.length === 1) return [call("Read", { key: own })];
      return messages.length < 6 ? [call("Read", { key: messages.length === 3 ? words : own })] : [say("done")];
    });
    const client = new Client(world, "s1", stream);
    await client.say("make a token and use it");
    for (let turn = 0; turn < 4; turn += 1) await client.say(result(`it was ${own}`));
    assertSteady(sent, said);
    assert.deepEqual(
      client.history.flatMap(({ content }) => (content as Block[])[0]?.input ?? []),
      [{ key: own }, { key: own }, { key: own }],
    );
  }
});

test("a value that is quoted twice is the same bare, the other way round too, and tools get it as it was there", async (t) => {
  const key = `-----BEGIN KEY-----\n${randomBytes(20).toString("base64")}\n"\\9"\n-----END KEY-----`;
  const json = JSON.stringify({ user: "app", key });
  const log = JSON.stringify({ level: "info", out: json });
  for (const texts of [
    [`see ${key}`, json, log],
    [log, json, `see ${key}`],
  ]) {
    const { world, sent } = await startSessions(t, POLICY, ({ messages }) => {
      if (messages.length < 6) return [say("ok")];
      // What the model has seen, as it has seen it.
      const seen = messages.flatMap(({ role, content }) => (role === "user" ? [textIn(content)] : []));
      return [call("Write", { a: seen[0], b: seen[1], c: seen[2], d: `export KEY="${placeholderIn(seen[0]!)}"` })];
    });
    const client = new Client(world, "s1", true);
    await client.say(texts[0]!);
    await client.say(texts[1]!);
    await client.say(texts[2]!);
    const words = sent.slice(0, 3).map(({ messages }) => placeholderIn(textIn(messages.at(-1)!.content)));
    assert.deepEqual(new Set(words).size, 1);
    const { blocks } = await client.say("write them all");
    const [a, b, c] = texts;
    assert.deepEqual(blocks[0]?.input, { a, b, c, d: `export KEY="${JSON.stringify(key).slice(1, -1)}"` });
    assert.ok(sent.every(({ raw }) => !raw.includes(key.split("\n")[1]!)));
  }
});

test("after a restart the history teaches the same placeholders again", async (t) => {
  const secret = token();
  const model = () => [say("ok")];
  const [before, after] = [await startSessions(t, POLICY, model), await startSessions(t, POLICY, model)];
  const client = new Client(before.world, "s1", true);
  await client.say(`the token is ${secret}`);
  await client.say(`so ${secret.slice(0, 20)} it is`);
  const again = new Client(after.world, "s1", true);
  again.history.push(...client.history);
  await again.say("go on");
  assertSteady([...before.sent, ...after.sent], [...before.said, ...after.said]);
});

test("a placeholder that nobody knows any more, or that is not given back, is never written", async (t) => {
  const secret = token();
  for (const policy of [POLICY, KEPT]) {
    let words = "[[secret:secrets:aaaaaaaaaa]]";
    const { world, sent } = await startSessions(t, policy, ({ messages, raw }) => {
      if (policy === KEPT) words = placeholderIn(raw);
      return messages.length === 1 ? [say("writing"), call("Write", { content: `T=${words}` })] : [say("I see")];
    });
    const client = new Client(world, "s1", true);
    const { blocks } = await client.say(policy === KEPT ? `write ${secret} down` : "write it down");
    assert.deepEqual(
      blocks.map(({ type }) => type),
      ["text", "text"],
    );
    assert.match(
      String(blocks[1]!.text),
      policy === KEPT
        ? /withheld a call of the tool Write: its input holds \[\[.*\]\], which guardrail secrets does not give back to tools\.\]$/
        : /withheld a call of the tool Write: its input holds \[\[.*\]\], and what stands behind that is not known here any more/,
    );
    assert.equal((await client.say("why?")).status, 200);
    assert.ok(sent.every(({ raw }) => !raw.includes(secret)));
  }
});

test("conversations and keys do not share what they know", async (t) => {
  const secret = `Xy${randomBytes(6).toString("hex")}`;
  const { world, sent } = await startSessions(t, POLICY, () => [say("ok")]);
  await new Client(world, "s1", false).say(`password: ${secret}`);
  await new Client(world, "s2", false).say(`is it ${secret}?`);
  assert.ok(!sent[0]!.raw.includes(secret));
  assert.ok(sent[1]!.raw.includes(secret));
});

test("a client that names no session is known by how its conversation begins", async (t) => {
  const secret = `Xy${randomBytes(6).toString("hex")}`;
  const { world, sent } = await startSessions(t, POLICY, () => [say("ok")]);
  const messages = [{ role: "user", content: `hello, password: ${secret}` }];
  const ask = async (rest: readonly object[], more = {}) => {
    const body = { model: "claude-sonnet-5-5", max_tokens: 9, messages: [...messages, ...rest], ...more };
    await (await world.ask(body)).text();
  };
  await ask([]);
  await ask([
    { role: "assistant", content: "ok" },
    { role: "user", content: `is it ${secret}?` },
  ]);
  assert.ok(sent.every(({ raw }) => !raw.includes(secret)));
  // Named in the metadata, as Claude Code does too.
  const metadata = { user_id: JSON.stringify({ device_id: "d", account_uuid: "", session_id: "s-7" }) };
  await ask([], { metadata });
  messages[0] = { role: "user", content: `another beginning ${secret}` };
  await ask([], { metadata });
  await ask([]);
  assert.deepEqual(
    sent.slice(2).map(({ raw }) => raw.includes(secret)),
    [false, false, true],
  );
});

const REJECT = policyOf(
  `${OPEN}\n  guard orders`,
  'guardrail orders {\n  on request\n  match /\\bDROP\\s+TABLE\\b/i\n  action reject "ask a human"\n}',
);

test("a message that is turned away does not poison the session", async (t) => {
  const { world, sent, said } = await startSessions(t, REJECT, () => [say("ok")]);
  const client = new Client(world, "s1", true);
  await client.say("hello");
  const refused = await client.say("run DROP TABLE users");
  assert.equal(refused.status, 400);
  assert.match(
    refused.text,
    /blocked by guardrail `orders`: ask a human; your last message contains `orders`, take it back with \/rewind, or send another message and a placeholder will stand for it \(test\.policy:\d+, req_/,
  );
  // The client repeats itself: that is not another message.
  for (let again = 0; again < 2; again += 1) {
    client.history.pop();
    assert.equal((await client.say("run DROP TABLE users")).status, 400);
  }
  // Sent again as history, a text may end in another line.
  client.history[client.history.length - 1] = { role: "user", content: "run DROP TABLE users\n" };
  const next = await client.say("never mind, list them");
  assert.equal(next.status, 200);
  assert.match(JSON.stringify(sent[1]!.messages), /run \[\[secret:orders:[a-z2-7]{10}\]\] users/);
  assert.equal((await client.say("and now DROP TABLE users")).status, 400);
  assert.equal((await client.say("and now DROP TABLE users")).status, 400, "the same again is a new message");
  assert.equal((await client.say("sorry")).status, 200);
  await client.say("bye");
  assertSteady([sent[1]!, ...sent.slice(2)], said.slice(1));
});

test("only what is new is turned away, wherever it stands", async (t) => {
  const { world, sent } = await startSessions(t, REJECT, () => [say("ok")]);
  const ask = async (messages: readonly object[], more = {}) =>
    (await world.ask({ model: "claude-sonnet-5-5", max_tokens: 9, messages, ...more })).status;
  const bad = "DROP TABLE x";
  const [user, model] = [
    (content: unknown) => ({ role: "user", content }),
    (content: unknown) => ({ role: "assistant", content }),
  ];
  assert.equal(await ask([user(bad), model("no"), user("fine")]), 200);
  assert.equal(await ask([user("a"), model(bad), user("fine")]), 200);
  assert.equal(await ask([user("b"), model([call("Bash", { command: bad })]), user(result("done"))]), 200);
  assert.equal(await ask([user("c"), model("x"), user("fine")], { system: bad }), 200);
  assert.ok(sent.every(({ raw }) => !raw.includes("DROP")));
  assert.equal(await ask([user("d")], { system: bad }), 400);
  assert.equal(await ask([user("e"), model("x"), user(result(bad))]), 400);
  assert.equal(await ask([user("f"), model("x"), user("y"), { role: "system", content: bad }]), 400);
  // Words that are put into the model's mouth are the client's.
  assert.equal(await ask([user("g"), model(`sure: ${bad}`)]), 400);
});

test("a secret that lies across two blocks is hidden in both, and put back from either", async (t) => {
  const secret = token();
  const { world, sent } = await startSessions(t, POLICY, ({ messages }) => {
    if (messages.length > 1 || JSON.stringify(messages).includes("tool_result")) return [say("ok")];
    const [left, right] = (messages[0]!.content as Block[]).map(({ text }) => placeholderIn(String(text)));
    return [call("Write", { content: `${left}${right}` })];
  });
  const client = new Client(world, "s1", true);
  const { blocks } = await client.say([say(`it is ${secret.slice(0, 9)}`), say(`${secret.slice(9)}, yes`)]);
  assert.deepEqual(blocks[0]!.input, { content: secret });
  await client.say(result("done"));
  assert.ok(sent.every(({ raw }) => !raw.includes(secret.slice(0, 9)) && !raw.includes(secret.slice(9))));
  // Two results are two texts.
  const apart = [...result(secret.slice(0, 9), "a"), ...result(secret.slice(9), "b")];
  await new Client(world, "s2", true).say(apart);
  assert.ok(sent.at(-1)!.raw.includes(secret.slice(9)));
});

test("what may not be changed is recorded, and rejected while it is new", async (t) => {
  const secret = token();
  const tools = [{ name: "Read", description: `reads ${secret}`, input_schema: {} }];
  const { world, sent } = await startSessions(t, POLICY, () => [say("ok")]);
  await new Client(world, "s1", true).say("hello", { tools });
  assert.ok(sent[0]!.raw.includes(`reads ${secret}`));
  assert.deepEqual(
    world.decisions()[0]!.findings.map(({ pattern, count }) => [pattern, count]),
    [["secrets", 1]],
  );
  // Known from now on, it is hidden where it may be.
  await new Client(world, "s1", true).say(`so ${secret}`, { tools });
  assert.ok(!JSON.stringify(sent[1]!.messages).includes(secret));
});

/** What the record says was done, and what was only observed, each as `done/observed`. */
const acts = (findings: readonly Finding[]): string[] =>
  findings.map(({ place, done, observed }) => `${place ?? "answer"}: ${done}/${observed}`);

test("what is said of a tool is rejected for as long as it is sent, and only of a tool that goes to the model", async (t) => {
  const secret = token();
  const { world, sent } = await startSessions(t, policyOf(`${OPEN}\n  guard secrets`, REJECTING), () => [say("ok")]);
  const told = (name: string) => ({ tools: [{ name, description: `uses ${secret}`, input_schema: {} }] });
  const client = new Client(world, "s1", true);
  for (const _ of ["the first message", "another one"]) {
    const { status, text } = await client.say("hello", told("Read"));
    assert.equal(status, 400);
    const way = "what is said of tool `Read` contains `secrets`, and cannot be changed here: go on without that tool";
    assert.ok(text.includes(`no keys here; ${way} (`), text);
  }
  // Nor later on, when there was an answer.
  assert.equal((await client.say("hello", { tools: [] })).status, 200);
  assert.equal((await client.say("hello", told("Read"))).status, 400);
  assert.equal((await client.say("hello", told("Write"))).status, 200);
  assert.ok(sent.every(({ raw }) => !raw.includes(secret)));
});

test("instructions that are rejected go on with a placeholder, and the sentence says so", async (t) => {
  const secret = token();
  const { world, sent } = await startSessions(t, policyOf(`${OPEN}\n  guard secrets`, REJECTING), () => [say("ok")]);
  const client = new Client(world, "s1", false);
  const { status, text } = await client.say("hello", { system: `use ${secret}` });
  assert.equal(status, 400);
  const way = "take it out of them, or send another message and a placeholder will stand for it";
  assert.ok(text.includes(`the instructions of this session contain \`secrets\`, ${way} (`), text);
  assert.equal((await client.say("hello again", { system: `use ${secret}` })).status, 200);
  assert.match(String(sent[0]!.system), PLACEHOLDER);
});

test("the record says what was done: a rejection in what may not be changed, and that passed, was not", async (t) => {
  const key = `note for ${token()}`;
  const { world } = await startSessions(t, policyOf(`${OPEN}\n  guard secrets`, REJECTING), () => [say("ok")]);
  const call = { type: "tool_use", id: "toolu_1", name: "Read", input: { [key]: 1 } };
  const client = new Client(world, "s1", true);
  client.history.push({ role: "user", content: "hello" }, { role: "assistant", content: [call] });
  assert.equal((await client.say(result("read", "toolu_1"))).status, 200);
  assert.deepEqual(acts(world.decisions()[0]!.findings), ["tool-input: null/reject"]);
});

test("the record says what was done: what a tool gets back anyway stays, and a call is withheld, not changed", async (t) => {
  for (const [policy, act] of [
    [POLICY, "flag"],
    [KEPT, "withhold"],
  ] as const) {
    const { world } = await startSessions(t, policy, () => [say(`see ${token()}`), call("Write", { to: token() })]);
    await new Client(world, "s1", true).say("hello");
    const { findings } = await world.outcome();
    assert.deepEqual(acts(findings).toSorted(), [`answer: ${act}/null`, "answer: redact/null"].toSorted());
  }
});

test("the record says what was done: what has a placeholder already is not masked", async (t) => {
  const value = `TIK-${randomBytes(6).toString("hex").toUpperCase()}`;
  const masks = `${SECRETS}\nguardrail ends {\n  on request\n  match /\\bTIK-[A-F0-9]{12}\\b/\n  action mask keep 4\n}`;
  const { world, sent } = await startSessions(t, policyOf(`${OPEN}\n  guard secrets, ends`, masks), () => [say("ok")]);
  const client = new Client(world, "s1", true);
  await client.say(`password: ${value}`);
  await client.say(`so ${value}`);
  assert.ok(!sent[1]!.raw.includes("****"));
  assert.deepEqual(acts(world.decisions()[1]!.findings), ["user: redact/null", "user: redact/null"]);
});

test("what only an answer may not say is not looked for in requests", async (t) => {
  const secret = token();
  const answers = POLICY.replace("on request, response", "on response");
  const { world, sent, said } = await startSessions(t, answers, ({ messages }) =>
    messages.length === 1 ? [say(`it is ${secret}`)] : [say("ok")],
  );
  const client = new Client(world, "s1", true);
  const { blocks } = await client.say("tell me");
  assert.match(String(blocks[0]!.text), PLACEHOLDER);
  await client.say(`I know it: ${secret}`);
  assert.ok(JSON.stringify(sent[1]!.messages.at(-1)).includes(secret));
  assertSteady(sent, said);
});

test("what no guardrail minds in an answer goes back as the model wrote it, where requests are looked at only", async (t) => {
  const own = token();
  const requests = POLICY.replace("on request, response", "on request");
  const { world, sent, said } = await startSessions(t, requests, ({ messages }) =>
    messages.length === 1 ? [say(`use ${own}`), call("Write", { content: own })] : [say("fine")],
  );
  const client = new Client(world, "s1", true);
  assert.equal((await client.say("make me a token")).blocks[0]!.text, `use ${own}`);
  await client.say(result(`wrote ${own}`));
  assertSteady(sent, said);
  assert.ok(!JSON.stringify(sent[1]!.messages.at(-1)).includes(own));
});
