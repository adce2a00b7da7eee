/** Streamed answers: what passes, what is withheld, what is redacted, and how they end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { watchStream } from "../../../src/wire/anthropic/stream.ts";
import { chanceOf, pieces } from "../chance.ts";
import {
  blockDelta,
  blockStart,
  blockStop,
  callBlock,
  event,
  LINE,
  messageDelta,
  PING,
  rulesOf,
  START,
  STOP,
  textBlock,
  visibleIn,
  watch,
} from "./answers.ts";
import { scannerOf } from "./scanner.ts";

const THINKING =
  blockStart(0, { type: "thinking", thinking: "", signature: "" }) +
  blockDelta(0, { type: "thinking_delta", thinking: "EMP-123456 DROP-TABLE" }) +
  blockDelta(0, { type: "signature_delta", signature: "RU1QLTEyMzQ1Ng==" }) +
  blockStop(0);
/** As recorded: thinking, text, a ping, two calls, an event and a block that nobody knows. */
const RECORDED =
  START +
  PING +
  THINKING +
  textBlock(1, "Let me ", "loo", "k at", " it: ü 🗝️\n") +
  ": keep-alive\n\n" +
  callBlock(2, "Bash", "", '{"comm', 'and":"ls', " -la \\u00", 'fc"}') +
  callBlock(3, "mcp__github__get_issue", '{"n":1}') +
  event("future_event", { type: "future_event", index: 1 }) +
  blockStart(4, { type: "hologram", shape: "EMP-123456" }) +
  blockDelta(4, { type: "hologram_delta", shape: "EMP-123456" }) +
  blockStop(4) +
  messageDelta("tool_use") +
  STOP;
const USAGE = { input: 12, output: 56, cacheRead: 34, cacheWrite: 2, cacheWrite1h: 5 };

const guarded = rulesOf({ scanner: scannerOf(/EMP-\d{6}/, /DROP-TABLE/) });
const SPOILED = "[Bash is withheld: its input holds `badge`, which no tool may get]";
const answer = (...blocks: readonly string[]): string => START + blocks.join("") + messageDelta("end_turn") + STOP;

test("without a rule that bites, every split gives the bytes that came", () => {
  const whole = Buffer.from(RECORDED);
  for (const rules of [rulesOf(), rulesOf({ granted: (tool) => tool !== "Write" })]) {
    for (let at = 0; at <= whole.length; at += 1) {
      assert.equal(watch([whole.subarray(0, at), whole.subarray(at)], rules).sent, RECORDED, `split at ${at}`);
    }
    const bytes = watch(
      [...whole].map((byte) => Buffer.from([byte])),
      rules,
    );
    assert.equal(bytes.sent, RECORDED);
    assert.deepEqual([bytes.report.usage, bytes.report.complete, bytes.report.stopped], [USAGE, true, false]);
  }
});

test("a chunk of untouched events leaves as one view of itself", () => {
  const chunk = Buffer.from(RECORDED);
  const { chunks } = watch([chunk], rulesOf());
  assert.equal(chunks.length, 1);
  assert.equal(chunks[0]!.buffer, chunk.buffer);
});

test("line ends of two bytes pass as they came", () => {
  const crlf = RECORDED.replaceAll("\n", "\r\n");
  for (const rules of [rulesOf(), rulesOf({ granted: () => true })]) assert.equal(watch([crlf], rules).sent, crlf);
  const withheld = watch([crlf], rulesOf({ granted: (tool) => tool !== "Bash" }));
  assert.deepEqual(visibleIn(withheld.sent).content[2], { type: "text", text: "[Bash is not granted]" });
});

test("guardrails that find nothing change nothing that is seen, and never touch thinking", () => {
  const before = visibleIn(RECORDED);
  const chance = chanceOf(3);
  const harmless = rulesOf({ scanner: scannerOf(/NOT-THERE/) });
  for (let round = 0; round < 200; round += 1) {
    const { sent, report } = watch(pieces(Buffer.from(RECORDED), chance, 60), harmless);
    assert.deepEqual(visibleIn(sent), before);
    assert.ok(sent.includes(THINKING));
    assert.deepEqual([report.usage, report.complete, report.hits], [USAGE, true, []]);
  }
});

