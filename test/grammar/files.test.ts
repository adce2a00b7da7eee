/** The files of `grammar/` that come from the parser are those that it would write now. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { grammarFiles } from "../../.ci/grammar/files.ts";
import { productions } from "../../.ci/grammar/productions.ts";

for (const [name, text] of grammarFiles()) {
  test(`grammar/${name} is what \`npm run grammar\` writes`, () => {
    assert.equal(readFileSync(new URL(`../../grammar/${name}`, import.meta.url), "utf8"), text);
  });
}

test("the railroad page needs nothing but itself, and every link in it leads somewhere", () => {
  const page = grammarFiles().get("railroad.html")!;
  assert.doesNotMatch(page, /<(?:script|link|img|iframe)\b|url\(|@import|https?:/);
  const ids = new Set(Array.from(page.matchAll(/ id="([^"]+)"/g), (found) => found[1]));
  const links = Array.from(page.matchAll(/href="#([^"]+)"/g), (found) => found[1]);
  assert.ok(links.length > 100);
  for (const link of links) assert.ok(ids.has(link), `#${link} is nowhere`);
  for (const { rule } of productions()) assert.ok(ids.has(rule), rule);
});
