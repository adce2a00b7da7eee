import assert from "node:assert/strict";
import { test } from "node:test";
import { atomOf, atomsBelow, atomsOf, buildAutomaton, createLookup } from "../../src/decision/atoms.ts";
import { hasBit } from "../../src/decision/bits.ts";
import { globMatches, random } from "./oracle.ts";

const NAMES = ["a", "b", "ab", "aab", "a/b", "a/b/c", "/", "//", "b/", "é", "aé", "😀", "a😀b", "x", "ax", "-"];

function agree(globs: readonly string[], names: readonly string[]): void {
  const automaton = buildAutomaton(globs);
  assert.ok(automaton !== null);
  for (const name of names) {
    const atom = atomOf(automaton, name);
    for (const glob of globs) {
      assert.equal(hasBit(atomsOf(automaton, [glob]), atom), globMatches(glob, name), `${glob} on ${name}`);
    }
  }
}

test("an automaton agrees with a matcher that tries everything, on random globs and names", () => {
  const next = random(7);
  const word = (letters: string, longest: number): string => {
    let text = "";
    for (let n = 1 + Math.floor(next() * longest); n > 0; n--)
      text += [...letters][Math.floor(next() * [...letters].length)];
    return text;
  };
  for (let round = 0; round < 300; round++) {
    const globs = Array.from({ length: 1 + Math.floor(next() * 6) }, () => word("aab/*?é", 5));
    agree(globs, [...NAMES, ...Array.from({ length: 20 }, () => word("ab/é😀", 6))]);
  }
});

test("a star stops at a slash, two stars do not, a question mark is one character of any width", () => {
  agree(
    ["mcp:*/get_*", "mcp:**", "?", "a?b", "claude-*"],
    ["mcp:x/get_y", "mcp:x/y/get_z", "mcp:", "😀", "a/b", "a😀b"],
  );
  assert.ok(globMatches("mcp:**", "mcp:a/b/c") && !globMatches("mcp:*", "mcp:a/b"));
});

test("every atom has an example that lies in it, and plain names come first", () => {
  const automaton = buildAutomaton(["claude-*", "claude-opus-*", "claude-opus-5", "mcp:*/delete_*", "B?sh"])!;
  for (const [atom, example] of automaton.examples.entries()) {
    if (example !== "") assert.equal(atomOf(automaton, example), atom);
  }
  assert.ok(automaton.examples.includes("claude-opus-5"));
});

test("an empty name and one over 256 characters are no names", () => {
  const automaton = buildAutomaton(["**"])!;
  const lookup = createLookup(automaton);
  assert.equal(atomOf(automaton, ""), -1);
  assert.equal(lookup("x".repeat(257)), -1);
  assert.notEqual(lookup("x".repeat(256)), -1);
});

test("a look-up remembers a bounded number of names and never forgets how to answer", () => {
  const automaton = buildAutomaton(["even-*", "odd-*"])!;
  const lookup = createLookup(automaton);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 20_000; i++) {
      const name = `${i % 2 === 0 ? "even" : "odd"}-${i}`;
      assert.equal(lookup(name), atomOf(automaton, name));
    }
  }
});

test("globs that multiply are given up at the cap", () => {
  const globs = Array.from({ length: 12 }, (_, i) => `*${String.fromCharCode(97 + i)}${i}*`);
  assert.equal(buildAutomaton(globs, 1_000), null);
  assert.notEqual(buildAutomaton(globs.slice(0, 3), 1_000), null);
});

test("equal globs in any order give an equal automaton", () => {
  const globs = ["a*", "b/**", "?x", "plain"];
  assert.deepEqual(buildAutomaton(globs), buildAutomaton([...globs].reverse()));
  assert.deepEqual(structuredClone(buildAutomaton(globs)), buildAutomaton(globs));
});

test("the atoms below a beginning are those of the names that begin so and go on", () => {
  const globs = ["mcp:a/get_*", "mcp:a/get_x", "mcp:ab/**", "mcp:*/put", "**", "mcp:a/"];
  const automaton = buildAutomaton(globs);
  assert.ok(automaton !== null);
  const below = atomsBelow(automaton, "mcp:a/");
  for (const name of ["mcp:a/get_1", "mcp:a/get_x", "mcp:a/put", "mcp:a/😀", "mcp:a/x/y"])
    assert.ok(hasBit(below, atomOf(automaton, name)), name);
  for (const name of ["mcp:a/", "mcp:ab/x", "mcp:ab/put"]) assert.ok(!hasBit(below, atomOf(automaton, name)), name);
});
