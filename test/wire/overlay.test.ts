/** Edits of stages that did not know of one another. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Edit } from "../../src/wire/anthropic/messages.ts";
import { overlay } from "../../src/wire/overlay.ts";
import { splice } from "../../src/wire/splice.ts";
import { chanceOf } from "./chance.ts";

const edit = (start: number, end: number, text = ""): Edit => ({ start, end, bytes: Buffer.from(text) });
const BODY = Buffer.from("0123456789");
const spliced = (one: Edit[], other: Edit[]) => Buffer.from(splice(BODY, overlay(one, other))).toString();

test("edits beside each other are all made", () => {
  assert.equal(spliced([edit(5, 7)], [edit(1, 2, "a"), edit(7, 8, "b")]), "0a234b89");
  assert.equal(spliced([], [edit(1, 2, "a")]), "0a23456789");
  assert.equal(spliced([edit(1, 2, "a")], []), "0a23456789");
});

test("an edit inside another is lost in it, and two that cross take out what either does", () => {
  assert.equal(spliced([edit(2, 8)], [edit(3, 4, "a"), edit(6, 8, "b")]), "0189");
  assert.equal(spliced([edit(3, 4)], [edit(2, 8, "a")]), "01a89");
  assert.equal(spliced([edit(2, 5)], [edit(4, 8, "a")]), "01a89");
  assert.equal(spliced([edit(4, 8)], [edit(2, 5, "a")]), "01a89");
});

test("nothing that any edit takes out is left, and nothing else is lost", () => {
  const chance = chanceOf(11);
  for (let round = 0; round < 500; round += 1) {
    const some = (): Edit[] => {
      const edits: Edit[] = [];
      for (let at = chance.below(4); at < 9; at += 1 + chance.below(3)) {
        const end = Math.min(10, at + 1 + chance.below(3));
        edits.push(edit(at, end));
        at = end;
      }
      return edits;
    };
    const [one, other] = [some(), some()];
    const isCut = (at: number) => [...one, ...other].some(({ start, end }) => at >= start && at < end);
    assert.equal(spliced(one, other), [...BODY.toString()].filter((_, at) => !isCut(at)).join(""));
  }
});
