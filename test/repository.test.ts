/** The repository as a newcomer meets it: links lead somewhere, and nothing speaks of the place where it was made. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { print } from "../src/language/print.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((name) => name !== "" && existsSync(join(root, name)));
const TEXT = /\.(?:ts|js|md|policy|json|yml|txt|case|golden|ebnf|html)$|^\.ci\/run$/;

test("the top level holds what it should, and no more", () => {
  const top = new Set(files.map((name) => name.split("/")[0] ?? ""));
  const visible = [...top].filter((name) => !name.startsWith(".")).sort();
  assert.deepEqual(visible, [
    "LICENSE",
    "README.md",
    "examples",
    "grammar",
    "package-lock.json",
    "package.json",
    "policy",
    "src",
    "test",
    "tsconfig.json",
  ]);
});

test("every relative link in a page leads to a file", () => {
  const dead: string[] = [];
  for (const name of files.filter((file) => file.endsWith(".md"))) {
    for (const [, target] of readFileSync(join(root, name), "utf8").matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (target === undefined || /^[a-z]+:/.test(target)) continue;
      if (!existsSync(join(root, dirname(name), target))) dead.push(`${name}: ${target}`);
    }
  }
  assert.deepEqual(dead, []);
});

test("every piece of policy on the first page is in canonical form", () => {
  const page = readFileSync(join(root, "README.md"), "utf8");
  const pieces = Array.from(page.matchAll(/^```policy\n(.*?)^```$/gms), ([, text]) => `language 1\n\n${text}`);
  assert.ok(pieces.length >= 2);
  for (const text of pieces) assert.deepEqual(print({ path: "README.md", text }), { text });
});

test("no file names a path of a machine or the host of a registry", () => {
  const wrong: string[] = [];
  const foreign = new RegExp(
    ["/(?:wo", "rk|ro", "ot|home/\\w+)/\\w|registry\\.np", "mjs|deb\\.deb", "ian\\.org"].join(""),
  );
  for (const name of files.filter((file) => TEXT.test(file))) {
    const line = readFileSync(join(root, name), "utf8")
      .split("\n")
      .findIndex((text) => foreign.test(text));
    if (line >= 0) wrong.push(`${name}:${line + 1}`);
  }
  assert.deepEqual(wrong, []);
});

test("every npm script that a page names is there", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of files.filter((file) => file.endsWith(".md") || file.endsWith(".yml"))) {
    for (const [, script] of readFileSync(join(root, name), "utf8").matchAll(/npm run ([\w:-]+)/g)) {
      assert.ok(script !== undefined && script in scripts, `${name} names npm run ${script}`);
    }
  }
});
