import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { wholeLines } from "../../src/cli/whole-lines.ts";

const dir = mkdtempSync(join(tmpdir(), "sallyport-lines-"));
after(() => rmSync(dir, { recursive: true }));

function piecesOf(text: string): string[] {
  const path = join(dir, "lines");
  writeFileSync(path, text);
  const pieces = Array.from(wholeLines(path), (piece) => piece.toString("utf8"));
  assert.equal(pieces.join(""), text);
  for (const piece of pieces.slice(0, -1)) assert.ok(piece.endsWith("\n"));
  return pieces;
}

test("pieces are whole lines, whatever they are cut by and however long they are", () => {
  assert.deepEqual(piecesOf(""), []);
  assert.deepEqual(piecesOf("\n"), ["\n"]);
  assert.deepEqual(piecesOf("a\n\nb"), ["a\n\n", "b"]);
  const long = "é".repeat(1_500_000);
  piecesOf(`${long}\nshort\n${long}`);
  const many = Array.from({ length: 40_000 }, (_, i) => `${i} ${"x".repeat(i % 97)}`);
  assert.ok(piecesOf(`${many.join("\n")}\n`).length > 1);
});
