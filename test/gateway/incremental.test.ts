/** Searching only what is new gives what searching everything gives, through all that happens to a conversation. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { changesOf } from "../../src/decision/marks.ts";
import { atOnce, inTurns } from "../../src/decision/steps.ts";
import { Conversation } from "../../src/gateway/conversation.ts";
import { guardsOf } from "../../src/gateway/guards.ts";
import { textsOf } from "../../src/gateway/messages.ts";
import { searching } from "../../src/gateway/search.ts";
import { readMessages } from "../../src/wire/anthropic/read.ts";
import { splice } from "../../src/wire/splice.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";
import { policyOf, tableFrom } from "./world.ts";

const hmac = (value: string) => createHmac("sha256", "test").update(value).digest("hex");
const policy = (guards: string) =>
  tableFrom(
    policyOf(`allow models @all\n  guard ${guards}`, RULES)
      .replace("$UP", "http://127.0.0.1:1")
      .replace("$HASH", `sha256:${"0".repeat(64)}`),
  );
const RULES = `guardrail tokens {
  on request
  match /\\bTOK-[A-Z0-9]{16}\\b/
  action redact
}
guardrail words {
  on request
  match /password: ([^\\s"]{6,40})/, /EMP-\\d{6}/
  action redact restore tool-input
}
guardrail cards {
  on request
  match /\\b4\\d{15}\\b/
  action mask keep 4
}
`;
const TOKENS = policy("tokens");
const ALL = policy("tokens, words, cards");
const guards = (table: typeof ALL) =>
  guardsOf(
    table,
    [...table.guardrails.keys()].filter((at) => bound(table).includes(at)),
  );
const bound = (table: typeof ALL) =>
  table.nodes.find(({ kind }) => kind === "key")!.guards.map(({ guardrail }) => guardrail);

interface Message {
  role: string;
  content: string | Record<string, unknown>[];
}

const never = () => null;

/** What goes to the provider, and how many texts were looked at for it. */
async function sent(
  body: object,
  table: typeof ALL,
  conversation: Conversation,
  rest: () => Promise<void> | null = never,
) {
  const request = readMessages(Buffer.from(JSON.stringify(body)));
  assert.ok(request.kind === "messages");
  const texts = textsOf(request);
  const { marks, fresh } = await inTurns(searching(texts, guards(table), conversation), rest);
  const edits = texts.spans.flatMap((span, index) => texts.edit(span, changesOf(marks[index]!)));
  return {
    text: Buffer.from(splice(request.body, edits)).toString(),
    marks,
    fresh: fresh.length,
    all: texts.spans.length,
  };
}

const bodyOf = (messages: readonly Message[], change = {}) => ({
  model: "m",
  messages,
  system: [{ type: "text", text: "be good with TOK-SYSTEMSYSTEM0000" }],
  tools: [{ name: "Read", description: "reads a file for you", input_schema: {} }],
  max_tokens: 1,
  ...change,
});

/** Something that a person, a tool or the model says: secrets, parts of them, secrets from before, bare. */
function words(chance: Chance, known: string[]): string {
  const fresh = `s3cr${chance.below(1e9).toString(36)}x9`;
  const pick = chance.below(12);
  if (pick === 0) {
    known.push(fresh);
    return `the password: ${fresh} is it`;
  }
  if (pick === 1) return `TOK-${"ABCDEFGH".repeat(2)}`;
  if (pick === 2) return `EMP-${100_000 + chance.below(3)}`;
  if (pick === 3 && known.length > 0) return `so ${chance.pick(known)}\n"${chance.pick(known)}"`;
  if (pick === 4) return "4111111111111111";
  if (pick === 5) return `é😀\t\\ "quoted" ${"long ".repeat(chance.below(300))}`;
  return `line ${chance.below(50)} of nothing`;
}

function turn(chance: Chance, known: string[]): Message[] {
  const id = `t${chance.below(1e6)}`;
  return [
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: words(chance, []), signature: "TOK-AAAABBBBCCCCDDDD" },
        { type: "text", text: words(chance, known) },
        { type: "tool_use", id, name: "Read", input: { path: words(chance, known), "a-long-key-of-an-input": 1 } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: id, content: words(chance, known) },
        { type: "text", text: words(chance, known) },
      ],
    },
  ];
}