test("a count of cache writes without its split keeps the split that is known", () => {
  const sum = messageDelta("end_turn").replace('"output_tokens"', '"cache_creation_input_tokens":7,"output_tokens"');
  assert.deepEqual(watch([START + sum + STOP], rulesOf()).report.usage, USAGE);
  const bare = START.replace(/"cache_creation":\{.*?\},/, "");
  const expected = { ...USAGE, cacheWrite: 7, cacheWrite1h: 0 };
  assert.deepEqual(watch([bare + sum + STOP], rulesOf()).report.usage, expected);
  const wrong = START.replace('"output_tokens":1', '"output_tokens":-1').replace(
    '"input_tokens":12',
    '"input_tokens":"12"',
  );
  assert.deepEqual(watch([wrong + STOP], rulesOf()).report.usage, { ...USAGE, input: 0, output: 0 });
});

test("a call that is not granted becomes text in its place", () => {
  const rules = rulesOf({ granted: (tool) => tool !== "Bash" });
  const { sent, report } = watch([RECORDED], rules);
  const { content, stop } = visibleIn(sent);
  assert.deepEqual(content[2], { type: "text", text: "[Bash is not granted]" });
  assert.deepEqual(content[3], { type: "tool_use", id: "toolu_3", name: "mcp__github__get_issue", input: { n: 1 } });
  assert.equal(stop, "tool_use");
  assert.ok(!sent.includes("ls"));
  assert.deepEqual(report.toolUses, [
    { name: "Bash", granted: false, id: null, withheld: { reason: "tool", origin: LINE }, observed: null },
    { name: "client-mcp:github/get_issue", granted: true, id: "toolu_3", withheld: null, observed: null },
  ]);
});

test("when no call is left the answer does not say that it waits for one", () => {
  const { sent, report } = watch([RECORDED], rulesOf({ granted: () => false }));
  const { content, stop } = visibleIn(sent);
  assert.equal(stop, "end_turn");
  assert.deepEqual(
    content.map(({ type }) => type),
    ["thinking", "text", "text", "text", "hologram"],
  );
  assert.deepEqual([report.usage, report.complete], [USAGE, true]);
  const other = answer(callBlock(0, "Bash", "{}")).replace("end_turn", "max_tokens");
  assert.equal(visibleIn(watch([other], rulesOf({ granted: () => false })).sent).stop, "max_tokens");
});

test("names that hide what they are are never granted by their looks", () => {
  const asked: string[] = [];
  const rules = rulesOf({ granted: (tool) => asked.push(tool) < 0 });
  watch([answer(callBlock(0, "server:web_search", "{}"), callBlock(1, "mcp__x", "{}"))], rules);
  assert.deepEqual(asked, ["unknown:server:web_search", "unknown:mcp__x"]);
});

test("text is redacted however it is split over deltas", () => {
  const text = 'badge EMP-123456, and "EMP-654321" end';
  for (let from = 0; from <= text.length; from += 1) {
    for (let to = from; to <= text.length; to += 1) {
      const stream = answer(textBlock(0, text.slice(0, from), text.slice(from, to), text.slice(to)));
      const { sent, report } = watch([stream], guarded);
      assert.equal(visibleIn(sent).content[0]!.text, 'badge [[10]], and "[[10]]" end', `${from} ${to}`);
      assert.deepEqual(report.hits, [
        { guardrail: 0, pattern: "badge", fate: "ruled", count: 2, values: ["EMP-123456", "EMP-654321"] },
      ]);
      assert.deepEqual(report.scanned, { texts: 1, bytes: text.length, thinking: 0 });
    }
  }
});

test("a pair of surrogates may come in two deltas, with a finding at each side", () => {
  const parts = ["EMP-111111", "\ud83d", "\ude00", "EMP-222222 x\ud83d", "\ude00"];
  const { sent } = watch([answer(textBlock(0, ...parts))], guarded);
  assert.equal(visibleIn(sent).content[0]!.text, "[[10]]😀[[10]] x😀");
});

test("only the trailing run is held back, and it leaves in its own block", () => {
  const watcher = watchStream(guarded);
  const sent = (text: string): string => Buffer.concat([...watcher.push(Buffer.from(text))]).toString();
  sent(START + blockStart(0, { type: "text", text: "" }));
  const delta = (text: string): string => blockDelta(0, { type: "text_delta", text });
  assert.equal(sent(delta("one two ")), blockStart(0, { type: "text", text: "" }) + delta("one two "));
  assert.equal(sent(delta("three fo")), delta("three "));
  assert.equal(sent(delta("u")), "");
  assert.equal(sent(delta("r five")), delta("four "));
  assert.equal(sent(blockStop(0)), delta("five") + blockStop(0));
});

