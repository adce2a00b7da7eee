import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { quickLines } from "../../src/cli/quick-lines.ts";

const dir = mkdtempSync(join(tmpdir(), "sallyport-lines-"));
after(() => rmSync(dir, { recursive: true }));

function linesOf(text: string): string[] {
  const path = join(dir, "lines");
  writeFileSync(path, text);
  assert.equal(readFileSync(path, "utf8"), text);
  return Array.from(quickLines(path), (line) => line.toString("utf8"));
}

test("lines come whole, whatever they are cut by and however long they are", () => {
  assert.deepEqual(linesOf(""), []);
  assert.deepEqual(linesOf("\n"), [""]);
  assert.deepEqual(linesOf("a\n\nb"), ["a", "", "b"]);
  const long = "é".repeat(1_500_000);
  assert.deepEqual(linesOf(`${long}\nshort\n${long}`), [long, "short", long]);
  const many = Array.from({ length: 40_000 }, (_, i) => `${i} ${"x".repeat(i % 97)}`);
  assert.deepEqual(linesOf(`${many.join("\n")}\n`), many);
});
