/** What a file declares, as the outline of an editor and its search show it. */
import type { Span } from "../language/source.ts";
import type { Declaration, Tree } from "../language/tree.ts";
import type { OpenPolicy } from "./open-policy.ts";

/** One declaration. */
export interface Outlined {
  readonly kind: Declaration["kind"];
  readonly name: string;
  /** What it belongs to, or is about; empty when it is nothing's. */
  readonly detail: string;
  readonly span: Span;
  readonly nameSpan: Span;
}

/** A search shows no more than this. */
const MOST = 200;

/** The declarations of a file, in its order. */
export function symbolsOf({ declarations }: Tree): readonly Outlined[] {
  return declarations.map((declaration) => ({
    kind: declaration.kind,
    name: declaration.kind === "audit" ? "audit" : declaration.name.text,
    detail: detailOf(declaration),
    span: declaration.span,
    nameSpan: declaration.kind === "audit" ? declaration.span : declaration.name.span,
  }));
}

function detailOf(declaration: Declaration): string {
  switch (declaration.kind) {
    case "key":
      return `key in ${declaration.team.text}`;
    case "test":
      return `test for ${declaration.subject.kind} ${declaration.subject.name.text}`;
    case "delegate":
      return `delegate to team ${declaration.team.text}`;
    case "use":
      return declaration.from.kind === "builtin" ? "use from builtin" : `use from ${declaration.from.path.text}`;
    default:
      return declaration.kind;
  }
}

/** The declarations whose name holds the letters of a query in their order, shortest names first. */
export function searchSymbols(policy: OpenPolicy, query: string): readonly Outlined[] {
  const letters = Array.from(query.toLowerCase(), (letter) => letter.replace(/[^a-z0-9]/, "\\$&"));
  const wanted = new RegExp(letters.join(".*"), "s");
  return policy.trees
    .flatMap(symbolsOf)
    .filter(({ name }) => wanted.test(name.toLowerCase()))
    .sort((a, b) => a.name.length - b.name.length)
    .slice(0, MOST);
}