test("a run without any break is not held for ever", () => {
  const watcher = watchStream(guarded);
  watcher.push(Buffer.from(START + blockStart(0, { type: "text", text: "" })));
  const sent = Buffer.concat([
    ...watcher.push(Buffer.from(blockDelta(0, { type: "text_delta", text: "x".repeat(20_000) }))),
  ]);
  assert.ok(sent.length > 15_000);
});

test("a signed token is redacted whole however long its middle is and however it is split", () => {
  const token = `eyJ${"a".repeat(40)}.eyJ${"b".repeat(3_000)}.${"c".repeat(342)}`;
  const rules = rulesOf({ scanner: scannerOf(/eyJ[a-z]{10,}\.eyJ[a-z]{10,}\.[a-z]{16,}/) });
  for (const size of [1, 7, 500, 4_000]) {
    const parts = `the token ${token} is long`.match(new RegExp(`.{1,${size}}`, "g"))!;
    const { sent } = watch([answer(textBlock(0, ...parts))], rules);
    assert.equal(visibleIn(sent).content[0]!.text, `the token [[${token.length}]] is long`, `in pieces of ${size}`);
  }
});

test("no pair of surrogates is cut in halves where a long run is", () => {
  for (const tail of ["", "x"]) {
    const text = "😀".repeat(5_000) + tail;
    const { sent } = watch([START + textBlock(0, text) + STOP], guarded);
    assert.equal(visibleIn(sent).content[0]!.text, text);
    assert.doesNotMatch(sent, /\\ud/);
  }
});

test("what seems to go on for ever ends the answer, and nothing of it leaves", () => {
  const rules = rulesOf({ scanner: scannerOf(/-----BEGIN KEY-----[A-Z\s]+-----END KEY-----/) });
  const line = `${"A".repeat(250)}\n`;
  const parts = ["see -----BEGIN KEY-----\n", ...Array.from({ length: 300 }, () => line)];
  const { sent, report } = watch([answer(textBlock(0, ...parts))], rules);
  assert.deepEqual(visibleIn(sent), {
    content: [
      { type: "text", text: "see " },
      { type: "text", text: "[badge is too long]" },
    ],
    stop: "end_turn",
    error: null,
  });
  assert.ok(report.stopped);
  // What only looks like a beginning leaves as soon as it cannot be one any more.
  const other = watch([answer(textBlock(0, ...parts.slice(0, 9), "a", "b"))], rules);
  assert.equal(visibleIn(other.sent).content[0]!.text, `${parts.slice(0, 9).join("")}ab`);
});

test("a private key is held from its first line to its last", () => {
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----/;
  const rules = rulesOf({ scanner: scannerOf(key) });
  const lines = Array.from({ length: 20 }, (_, line) => `${String(line).padStart(64, "A")}\n`);
  const parts = [
    "see: -----BEG",
    "IN RSA ",
    "PRIVATE KEY",
    "-----\n",
    ...lines,
    "-----END RSA PRIV",
    "ATE KEY-----",
    "\ndone",
  ];
  const { sent } = watch([answer(textBlock(0, ...parts))], rules);
  assert.match(String(visibleIn(sent).content[0]!.text), /^see: \[\[\d+\]\]\ndone$/);
  const open = ["-----BEGIN CERTIFICATE-----\nabc ", "-----BEGIN nothing ", "at all "];
  const watcher = watchStream(rules);
  const chunks = watcher.push(Buffer.from(START + textBlock(0, ...open).replace(blockStop(0), "")));
  assert.match(Buffer.concat([...chunks]).toString(), /abc .*nothing .*at all /s);
});

