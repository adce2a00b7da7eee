import assert from "node:assert/strict";
import { test } from "node:test";
import { format } from "../../src/editor/format.ts";

const NEAT = "language 1\n\nteam eng {\n  allow models @a\n}\n";

function formatted(text: string): string {
  return format({ path: "a.policy", text }).reduce(
    (now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end),
    text,
  );
}

test("an edit brings a text to its form, and touches only what differs", () => {
  const text = NEAT.replace("  allow", "     allow");
  assert.equal(formatted(text), NEAT);
  const [edit] = format({ path: "a.policy", text });
  assert.ok(edit && edit.end - edit.start <= 5, "the edit is larger than the difference");
});

test("what is in its form, or broken, is left alone", () => {
  assert.deepEqual(format({ path: "a.policy", text: NEAT }), []);
  assert.deepEqual(format({ path: "a.policy", text: "team { oops" }), []);
});
