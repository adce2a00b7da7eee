import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/language/parse.ts";
import type { Tree } from "../../src/language/tree.ts";
import { gather } from "../../src/model/declared.ts";
import { swapTree } from "../../src/model/swap.ts";
import { shippedPacks } from "./policies.ts";

const OTHER = tree("other.policy", "team ops {\n}\n\ntools look {\n  Read\n}\n");
const TEXT = `use secrets from builtin

org acme {
  guard g
}

team eng {
  allow tools @look
}

key dana in eng {
  owner "dana"
}

provider p {
  kind simulated
}

models m {
  claude-*
}

tools t {
  Read
}

pattern n {
  match /a/
}

guardrail g {
  match n
}

audit {
  keep 4 days
}

test "one" for team eng {
  can use tools Read
}

invariant "two" {
  never allow tools Bash to team eng
}

delegate "a/**" to team eng

team ops {
  allow models m
}
`;

function tree(path: string, text: string): Tree {
  return parse({ path, text: `language 1\n\n${text}` }).tree;
}

/** Swaps an edited file in, and compares with gathering everything anew. */
function assertSame(edited: string): void {
  const packs = shippedPacks();
  const old = tree("own.policy", TEXT);
  const now = tree("own.policy", edited);
  assert.notEqual(edited, TEXT);
  assert.deepEqual(swapTree(gather([OTHER, old], packs), old, now), gather([OTHER, now], packs));
}

test("an edit inside of any declaration gives what gathering everything gives", () => {
  const inside = TEXT.split("\n").flatMap((line, index) => (line.startsWith("  ") ? [index] : []));
  assert.ok(inside.length >= 12);
  for (const index of inside) assertSame(TEXT.split("\n").toSpliced(index, 0, "  # a remark", "").join("\n"));
  assertSame(TEXT.replace("allow tools @look", "deny tools Bash, @look\n  limit requests 5/min"));
  assertSame(TEXT.replace("match /a/", "match /b/\n  match /c/").replace("  Read", "  Grep"));
  assertSame(TEXT.replace("  allow models m\n", ""));
  assertSame(`# first\n${TEXT}`);
});

test("other names, or the same in another order, have to be gathered", () => {
  const old = tree("own.policy", TEXT);
  for (const edited of [
    TEXT.replace("team eng {", "team engineering {"),
    TEXT.replace("key dana", "key erik"),
    TEXT.replace("tools t {", "tools tt {"),
    `${TEXT}\nteam more {\n}\n`,
    TEXT.replace(/^audit \{\n.*\n\}\n/m, ""),
    TEXT.replace("team eng {", "tem eng {"),
    TEXT.replace("tools t {\n  Read", "models t {\n  Read"),
  ]) {
    assert.notEqual(edited, TEXT);
    assert.equal(swapTree(gather([OTHER, old], new Map()), old, tree("own.policy", edited)), null);
  }
});