/** The cache mark moves on to the last block, as Claude Code moves it. */
function marked(messages: readonly Message[]): Message[] {
  return messages.map((message, at) => {
    if (at !== messages.length - 1 || typeof message.content === "string") return message;
    const blocks = message.content.map((block, index) =>
      index === (message.content as unknown[]).length - 1 ? { ...block, cache_control: { type: "ephemeral" } } : block,
    );
    return { ...message, content: blocks };
  });
}

const unmarked = (text: string): string => text.replaceAll(',"cache_control":{"type":"ephemeral"}', "");

test("every request of a session leaves as it would have left without a memory, and only what is new is looked at", async () => {
  for (let seed = 0; seed < 25; seed += 1) {
    const chance = chanceOf(seed);
    const known: string[] = [];
    const conversation = new Conversation(hmac);
    const messages: Message[] = [
      {
        role: "user",
        content: [
          { type: "text", text: "hello" },
          { type: "text", text: words(chance, known) },
        ],
      },
    ];
    let before = "";
    for (let step = 0; step < 25; step += 1) {
      const body = bodyOf(marked(messages));
      const { text, fresh, all, marks } = await sent(body, ALL, conversation);
      const alone = await sent(body, ALL, new Conversation(hmac));
      assert.equal(text, alone.text);
      assert.deepEqual(marks, alone.marks);
      if (step > 0) assert.ok(fresh <= 5, `${fresh} of ${all}`);
      // The messages of the last request stand in this one unchanged.
      const said = unmarked(text).slice(0, unmarked(text).indexOf(',"system":') - 1);
      assert.ok(said.startsWith(before), `step ${step} of ${seed}`);
      before = said;
      messages.push(...turn(chance, known));
    }
  }
});

test("edits, compaction, side calls and subagents at the same time leave nothing unseen", async () => {
  for (let seed = 100; seed < 130; seed += 1) {
    const chance = chanceOf(seed);
    const known: string[] = [];
    const conversation = new Conversation(hmac);
    const rest = () => (chance.below(3) === 0 ? Promise.resolve() : null);
    const threads: Message[][] = Array.from({ length: 4 }, (_, at) => [{ role: "user", content: `thread ${at}` }]);
    for (let step = 0; step < 30; step += 1) {
      const going: Promise<unknown>[] = [];
      for (const thread of threads.filter(() => chance.below(2) === 0)) {
        const what = chance.below(12);
        if (what === 0) thread.splice(1 + chance.below(thread.length));
        if (what === 1) thread.splice(0, thread.length, { role: "user", content: `summary: ${words(chance, known)}` });
        if (what === 2) thread[chance.below(thread.length)] = { role: "user", content: words(chance, known) };
        if (what === 3)
          going.push(sent(bodyOf([{ role: "user", content: words(chance, known) }]), ALL, conversation, rest));
        thread.push(...turn(chance, known));
        const change = what === 4 ? { system: words(chance, known), tools: [] } : {};
        going.push(
          sent(bodyOf(marked(thread), change), ALL, conversation, rest).then(({ text }) => {
            const visible = text.replaceAll(/"thinking":"(?:[^"\\]|\\.)*"/g, "").replaceAll("TOK-AAAABBBBCCCCDDDD", "");
            assert.doesNotMatch(visible, /TOK-[A-Z0-9]{16}|EMP-\d{6}|4111111111111111|password: s3cr/);
          }),
        );
      }
      await Promise.all(going);
    }
  }
});

test("a guardrail that comes later leaves what was sent before; one that goes still hides what it hid", async () => {
  const first: Message[] = [{ role: "user", content: "I am EMP-123456, TOK-AAAABBBBCCCCDDDD, password: hunter2222" }];
  const then: Message[] = [
    ...first,
    { role: "assistant", content: "hello" },
    { role: "user", content: "EMP-123456 and EMP-999999" },
    { role: "assistant", content: "hello again" },
    { role: "user", content: "EMP-999999 TOK-AAAABBBBCCCCDDDD hunter2222" },
  ];
  for (const isForgotten of [false, true]) {
    const conversation = new Conversation(hmac);
    const say = async (count: number, table: typeof ALL) => {
      // Under pressure the bodies go first; what was in force when is still known.
      if (isForgotten) conversation.transcripts.clear();
      const { text } = await sent(bodyOf(then.slice(0, count)), table, conversation);
      return JSON.parse(text).messages.map(({ content }: Message) => content);
    };
    const [alone] = await say(1, TOKENS);
    assert.match(alone, /^I am EMP-123456, \[\[secret:tokens:\w+\]\], password: hunter2222$/);
    const both = await say(3, ALL);
    assert.equal(both[0], alone, "what was sent stands as it was sent");
    assert.match(both[2], /^\[\[secret:words:\w+\]\] and \[\[secret:words:\w+\]\]$/);
    const after = await say(5, TOKENS);
    assert.deepEqual(after.slice(0, 3), both);
    assert.match(after[4], /^\[\[secret:words:\w+\]\] \[\[secret:tokens:\w+\]\] hunter2222$/, "known is known");
  }
});

