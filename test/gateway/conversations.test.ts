/** Many conversations at once: what is kept of them has bounds, and the longest unused goes first. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import type { Conversation } from "../../src/gateway/conversation.ts";
import { createConversations } from "../../src/gateway/conversations.ts";
import { textsOf } from "../../src/gateway/messages.ts";
import type { Texts } from "../../src/gateway/plane.ts";
import { readMessages } from "../../src/wire/anthropic/read.ts";

const hmac = (value: string) => createHmac("sha256", "test").update(value).digest("hex");
const HOUR = 60 * 60 * 1000;
const KB = 1024;
const SOURCE = { guardrail: "g", pattern: "p", restore: true, bare: true };

/** The texts of a body of about that size. */
function textsOfSize(bytes: number): Texts {
  const messages = [{ role: "user", content: "x".repeat(bytes) }];
  const request = readMessages(Buffer.from(JSON.stringify({ model: "m", max_tokens: 1, messages })));
  assert.ok(request.kind === "messages");
  return textsOf(request);
}

/** Has a conversation look at them. */
function look(conversation: Conversation, texts: Texts): void {
  conversation.remember(
    { thread: "t", texts, marks: [[]], print: "p" },
    conversation.transcripts.repeatedIn(texts, "p"),
  );
}

test("10,000 conversations of 600 KB stay within their bytes, and their secrets are still known", () => {
  const bounds = { most: 20_000, bytes: 64 * KB * KB, idleMs: HOUR };
  const conversations = createConversations(hmac, () => 0, bounds);
  const texts = textsOfSize(600 * KB);
  for (let index = 0; index < 10_000; index += 1) {
    const conversation = conversations.find(`s${index}`, true)!;
    conversation.secrets.keep(`value-of-${index}-0123456789`, SOURCE);
    look(conversation, texts);
    assert.ok(conversations.bytes <= bounds.bytes);
  }
  assert.equal(conversations.size, 10_000);
  const first = conversations.find("s0", false)!;
  assert.equal(first.transcripts.bytes, 0, "the bodies of the longest unused went");
  assert.equal(first.secrets.of("value-of-0-0123456789")?.restore, true);
  assert.ok(conversations.find("s9999", false)!.transcripts.bytes >= 600 * KB);
});

test("beyond a number of them the longest unused are forgotten", () => {
  const conversations = createConversations(hmac, () => 0, { most: 3, bytes: 64 * KB, idleMs: HOUR });
  for (const name of ["a", "b", "c"]) conversations.find(name, true);
  conversations.find("a", true);
  conversations.find("d", true);
  assert.deepEqual(
    ["a", "b", "c", "d"].map((name) => conversations.find(name, false) !== null),
    [true, false, true, true],
  );
});

test("secrets count, too: they go when bodies alone do not make room", () => {
  const conversations = createConversations(hmac, () => 0, { most: 100, bytes: 40 * KB, idleMs: HOUR });
  for (const name of ["a", "b", "c"]) {
    const conversation = conversations.find(name, true)!;
    conversation.secrets.keep(name.repeat(4 * KB), SOURCE);
    look(conversation, textsOfSize(1));
  }
  assert.ok(conversations.find("d", true));
  assert.equal(conversations.find("a", false), null);
  assert.ok(conversations.find("c", false));
  assert.ok(conversations.bytes <= 40 * KB);
});

test("a conversation that nobody comes back to is forgotten", () => {
  let now = 0;
  const conversations = createConversations(hmac, () => now, { most: 100, bytes: KB * KB, idleMs: HOUR });
  conversations.find("a", true);
  now = HOUR - 1;
  conversations.find("b", true);
  assert.ok(conversations.find("a", false));
  now = 2 * HOUR - 1;
  conversations.find("c", true);
  assert.deepEqual([conversations.find("b", false), conversations.size], [null, 1]);
});

test("what is not known is not begun unless it is to be", () => {
  const conversations = createConversations(hmac, () => 0);
  assert.equal(conversations.find("a", false), null);
  assert.equal(conversations.size, 0);
});

test("a body that goes on from another takes its place; others stay beside it, up to a few", () => {
  const conversation = createConversations(hmac, () => 0).find("a", true)!;
  for (let index = 0; index < 30; index += 1) look(conversation, textsOfSize(10 * KB + index));
  assert.ok(conversation.transcripts.bytes > 7 * 10 * KB && conversation.transcripts.bytes < 10 * 10 * KB);
  const texts = textsOfSize(KB);
  for (let index = 0; index < 30; index += 1) look(conversation, texts);
  assert.ok(conversation.transcripts.bytes > 7 * 10 * KB, "what was repeated took its own place");
});

test("the oldest secrets of a conversation make room for new ones", () => {
  const conversation = createConversations(hmac, () => 0).find("a", true)!;
  for (let index = 0; index < 10_050; index += 1) conversation.secrets.keep(`value-${index}-"quoted"`, SOURCE);
  assert.equal(conversation.secrets.of('value-0-"quoted"'), undefined);
  assert.ok(conversation.secrets.of('value-60-"quoted"'));
  assert.deepEqual(conversation.secrets.known.find('x value-0-"quoted" y'), []);
  assert.equal(conversation.secrets.known.find(`x ${JSON.stringify('value-10000-"quoted"')} y`).length, 1);
});
