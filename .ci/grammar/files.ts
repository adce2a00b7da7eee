/** The files of `grammar/` that are written from the parser, by their names. */
import { ebnf } from "./ebnf.ts";
import { page } from "./page.ts";
import { textmate } from "./textmate.ts";

/** Each file's text. */
export function grammarFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["policy.ebnf", ebnf()],
    ["policy.tmLanguage.json", textmate()],
    ["railroad.html", page()],
  ]);
}
