/** What `gw policy diff` says, as people and pull requests read it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { suite, test } from "node:test";
import { diff } from "../../src/analysis/diff.ts";
import { diffMarkdown } from "../../src/cli/diff-markdown.ts";
import { diffText } from "../../src/cli/diff-text.ts";
import type { Told } from "../../src/cli/diff-words.ts";
import { filesOf, sideOf } from "../analysis/sides.ts";

const DASHES = `${"-".repeat(80)}\n`;
const FOLDER = new URL("./golden/diff/", import.meta.url);
const AT = Date.parse("2026-11-23T00:00Z");

const plain = { write: () => {}, style: (_: string, text: string) => text, closed: false, interactive: false };

/** Files of the case belong to `old`, `new` or `both`. */
function tell(input: string): Told {
  const of = (side: string) =>
    filesOf(input)
      .filter(({ path }) => path.startsWith(`${side}/`) || path.startsWith("both/"))
      .map(({ path, text }) => ({ path: path.slice(path.indexOf("/") + 1), text }));
  const found = diff(sideOf(of("old")), sideOf(of("new")), AT);
  assert.ok(found !== null);
  const named = (name: string) => ({ name, dir: "policy", revision: "0123456789ab" });
  const packs = [...new Set(Array.from(input.matchAll(/^use (\S+) from builtin/gm), ([, name]) => name!))].sort();
  const builtins = packs.length === 0 ? null : { version: "0.0.0", packs };
  return { diff: found, old: named("main"), new: named("HEAD"), broken: [], builtins };
}

suite("gw policy diff says", () => {
  for (const name of readdirSync(FOLDER).sort()) {
    test(name.replace(/\.txt$/, ""), () => {
      const file = new URL(name, FOLDER);
      const [input = "", expected = ""] = readFileSync(file, "utf8").split(DASHES);
      const told = tell(input);
      const actual = name.endsWith(".md.txt") ? diffMarkdown(told) : diffText(told, plain);
      if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, input + DASHES + actual);
      else assert.equal(actual, expected);
    });
  }
});
