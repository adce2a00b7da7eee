/** What is noted of a text piece by piece is found as in the whole, and no piece of the work grows with the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pursuer, Pursuit } from "../../src/decision/pursuit.ts";
import { atOnce } from "../../src/decision/steps.ts";
import type { Finder } from "../../src/model/finder.ts";
import { chanceOf } from "../wire/chance.ts";

const LITERAL = "key";
const BEFORE = 12;

/** Searches for the literal with letters before it and text behind it, and notes the longest text it was given. */
function searcher(): Pursuer & { readonly given: number } {
  let given = 0;
  const finder: Finder = {
    at: null,
    each(text, start, found) {
      given = Math.max(given, text.length);
      const search = /[a-z]{0,12}key[^#]{0,300}#/g;
      search.lastIndex = start;
      for (let match = search.exec(text); match !== null; match = search.exec(text)) {
        const [begin, end] = [match.index, search.lastIndex];
        if (!found({ begin, end, from: begin, to: end })) return;
      }
    },
  };
  return {
    finder,
    before: BEFORE,
    longest: BEFORE + LITERAL.length + 301,
    isAnchored: false,
    get given() {
      return given;
    },
  };
}

/** Notes each literal of a text, in pieces of a size, and gives what was found. */
function pursue(text: string, pursuer: Pursuer, size: number): string[] {
  const found: string[] = [];
  const pursuit = new Pursuit(text, [pursuer], (_, start, end) => found.push(`${start} ${end}`) > 0);
  let at = text.indexOf(LITERAL);
  for (let to = size; to < text.length; to += size) {
    for (; at >= 0 && at < to; at = text.indexOf(LITERAL, at + 1)) pursuit.note(0, at, BEFORE);
    atOnce(pursuit.runUpTo(to));
  }
  for (; at >= 0; at = text.indexOf(LITERAL, at + 1)) pursuit.note(0, at, BEFORE);
  atOnce(pursuit.finish());
  return found;
}

test("literals that stand close together are pursued part by part, with what the whole has", () => {
  for (const gap of [2, 20, 200]) {
    const chance = chanceOf(gap);
    const word = () => chance.pick(["key", "a key ", "#", " #\n", "words and ", ..."abcdefghij"]);
    let text = "";
    while (text.length < 600_000) text += word() + " ".repeat(chance.below(gap));
    const pursuer = searcher();
    const parts = pursue(text, pursuer, 10_000);
    assert.deepEqual(parts, pursue(text, searcher(), text.length));
    assert.ok(parts.length > 20, String(parts.length));
    assert.ok(pursuer.given < 100_000, `${pursuer.given} letters at once, in gaps up to ${gap}`);
  }
});