test("what is new in the place of something else is looked at as the policy is now", async () => {
  const conversation = new Conversation(hmac);
  const say = async (messages: Message[], table: typeof ALL) =>
    (await sent(bodyOf(messages), table, conversation)).text;
  const base: Message[] = [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
    { role: "user", content: "EMP-111111" },
    { role: "assistant", content: "c" },
    { role: "user", content: "d" },
  ];
  assert.match(await say(base, TOKENS), /EMP-111111/);
  for (const clear of [false, true]) {
    if (clear) conversation.transcripts.clear();
    const rewound = await say([...base.slice(0, 2), { role: "user", content: "EMP-222222" }], ALL);
    assert.doesNotMatch(rewound, /EMP-222222/);
  }
});

test("texts that are seen again and again are not searched again under the same guardrails", async () => {
  const long = `${"some words of a file ".repeat(60)} TOK-AAAABBBBCCCCDDDD`;
  let scans = 0;
  const kept = guards(ALL);
  const scanner = kept.at("user")!;
  const { scan } = scanner;
  (scanner as { scan: typeof scan }).scan = (...given) => {
    scans += Number(given[0].length > 500);
    return scan.apply(scanner, given);
  };
  const ask = (name: string) =>
    sent(
      bodyOf([
        { role: "user", content: [{ type: "text", text: long }] },
        { role: "user", content: name },
      ]),
      ALL,
      new Conversation(hmac),
    );
  const [one, two] = [await ask("one"), await ask("two")];
  // At the first sight nothing tells that it will come again.
  assert.equal(scans, 2);
  await ask("three");
  assert.equal(scans, 2);
  assert.equal(one.text.replace("one", "two"), two.text);
});

test("a block that is added to a message is looked at together with the one before it", async () => {
  const conversation = new Conversation(hmac);
  const text = (words: string) => ({ type: "text", text: words });
  const ask = async (...blocks: { type: string; text: string }[]) => {
    const { text: body } = await sent(bodyOf([{ role: "user", content: blocks }]), ALL, conversation);
    return JSON.parse(body).messages[0].content.map((block: { text: string }) => block.text);
  };
  assert.deepEqual(await ask(text("hello"), text("so TOK-AAAABBBB")), ["hello", "so TOK-AAAABBBB"]);
  const [, left, right] = await ask(text("hello"), text("so TOK-AAAABBBB"), text("CCCCDDDD is it"));
  assert.equal(left, "so TOK-AAAABBBB", "what was sent stands");
  assert.match(right, /^\[\[secret:tokens:[a-z2-7]{10}\]\] is it$/);
});

test("counts of parts of a conversation do not take the place of what it goes on from", async () => {
  const conversation = new Conversation(hmac);
  const messages = [{ role: "user", content: "hello" }];
  const first = await sent(bodyOf(messages), ALL, conversation);
  for (let part = 0; part < 20; part += 1) {
    const request = readMessages(
      Buffer.from(JSON.stringify(bodyOf([{ role: "user", content: `part ${part}` }]))),
      "count",
    );
    assert.ok(request.kind === "messages");
    atOnce(searching(textsOf(request, "count"), guards(ALL), conversation));
  }
  const then = await sent(
    bodyOf([...messages, { role: "assistant", content: "a" }, { role: "user", content: "b" }]),
    ALL,
    conversation,
  );
  assert.deepEqual([first.fresh, then.fresh], [3, 2]);
});

test("what the model has not answered may never have been sent, and is looked at as the policy is now", async () => {
  const conversation = new Conversation(hmac);
  const messages: Message[] = [{ role: "user", content: "I am EMP-123456" }];
  assert.match((await sent(bodyOf(messages), TOKENS, conversation)).text, /EMP-123456/);
  assert.doesNotMatch((await sent(bodyOf(messages), ALL, conversation)).text, /EMP-123456/);
  messages.push({ role: "assistant", content: "hello" }, { role: "user", content: "bye" });
  assert.doesNotMatch((await sent(bodyOf(messages), TOKENS, conversation)).text, /EMP-123456/);
});