test("a call whose input holds what no tool may get is withheld, however it is split", () => {
  const input = JSON.stringify({ command: 'echo EMP-123456\n"x"', list: ["EMP-654321", 1] });
  const chance = chanceOf(11);
  for (let round = 0; round < 300; round += 1) {
    const parts = pieces(Buffer.from(input), chance, 9).map((part) => Buffer.from(part).toString());
    const { sent, report } = watch([START, callBlock(0, "Bash", ...parts), messageDelta("tool_use"), STOP], guarded);
    assert.deepEqual(visibleIn(sent), { content: [{ type: "text", text: SPOILED }], stop: "end_turn", error: null });
    assert.deepEqual(report.hits, [
      { guardrail: 0, pattern: "badge", fate: "withheld", count: 2, values: ["EMP-123456", "EMP-654321"] },
    ]);
    assert.deepEqual(report.toolUses, [{ name: "Bash", granted: true, id: null, withheld: null, observed: null }]);
  }
  const key = watch([answer(callBlock(0, "Bash", '{"EMP-123456":1}'))], guarded);
  assert.deepEqual(visibleIn(key.sent).content, [{ type: "text", text: SPOILED }]);
});

test("input is judged as it will be read, with its escapes undone", () => {
  const { sent } = watch([answer(callBlock(0, "Bash", '{"a":"\\u0045MP-12', "3456 \\", 'u0044ROP-TABL"}'))], guarded);
  assert.deepEqual(visibleIn(sent).content, [{ type: "text", text: SPOILED }]);
  const whole = blockStart(0, { type: "tool_use", id: "t", name: "Bash", input: { a: "EMP-123456" } }) + blockStop(0);
  assert.deepEqual(visibleIn(watch([answer(whole)], guarded).sent).content, [{ type: "text", text: SPOILED }]);
});

test("an untouched call leaves as it came, once it is whole", () => {
  const call = callBlock(0, "Bash", '{"a":', '"b"}');
  const watcher = watchStream(guarded);
  const early = watcher.push(Buffer.from(START + call.slice(0, -blockStop(0).length)));
  assert.equal(Buffer.concat([...early]).toString(), START);
  assert.equal(Buffer.concat([...watcher.push(Buffer.from(blockStop(0)))]).toString(), call);
});

test("input that was cut short is still judged", () => {
  const call = callBlock(0, "Bash", '{"a":"EMP-123456').replace(blockStop(0), "");
  const { sent } = watch([START + call + blockStop(0) + messageDelta("max_tokens") + STOP], guarded);
  assert.ok(!sent.includes("EMP-"));
  assert.ok(sent.includes('{\\"a\\":\\"[[10]]'));
});

test("a sign of life is given while a long call is held or dropped", () => {
  const parts = Array.from({ length: 200 }, () => "1");
  for (const rules of [guarded, rulesOf({ granted: () => false })]) {
    const watcher = watchStream(rules);
    const open = callBlock(0, "Bash", ...parts).slice(0, -blockStop(0).length);
    const sent = Buffer.concat([...watcher.push(Buffer.from(START + open))]).toString();
    assert.equal(sent.split(PING).length - 1, 3);
  }
});

test("a rule that rejects text ends the answer as if it had ended there", () => {
  const text = "fine, then DROP-TABLE users";
  for (let at = 0; at <= text.length; at += 1) {
    const stream = answer(THINKING, textBlock(1, text.slice(0, at), text.slice(at)), textBlock(2, "never seen"));
    const { sent, report } = watch([stream], guarded);
    const { content, stop } = visibleIn(sent);
    assert.deepEqual(content.slice(1), [
      { type: "text", text: "fine, then " },
      { type: "text", text: "[blocked by no-orders]" },
    ]);
    assert.equal(stop, "end_turn");
    assert.ok(sent.endsWith(STOP));
    assert.deepEqual([report.stopped, report.complete], [true, false]);
    assert.deepEqual(
      report.hits.map(({ guardrail, pattern, count }) => [guardrail, pattern, count]),
      [[1, "order", 1]],
    );
    assert.equal(report.scanned.thinking, 1);
    assert.deepEqual({ ...report.usage, output: 0 }, { ...USAGE, output: 0 });
  }
});

test("a rejected block that showed nothing leaves no trace", () => {
  const { sent } = watch([answer(textBlock(0, "DROP-TABLE", " users"))], guarded);
  assert.deepEqual(visibleIn(sent).content, [{ type: "text", text: "[blocked by no-orders]" }]);
  assert.ok(!sent.includes("DROP"));
});

