/** Guarded content in requests: found in decoded text, redacted in bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessages } from "../../../src/wire/anthropic/read.ts";
import { splice } from "../../../src/wire/splice.ts";
import { redactTexts, scanTexts } from "./redact.ts";
import { scannerOf } from "./scanner.ts";

const PATTERN = /EMP-\d{6}/;

function requestOf(body: unknown) {
  const request = readMessages(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));
  assert.ok(request.kind === "messages", request.kind === "malformed" ? request.message : "");
  return request;
}

const bodyOf = (content: unknown) => ({ model: "m", max_tokens: 1, messages: [{ role: "user", content }] });

function redacted(body: unknown, replacement = "[[x]]"): string {
  const request = requestOf(body);
  const findings = scanTexts(request, () => scannerOf(PATTERN));
  return Buffer.from(
    splice(
      request.body,
      redactTexts(request, findings, () => replacement),
    ),
  ).toString();
}

test("every place has its own scanner", () => {
  const result = { type: "tool_result", tool_use_id: "t", content: "EMP-111111" };
  const request = requestOf({ ...bodyOf([{ type: "text", text: "EMP-222222" }, result]), system: "EMP-333333" });
  const found = (place: string) =>
    scanTexts(request, (each) => (each === place ? scannerOf(PATTERN) : null)).map(({ value }) => value);
  assert.deepEqual(found("user"), ["EMP-222222"]);
  assert.deepEqual(found("tool-result"), ["EMP-111111"]);
  assert.deepEqual(found("system"), ["EMP-333333"]);
  assert.deepEqual(found("document"), []);
});

test("a text without a trace is looked over once and never decoded", () => {
  const scanner = scannerOf(PATTERN);
  assert.deepEqual(
    scanTexts(
      requestOf(
        bodyOf([
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ]),
      ),
      () => scanner,
    ),
    [],
  );
  assert.equal(scanner.scans, 2);
});

test("bytes outside a finding stay as they came", () => {
  const body =
    '{ "model":"m", "max_tokens" : 1,\n"x":1.0e0, "messages":[{"role":"user","content":"\\u00e9 \\/ EMP-123456\\tEMP-654321 é"}] }';
  assert.equal(redacted(body), body.replace("EMP-123456", "[[x]]").replace("EMP-654321", "[[x]]"));
});

test("escaped and split spellings are found, and the whole of them goes", () => {
  const body = (text: string): string =>
    `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"${text}"}]}`;
  assert.equal(redacted(body("😀 \\u0045MP-12345\\u0036 \\ud83d\\ude00")), body("😀 [[x]] \\ud83d\\ude00"));
  assert.equal(redacted(body("EMP-123456"), 'a "quoted"\nline'), body('a \\"quoted\\"\\nline'));
});

test("keys and names are never redacted", () => {
  const call = { type: "tool_use", id: "EMP-123456", name: "EMP-123456", input: { "EMP-123456": "EMP-123456" } };
  const request = { ...bodyOf("x"), messages: [{ role: "assistant", content: [call] }] };
  const expected = { ...call, input: { "EMP-123456": "[[x]]" } };
  assert.deepEqual(JSON.parse(redacted(request)).messages[0].content[0], expected);
});
