/** Promise: the tree of teams and keys has exactly one root. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { place, type Span } from "../../language/source.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";

/** No `org`, or every one after the first. */
export function oneOrg(declared: Declared): Diagnostic[] {
  const [first, ...more] = declared.orgs;
  if (!first)
    return [fault("GW3001", startOf(declared), "the policy has no `org`", "add `org NAME { … }` to one file")];
  return more.map((org) =>
    fault(
      "GW3002",
      org.name.span,
      `\`org ${org.name.text}\` is a second root`,
      `the first is \`org ${first.name.text}\` (${place(first.name.span)})`,
    ),
  );
}

function startOf(declared: Declared): Span {
  return { path: declared.trees[0]?.source.path ?? "", start: 0, end: 0, line: 1, column: 1 };
}
