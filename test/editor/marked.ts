/** Places in a text, as tests write them: `‸` stands where the cursor is, and is no part of the text. */
import type { Place } from "../../src/editor/find.ts";
import { FILES, openPolicy } from "./policies.ts";

/** The policy of these tests with the cursor before some words of a file; `|` says where in them. */
export function placeAt(path: string, words: string, policy = openPolicy()): Place {
  const text = policy.texts.get(path) ?? "";
  const mark = words.indexOf("|");
  const start = text.indexOf(words.replace("|", ""));
  if (start < 0) throw new Error(`\`${words}\` does not stand in ${path}`);
  return { policy, path, offset: start + Math.max(0, mark) };
}

/** A policy with one more file, in which `‸` marks the cursor. */
export function placeIn(marked: string, path = "here.policy"): Place {
  const text = `language 1\n\n${marked}`;
  const offset = text.indexOf("‸");
  if (offset < 0) throw new Error("no cursor");
  const policy = openPolicy({ ...FILES, [path]: text.replace("‸", "") });
  return { policy, path, offset };
}
