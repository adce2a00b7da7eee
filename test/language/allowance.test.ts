import assert from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../src/language/parse.ts";
import { print } from "../../src/language/print.ts";
import { endOf } from "../../src/language/tokens.ts";
import { chanceOf } from "../wire/chance.ts";
import { withComments, writePolicy } from "./writer.ts";

/** Each allowance with the first and the last word of what it speaks for. */
function spoken(text: string): string[] {
  const { tree, tokens } = read({ path: "x.policy", text });
  return tree.allowances.map(({ code, reason, over }) => {
    if (over === null) return `${code} nothing ${reason}`;
    const first = tokens.findIndex(({ startOffset }) => startOffset === over.start);
    const last = tokens.findIndex((token) => endOf(token) === over.end);
    return `${code} ${tokens[first]?.image} ${first} to ${tokens[last]?.image} ${last}: ${reason}`;
  });
}

/** The same for one text, without the numbers. */
function over(text: string): string[] {
  return spoken(text).map((line) => line.replaceAll(/ \d+\b/g, ""));
}

test("a comment speaks for the statement or header that it stands behind, in or above", () => {
  const text = `language 1

# allow GW0001: above a header
team eng { # allow GW0002: behind a header
  # allow GW0003: above a statement
  # and a word more
  allow tools Read, # allow GW0004: inside
    Edit # allow GW0005: behind
  guard a deny tools Bash # allow GW0006: behind the second of a line
}

key ci in eng { expires 2027-03-31 } # allow GW0007: behind a block
`;
  assert.deepEqual(over(text), [
    "GW0001 team to {: above a header",
    "GW0002 team to {: behind a header",
    "GW0003 allow to Edit: above a statement",
    "GW0004 allow to Edit: inside",
    "GW0005 allow to Edit: behind",
    "GW0006 deny to Bash: behind the second of a line",
    "GW0007 key to }: behind a block",
  ]);
});

test("one that nothing follows speaks for nothing", () => {
  const text =
    "language 1\nteam eng {\n  guard a\n  # allow GW0001: last in its block\n}\n# allow GW0002: last of all\n";
  assert.deepEqual(over(text), ["GW0001 nothing last in its block", "GW0002 nothing last of all"]);
});

test("a comment may allow several codes, in capitals or not, with or without a reason", () => {
  const text = `language 1
audit { # allow gw0001,GW0002 : why: because
  keep 1 days #allow GW0003
  # allow GW0004 as it is ours
} # allow GW0005:
`;
  const { allowances } = read({ path: "x.policy", text }).tree;
  assert.deepEqual(
    allowances.map(({ code, reason, span }) => `${text.slice(span.start, span.end)} ${code} ${reason}`),
    [
      "gw0001 GW0001 why: because",
      "GW0002 GW0002 why: because",
      "GW0003 GW0003 null",
      "GW0004 GW0004 null",
      "GW0005 GW0005 null",
    ],
  );
});

test("documentation, and sentences that only begin alike, allow nothing", () => {
  const text = "language 1\n## allow GW0001: documentation\n# allow what follows\n# Allowed: GW0002\nteam eng {\n}\n";
  assert.deepEqual(over(text), []);
});

test("formatting leaves every allowance with its statement", () => {
  let found = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const random = chanceOf(seed);
    const text = withComments(writePolicy(random), random);
    const printed = print({ path: "x.policy", text });
    assert.ok("text" in printed);
    assert.deepEqual(spoken(printed.text), spoken(text), text);
    found += spoken(text).length;
  }
  assert.ok(found > 300, String(found));
});