test("a rejected call was never begun", () => {
  const stream = answer(
    textBlock(0, "ok"),
    callBlock(1, "Bash", '{"command":"DROP-', 'TABLE"}'),
    callBlock(2, "Read", "{}"),
  );
  const { sent, report } = watch([stream], guarded);
  assert.deepEqual(visibleIn(sent), {
    content: [
      { type: "text", text: "ok" },
      { type: "text", text: "[blocked by no-orders]" },
    ],
    stop: "end_turn",
    error: null,
  });
  assert.ok(report.stopped);
});

test("after a rule ended the answer nothing more is taken", () => {
  const watcher = watchStream(guarded);
  watcher.push(Buffer.from(START + textBlock(0, "DROP-TABLE x ")));
  assert.ok(watcher.over);
  assert.deepEqual([watcher.push(Buffer.from(STOP)), watcher.end("gone"), watcher.atBoundary], [[], [], false]);
});

test("an answer that breaks off ends in an error, never in its end", () => {
  const whole = Buffer.from(RECORDED);
  for (const rules of [rulesOf(), guarded, rulesOf({ granted: () => false })]) {
    // Without the last two line ends the last event is still whole.
    for (let at = 0; at < whole.length - 3; at += 1) {
      const { sent, report } = watch([whole.subarray(0, at)], rules, "provider `a` broke off");
      assert.ok(!sent.includes("message_stop"), `cut at ${at}`);
      assert.ok(
        sent.endsWith(
          event("error", { type: "error", error: { type: "api_error", message: "provider `a` broke off" } }),
        ),
      );
      assert.deepEqual([report.complete, report.stopped], [false, false]);
    }
  }
  assert.match(watch([START], rulesOf()).sent, /ended too early/);
});

test("a last event without its empty line still counts", () => {
  const { sent, report } = watch([RECORDED.trimEnd()], rulesOf());
  assert.equal(visibleIn(sent).error, null);
  assert.ok(report.complete);
});

test("what was written before a break is counted by its size", () => {
  const long = "word ".repeat(400);
  const { report } = watch([START + textBlock(0, long)], rulesOf());
  assert.ok(
    report.usage !== null && report.usage.output >= 400 && report.usage.output <= 600,
    String(report.usage?.output),
  );
});

