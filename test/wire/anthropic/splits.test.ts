/** Whatever a search of the whole text finds is found in a stream of it, however the stream is split. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../../src/decision/compile.ts";
import { createGrowth } from "../../../src/decision/growing.ts";
import { createScanner } from "../../../src/decision/scanner.ts";
import { parse } from "../../../src/language/parse.ts";
import { resolve } from "../../../src/model/resolve.ts";
import { rewriteDocument } from "../../../src/wire/anthropic/document.ts";
import { type Chance, chanceOf, pieces } from "../chance.ts";
import { messageDelta, rulesOf, START, STOP, textBlock, visibleIn, watch } from "./answers.ts";

/** Values with breaks inside, behind long words, before more words, in either engine, and those that end with the text. */
const POLICY = String.raw`language 1
org acme {
  guard values, orders
}
guardrail values {
  on response
  match /\bTOK-[A-Z0-9]{8}\b/, /\b\d{4} \d{4} \d{4} \d{4}\b/, /pass(?:word|phrase)?\s{0,3}[=:]\s{0,3}"([^"\n]{4,60})"/i
  match /-----BEGIN KEY-----[A-Za-z\s]+(?:-----END KEY-----)?/, /\beyJ[a-z]{4,}\.eyJ[a-z]+\.[a-z]+/
  match /code ([0-9]{6}) is (?:your|the) code/, /(?:é|ü)ber ?geheim/, /id\s{1,9}is\s{1,9}([a-z]{1,9}\d)(?:[ ,][a-z]{1,9}\d){0,3}/
  action redact
}
guardrail orders {
  on response
  match /\bDROP\s+TABLE\s+\w+/
  action reject "ask a human"
}
`;
const { tree } = parse({ path: "a.policy", text: POLICY });
const { model, diagnostics } = resolve([tree], new Map());
assert.ok(model !== null, JSON.stringify(diagnostics));
const { table } = compile(model, { id: "r", content: "0".repeat(64), commit: null });
const guards = table!.guardrails.map((_, index) => index);
const rules = rulesOf({
  scanner: createScanner(table!, guards, "response"),
  growth: createGrowth(table!, guards, "response"),
  verdict: ({ guardrail }, value) =>
    guardrail === 0
      ? { kind: "redact", replacement: `[[${value.length}]]`, restore: false }
      : { kind: "reject", message: "[no]" },
});

const lower = (chance: Chance, length: number): string =>
  Array.from({ length }, () => chance.pick([..."abcdefgh"])).join("");

/** A piece of an answer: values, beginnings of values, and what stands around them. */
function piece(chance: Chance): string {
  const pick = chance.below(22);
  if (pick === 0) return "TOK-ABCD1234";
  if (pick === 1) return "1234 5678 9012 3456";
  if (pick === 2) return 'password = "two words here"';
  if (pick === 3) return 'passphrase: "x';
  if (pick === 4) return `-----BEGIN KEY-----\n${lower(chance, 30)}\n${lower(chance, 30)}\n-----END KEY-----`;
  if (pick === 5) return `-----BEGIN KEY-----\n${lower(chance, 10)}`;
  if (pick === 6) return `eyJ${lower(chance, 12)}.eyJ${lower(chance, 9)}.${lower(chance, 5)}`;
  if (pick === 7) return "code 123456 is your code";
  if (pick === 8) return "code 123456 is your";
  if (pick === 9) return chance.pick(["über geheim", "éber", "übergeheim"]);
  if (pick === 10) return chance.pick(["id is abc1,def2 x3", "id is", "id  is no1"]);
  if (pick === 11) return chance.below(4) === 0 ? "DROP  TABLE users" : "DROP TAB";
  if (pick === 12) return chance.pick(["1234 5678 9012", "1234", "TOK-", "eyJabcd.", "-----BEGIN", "😀"]);
  return chance.pick([" ", "\n", ", ", '"', "(", lower(chance, 1 + chance.below(9)), " ", "."]);
}

function streamed(text: string, chance: Chance, longest: number) {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += parts.at(-1)!.length) {
    parts.push(text.slice(at, at + 1 + chance.below(longest)));
  }
  const stream = Buffer.from(START + textBlock(0, ...parts) + messageDelta("end_turn") + STOP);
  const { sent, report } = watch(pieces(stream, chance, 400), rules);
  return { visible: visibleIn(sent).content, hits: report.hits, parts };
}

function whole(text: string) {
  const document = JSON.stringify({ type: "message", content: [{ type: "text", text }], usage: {} });
  const { body, report } = rewriteDocument(Buffer.from(document), rules);
  return { visible: JSON.parse(Buffer.from(body).toString()).content, hits: report.hits };
}

test("random answers, split anywhere", () => {
  const chance = chanceOf(77);
  let found = 0;
  for (let round = 0; round < 3_000; round += 1) {
    const text = Array.from({ length: 1 + chance.below(14) }, () => piece(chance)).join(chance.pick(["", " ", ""]));
    const expected = whole(text);
    found += expected.hits.length;
    const got = streamed(text, chance, chance.pick([1, 4, 12, 60]));
    assert.deepEqual(got.visible, expected.visible, JSON.stringify(got.parts));
    assert.deepEqual(got.hits, expected.hits);
  }
  assert.ok(found > 2_000);
});

test("tokens and keys of many thousand letters, split anywhere", () => {
  const chance = chanceOf(78);
  for (const size of [900, 5_000, 9_000, 15_000, 20_000]) {
    const key = `-----BEGIN KEY-----\n${lower(chance, Math.min(size, 19_000)).replace(/.{64}/g, "$&\n")}\n-----END KEY-----`;
    const token = `eyJ${lower(chance, size)}.eyJ${lower(chance, size)}.${lower(chance, size)}`;
    for (const text of [
      `a ${token} b`,
      `x${token}`,
      `see ${key}\nand more`,
      `${token}.${key}`,
      `"${lower(chance, size)}"`,
    ]) {
      const got = streamed(text, chance, chance.pick([40, 400, 4_000]));
      assert.deepEqual(got.visible, whole(text).visible, `${size} ${text.slice(0, 20)}`);
    }
  }
});

test("little is held back on prose and code", () => {
  const text = `const handler = async (request: Request) => {
    // The passphrase is read once: "open", then it is kept; the code of the caller is not.
    const { id, codes } = await load(request.url, { retries: 3 });
    return codes.map((code) => \`\${id}-\${code}\`).join(", ");
  };
  It is 1234 lines long, and id is what tells callers apart, as in the table that we drop every night. `.repeat(4);
  const watched = [...text].map((letter) => letter);
  let held = 0;
  let gone = "";
  const watcher = START + textBlock(0, "").split("event: content_block_stop")[0]!;
  const chunks = [watcher, ...watched.map((letter) => textBlock(0, letter).split("\n\n")[1]!.concat("\n\n"))];
  let sent = 0;
  for (const [at] of watched.entries()) {
    if (at % 40 !== 0) continue;
    gone = textOf(watch([chunks.slice(0, at + 2).join("")], rules, "cut").sent);
    held += at + 1 - gone.length;
    sent += 1;
  }
  assert.ok(gone.length > 0);
  assert.ok(sent > 30 && held / sent <= 10, String(held / sent));
});

function textOf(stream: string): string {
  return [...stream.matchAll(/"text_delta","text":("(?:[^"\\]|\\.)*")/g)]
    .map((match) => JSON.parse(match[1]!))
    .join("");
}
