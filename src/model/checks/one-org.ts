/** Promise: the tree of teams and keys has exactly one root. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type { Declared } from "../declared.ts";
import { fault, firstIsHere } from "../fault.ts";

/** No `org`, or every one after the first. */
export function oneOrg(declared: Declared): Diagnostic[] {
  const [first, ...more] = declared.orgs;
  if (!first)
    return [fault("GW3001", startOf(declared), "the policy has no `org`", "add `org NAME { … }` to one file")];
  return more.map(({ name }) =>
    fault("GW3002", name.span, `\`org ${name.text}\` is a second root`, "keep one", firstIsHere(first.name.span)),
  );
}

function startOf(declared: Declared): Span {
  return { path: declared.trees[0]?.source.path ?? "", start: 0, end: 0, line: 1, column: 1 };
}
