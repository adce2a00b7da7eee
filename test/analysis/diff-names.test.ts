import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { describe, nameText, vocabulary } from "../../src/analysis/describe.ts";
import { joinNames, jointBits } from "../../src/analysis/diff-names.ts";
import { type Automaton, atomOf, buildAutomaton } from "../../src/decision/atoms.ts";
import { eachBit, emptyBits, intersect, subtract, unite } from "../../src/decision/bits.ts";
import { globMatches } from "../decision/oracle.ts";

function automaton(...globs: readonly string[]): Automaton {
  const built = buildAutomaton(globs);
  assert.ok(built !== null);
  return built;
}

suite("names of two policies", () => {
  test("are divided so that every glob of either is a set of joint atoms", () => {
    const [old, now] = [automaton("claude-*", "a/**", "x"), automaton("*-preview", "claude-opus-?", "x")];
    const joint = joinNames(old, now);
    assert.ok(joint !== null);
    for (const [side, own] of [["old", old] as const, ["new", now] as const]) {
      for (const [glob, bits] of own.members) {
        const held: ReadonlySet<number> = new Set(eachBit(jointBits(joint, side, bits)));
        for (const [atom, name] of joint.examples.entries()) {
          assert.equal(held.has(atom), globMatches(glob, name), `${glob} and ${name}`);
        }
      }
    }
    for (const [atom, name] of joint.examples.entries()) {
      if (name === "") continue;
      assert.deepEqual([atomOf(old, name), atomOf(now, name)], [joint.old[atom], joint.new[atom]]);
    }
  });

  test("are not walked without end: too many cases are no answer", () => {
    const infix = (letters: string) => automaton(...[...letters].map((letter) => `*${letter}*`));
    assert.equal(joinNames(infix("abcdefghij"), infix("klmnopqrst")), null);
    assert.notEqual(joinNames(infix("abc"), infix("def")), null);
  });
});

suite("a set of names in words", () => {
  const globs = ["claude-*", "claude-opus-*", "claude-haiku-*", "*-preview", "gpt-*"];
  const own = automaton(...globs);
  const groups = new Map([["@frontier", own.members.get("claude-opus-*")!]]);
  const words = vocabulary(own.atoms, [...groups, ...own.members]);
  const told = (names: readonly string[], except: readonly string[] = []) => {
    const bits = emptyBits(own.atoms);
    for (const name of names) unite(bits, own.members.get(name)!);
    for (const name of except) subtract(bits, own.members.get(name)!);
    return nameText(describe(words, bits));
  };

  test("is a group or glob where one says it", () => {
    assert.equal(told(["claude-opus-*"]), "@frontier");
    assert.equal(told(["claude-*", "claude-haiku-*"]), "claude-*");
  });

  test("is a list, or what is left of one, whichever is shorter", () => {
    assert.equal(told(["claude-opus-*", "gpt-*"]), "@frontier, gpt-*");
    assert.equal(told(["claude-*"], ["claude-opus-*"]), "claude-* except @frontier");
    assert.equal(
      told(["claude-opus-*", "claude-haiku-*"], ["*-preview"]),
      "@frontier, claude-haiku-* except *-preview",
    );
  });

  test("is what two globs share, when nothing else says it", () => {
    const both = own.members.get("claude-*")!.slice();
    intersect(both, own.members.get("*-preview")!);
    assert.equal(nameText(describe(words, both)), "what matches claude-* and *-preview");
  });
});
