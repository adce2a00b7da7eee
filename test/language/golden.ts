/**
 * Golden cases: one readable file each, the input, a line of dashes, the expected output. With `UPDATE_GOLDEN=1` in the
 * environment the expected half is rewritten, to be read in the diff.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

const DASHES = `${"-".repeat(80)}\n`;

/** One case: its name and its input. */
export interface Case {
  readonly name: string;
  readonly input: string;
}

/** The cases of a folder of `test/language/golden`. */
export function goldenCases(folder: string): (Case & { readonly expected: string; readonly file: URL })[] {
  const base = new URL(`./golden/${folder}/`, import.meta.url);
  const names = readdirSync(base).sort();
  assert.ok(names.length > 0, `no golden cases in ${folder}`);
  return names.map((name) => {
    const file = new URL(name, base);
    const [input = "", expected = ""] = readFileSync(file, "utf8").split(DASHES);
    return { name: name.replace(/\.txt$/, ""), input, expected, file };
  });
}

/** One test for each case of a folder: the input gives the expected output. */
export function testGolden(folder: string, output: (golden: Case) => string): void {
  for (const golden of goldenCases(folder)) {
    test(`${folder}: ${golden.name}`, () => {
      const actual = output(golden);
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(golden.file, golden.input + DASHES + actual);
      else assert.equal(actual, golden.expected);
    });
  }
}