test("an error of the provider passes as it came, and is the end", () => {
  const error = event("error", { type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
  const { sent, report } = watch([START + error + textBlock(0, "more") + STOP], guarded);
  assert.equal(sent, START + error);
  assert.equal(report.complete, false);
});

test("nothing follows the end", () => {
  assert.equal(watch([RECORDED + textBlock(9, "more") + STOP], rulesOf()).sent, RECORDED);
});

test("a stream that begins twice, or with content, is an error", () => {
  const twice = visibleIn(watch([START + START + STOP], rulesOf()).sent);
  assert.deepEqual(twice.error, { type: "api_error", message: "the answer from upstream began twice" });
  const filled = START.replace('"content":[]', '"content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]');
  assert.ok(!watch([filled + STOP], rulesOf({ granted: () => false })).sent.includes("tool_use"));
});

test("events that make no sense do no harm", () => {
  const odd = [
    event("content_block_delta", "{not json"),
    event("content_block_delta", { type: "content_block_delta" }),
    event("content_block_stop", { type: "content_block_stop", index: "x" }),
    event("content_block_start", { type: "content_block_start", index: 7 }),
    event("message_delta", { type: "message_delta" }),
    event("ping", "[]"),
    event("x", "null"),
    "data\n\n",
    "nonsense\n\n",
  ];
  for (const rules of [rulesOf(), guarded]) {
    for (const each of odd) assert.ok(watch([START + each + textBlock(0, "hi ") + STOP], rules).report.complete, each);
  }
});

test("a stream with broken bytes gives what can be given, and an end that is true", () => {
  const chance = chanceOf(13);
  const rules = [rulesOf(), guarded, rulesOf({ granted: () => false })];
  for (let round = 0; round < 1_500; round += 1) {
    const bytes = Buffer.from(RECORDED);
    for (let edits = 1 + chance.below(4); edits > 0; edits -= 1) bytes[chance.below(bytes.length)] = chance.below(256);
    const { sent, report } = watch(pieces(bytes, chance, 300), chance.pick(rules));
    assert.equal(sent.includes('"type":"api_error"'), !report.complete && !report.stopped, sent);
  }
});

test("text outside a block, or in an event of another name, is judged all the same", () => {
  const stray = blockDelta(5, { type: "text_delta", text: "EMP-123456 " });
  const spaced = event(
    "content_block_delta",
    '{ "index":0, "delta":{"text":"EMP-123456 ","type":"text_delta"}, "type":"content_block_delta"}',
  );
  const renamed = event("other", {
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: "EMP-123456 " },
  });
  for (const each of [stray, spaced, renamed]) {
    const open = START + blockStart(0, { type: "text", text: "" });
    assert.ok(!watch([open + each + blockStop(0) + STOP], guarded).sent.includes("EMP-"), each);
  }
  const begun = blockStart(0, { type: "text", text: "EMP-123456 " }) + blockStop(0);
  assert.equal(visibleIn(watch([answer(begun)], guarded).sent).content[0]!.text, "[[10]] ");
});

test("whole-text and streamed search find the same, for random texts and splits", () => {
  const words = [
    "EMP-123456",
    "EMP-12345",
    "xEMP-000000",
    "a",
    " ",
    "\n",
    "😀",
    '"',
    "(",
    ";",
    "-",
    "é",
    "EMP-",
    "777777",
  ];
  for (const [seed, pattern] of [/EMP-\d{6}/, /\bEMP-\d{6}\b/, /\bEMP-[\d-]{6,}/].entries()) {
    const chance = chanceOf(seed);
    const rules = rulesOf({ scanner: scannerOf(pattern) });
    for (let round = 0; round < 1_000; round += 1) {
      const text = Array.from({ length: 1 + chance.below(30) }, () => chance.pick(words)).join("");
      const parts: string[] = [];
      for (let at = 0; at < text.length; at += parts.at(-1)!.length)
        parts.push(text.slice(at, at + 1 + chance.below(8)));
      const { sent, report } = watch([answer(textBlock(0, ...parts))], rules);
      const found = [...text.matchAll(new RegExp(pattern, "g"))];
      const expected = text.replaceAll(new RegExp(pattern, "g"), (value) => `[[${value.length}]]`);
      assert.equal(visibleIn(sent).content[0]!.text, expected, JSON.stringify(parts));
      assert.equal(report.hits[0]?.count ?? 0, found.length);
    }
  }
});

test("a call that only some readers would see is seen here, or nobody sees it", () => {
  const call =
    '"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"Bash","input":{}}';
  const rules = rulesOf({ granted: (tool) => tool !== "Bash" });
  const disguises = [
    `event: content_block_delta\ndata: {"type":"content_block_delta",${call}}\n\n`,
    `event: content_block_delta\ndata: {"type":"content_block_delta"\ndata: ,${call}}\n\n`,
    `event: x\rdata: {${call}}\r\revent: ping\ndata: {"type":"ping"}\n\n`,
    `event: x\n\ufeffdata: {${call}}\n\n`,
  ];
  for (const disguise of disguises) {
    for (const chunks of [
      [START, disguise, messageDelta("tool_use"), STOP],
      [START + disguise],
      [START, disguise.slice(0, -2)],
    ]) {
      assert.ok(!watch(chunks, rules).sent.includes('"tool_use"'), disguise);
    }
  }
});

test("nothing is to come any more once an answer has ended, well or badly", () => {
  for (const last of [STOP, event("error", { type: "error", error: { type: "api_error", message: "x" } }), START]) {
    const watcher = watchStream(rulesOf());
    watcher.push(Buffer.from(START));
    assert.ok(!watcher.over);
    watcher.push(Buffer.from(last));
    assert.ok(watcher.over, last);
  }
});

test("what goes on in the next text block is hidden there", () => {
  const { sent } = watch(
    [answer(textBlock(0, "id EMP-12"), textBlock(1, "3456", " ok"), textBlock(2, "EMP-"))],
    guarded,
  );
  assert.deepEqual(
    visibleIn(sent).content.map(({ text }) => text),
    ["id EMP-12", "[[10]] ok", "EMP-"],
  );
  const apart = watch([answer(textBlock(0, "id EMP-12"), callBlock(1, "Read", "{}"), textBlock(2, "3456"))], guarded);
  assert.equal(visibleIn(apart.sent).content[2]!.text, "3456");
});
