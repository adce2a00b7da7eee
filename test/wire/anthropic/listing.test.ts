/** Names of tools in the words of the system. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { listedNames } from "../../../src/wire/anthropic/listing.ts";

/** The names that are found, list by list. */
function names(text: string): string[][] {
  const body = Buffer.from(`{"é":${JSON.stringify(text)}}`);
  const start = body.indexOf(":") + 2;
  const lists = listedNames(body, start, body.length - 2);
  return lists.map((list) => list.map((name) => body.subarray(name.start, name.end).toString()));
}

test("names stand below a line that speaks of tools, up to the first line that is none", () => {
  const head = "The following deferred tools are now available:";
  assert.deepEqual(names(`# Place\n\n${head}\nBash\nmcp__crm__list\n\nAgents:\nplan`), [["Bash", "mcp__crm__list"]]);
  assert.deepEqual(names(`${head}\nBash`), [["Bash"]]);
  assert.deepEqual(names(`<available-deferred-tools>\nBash\nRead\n</available-deferred-tools>`), [["Bash", "Read"]]);
  assert.deepEqual(names(`${head}\nBash\n${head}\nRead\n`), [["Bash"], ["Read"]]);
});

test("other lines are nobody's list", () => {
  for (const text of [
    "",
    "Bash\nRead",
    "Languages:\nEnglish\nGerman",
    "You have tools.\nBash",
    "Tools:\n- Bash\n- Read",
    "Tools:\n\nBash",
    'a quote " and tools:\\\nBash',
  ]) {
    assert.deepEqual(names(text), [], text);
  }
});

test("letters of more than one byte before a list do not shift it", () => {
  assert.deepEqual(names('„Straße“ \\ "x"\tüber tools:\nBash\nRead\n'), [["Bash", "Read"]]);
});
