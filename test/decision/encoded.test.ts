import assert from "node:assert/strict";
import { test } from "node:test";
import { unpack } from "../../src/decision/encoded.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import { ENCODINGS } from "../../src/language/tree.ts";
import { modelOf } from "../model/policies.ts";
import { chanceOf } from "../wire/chance.ts";
import { tableOf } from "./models.ts";

const PLAIN = "the badge EMP-123456 opens the door of the machine room";
const BASE64 = Buffer.from(PLAIN).toString("base64");
const HEX = Buffer.from(PLAIN).toString("hex");
const PERCENT = encodeURIComponent(PLAIN);

function scannerWith(parts: string) {
  const text = `language 1
org acme { guard badges, loud }
guardrail badges { on request match /\\bEMP-\\d{6}\\b/ ${parts} }
guardrail loud { on request match /machine room/ action flag }
`;
  const scanner = createScanner(tableOf(modelOf([{ path: "acme.policy", text }], new Map())), [0, 1], "request");
  assert.ok(scanner !== null);
  return scanner;
}

/** What a scanner finds. */
function found(scanner: ReturnType<typeof scannerWith>, text: string): string[] {
  return scanner.scan(text).map(({ start, end, pattern }) => `${pattern}: ${text.slice(start, end)}`);
}

test("each form is undone where it is asked for, and what hides a finding is a finding as a whole", () => {
  const all = scannerWith("decode base64, percent, hex action redact");
  assert.deepEqual(found(all, `x ${BASE64} y`), [`badges: ${BASE64}`]);
  assert.deepEqual(found(all, `{"token": "${HEX}"}`), [`badges: ${HEX}`]);
  assert.deepEqual(found(all, `GET /?q=${PERCENT}&x=1`), [`badges: ${PERCENT}`]);
  const hex = scannerWith("decode hex action redact");
  assert.deepEqual(found(hex, `x ${BASE64} y ${HEX}`), [`badges: ${HEX}`]);
  assert.deepEqual(found(scannerWith("action redact"), `${BASE64} ${HEX}`), []);
});

test("a finding in plain text and a hidden one stand beside each other", () => {
  const scanner = scannerWith("decode base64 action redact");
  assert.deepEqual(found(scanner, `EMP-999999 and ${BASE64}`), ["badges: EMP-999999", `badges: ${BASE64}`]);
});

test("a wrapped block is one run, with its padding", () => {
  const long = Buffer.from(`${"lorem ipsum ".repeat(6)} ${PLAIN}!!`).toString("base64");
  const wrapped = long.replace(/.{64}/g, "$&\n");
  assert.match(wrapped, /=$/);
  assert.deepEqual(found(scannerWith("decode base64 action redact"), `-- ${wrapped} --`), [`badges: ${wrapped}`]);
});

test("hidden twice is not looked for, nor is what is too short", () => {
  const scanner = scannerWith("decode base64, percent, hex action redact");
  assert.deepEqual(found(scanner, Buffer.from(BASE64).toString("base64")), []);
  assert.deepEqual(found(scanner, Buffer.from("EMP-123456").toString("base64")), []);
});

test("hashes, pictures, paths and words give no text", () => {
  const chance = chanceOf(7);
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => chance.below(256)));
  const texts = [
    bytes(32).toString("hex"),
    bytes(3000).toString("base64"),
    "/usr/local/lib/node_modules/typescript/lib/lib_dom_iterable",
    "aVeryLongIdentifierThatGoesOnAndOnAndOnWithoutEnd",
    "%zz".repeat(20),
  ];
  for (const text of texts) for (const form of ENCODINGS) assert.deepEqual(unpack(text, form), [], `${form} ${text}`);
});
