/** The pack of secrets on the wire: whichever way a secret goes, the same of it is hidden. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "../../../src/decision/compile.ts";
import { createGrowth } from "../../../src/decision/growing.ts";
import type { Hit } from "../../../src/decision/scan.ts";
import { createScanner } from "../../../src/decision/scanner.ts";
import { parse } from "../../../src/language/parse.ts";
import type { Stage } from "../../../src/language/tree.ts";
import { resolve } from "../../../src/model/resolve.ts";
import { readBuiltins } from "../../../src/revision/packs.ts";
import { rewriteDocument } from "../../../src/wire/anthropic/document.ts";
import { readMessages } from "../../../src/wire/anthropic/read.ts";
import { splice } from "../../../src/wire/splice.ts";
import { messageDelta, rulesOf, START, STOP, textBlock, visibleIn, watch } from "./answers.ts";
import { redactTexts, scanTexts } from "./redact.ts";

const POLICY = `language 1
use secrets from builtin
org acme {
  guard secrets
}
guardrail secrets {
  on request, response
  in user
  match @secrets
  action redact
}
`;
/** What a secret may stand between. */
const PLACES = [
  ["", ""],
  ["see ", " ok"],
  ["x\n", "\nmore text, and (more)"],
  ['{"a":"', '"}'],
  ["é漢", "😀"],
] as const;

const pack = (await readBuiltins()).get("secrets")!;
const { tree } = parse({ path: "a.policy", text: POLICY });
const { model } = resolve([tree], new Map([["secrets", parse(pack).tree]]));
const { table } = compile(model!, { id: "r", content: "0".repeat(64), commit: null });
const scannerAt = (stage: Stage) => createScanner(table!, [0], stage)!;
const mark = ({ pattern }: Hit, value: string): string => `[[${pattern}:${value.length}]]`;
const rules = rulesOf({
  scanner: scannerAt("response"),
  growth: createGrowth(table!, [0], "response"),
  verdict: (hit, value) => ({ kind: "redact", replacement: mark(hit, value), restore: false }),
});
const secrets = parse(pack).tree.declarations.flatMap((declaration) =>
  declaration.kind === "pattern" ? declaration.hits.map(({ text }) => text) : [],
);

/** The text as a request leaves, its string spelled as given. */
function asked(spelled: string): string {
  const body = `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":${spelled}}]}`;
  const request = readMessages(Buffer.from(body));
  assert.ok(request.kind === "messages");
  const found = scanTexts(request, () => scannerAt("request"));
  const edits = redactTexts(request, found, ({ hit, value }) => mark(hit, value));
  return JSON.parse(Buffer.from(splice(request.body, edits)).toString()).messages[0].content;
}

function answered(text: string): string {
  const document = JSON.stringify({ type: "message", content: [{ type: "text", text }], usage: {} });
  return JSON.parse(Buffer.from(rewriteDocument(Buffer.from(document), rules).body).toString()).content[0].text;
}

function streamed(text: string, size: number): unknown {
  const parts = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
  const { sent } = watch([START + textBlock(0, ...parts) + messageDelta("end_turn") + STOP], rules);
  return visibleIn(sent).content[0]!.text;
}

test("every example of the pack is hidden alike in a request, in an answer and in every stream", () => {
  assert.ok(secrets.length > 30);
  for (const secret of secrets) {
    for (const [before, after] of PLACES) {
      const text = before + secret + after;
      const hidden = answered(text);
      assert.ok(hidden.includes("[[secrets."), text);
      assert.equal(asked(JSON.stringify(text)), hidden);
      assert.equal(asked(JSON.stringify(text).replaceAll("/", "\\/")), hidden);
      assert.equal(asked(`"${[...text].map(escaped).join("")}"`), hidden);
      for (const size of [1, 3, 10, 64]) assert.equal(streamed(text, size), hidden, `in pieces of ${size}`);
    }
  }
});

function escaped(letter: string): string {
  return Array.from(
    { length: letter.length },
    (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}
