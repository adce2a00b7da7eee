/** The lists of names that declarations hold, and why a name in them has to be known. groups.ts says what they stand for. */
import type { Declaration, Item, Statement, Thing } from "../language/tree.ts";

/** Why an unknown name is an error, by the kind of line that its list stands in. */
export const WHY_KNOWN = {
  allow: "an allow that matches nothing would be silent, so this is an error",
  deny: "a deny that matches nothing would be silent, so this is an error",
  ask: "an ask that matches nothing would ask nobody, so this is an error",
  results: "a rule about what no tool gives back would hold nothing, so this is an error",
  only: "an only that matches nothing would forbid everything, so this is an error",
  calls: "a limit on what does not exist would never be reached, so this is an error",
  test: "a test of a name that does not exist would prove nothing, so this is an error",
  invariant: "a proof about a name that does not exist would prove nothing, so this is an error",
} as const;

/** One list. */
export interface List {
  readonly thing: Thing;
  readonly items: readonly Item[];
  readonly reason: string | null;
}

/** The lists of a statement of an org, team or key. */
export function statementLists(statement: Statement): readonly List[] {
  switch (statement.kind) {
    case "access": {
      const { thing, items, effect } = statement;
      return [{ thing, items, reason: WHY_KNOWN[effect] }];
    }
    case "calls":
      return [{ thing: "tools", items: statement.items, reason: WHY_KNOWN.calls }];
    case "flow":
      return [statement.items, statement.after].map((items) => ({ thing: "tools", items, reason: WHY_KNOWN.deny }));
    case "results":
      return [{ thing: "tools", items: statement.items, reason: WHY_KNOWN.results }];
    case "ask":
      return [{ thing: "tools", items: statement.items, reason: WHY_KNOWN.ask }];
    default:
      return [];
  }
}

/** The lists of one declaration, in the order of the text. */
export function listsIn(declaration: Declaration): readonly List[] {
  switch (declaration.kind) {
    case "org":
    case "team":
    case "key":
      return declaration.body.flatMap((it) => statementLists(it));
    case "test":
      return declaration.body.flatMap((it) =>
        it.kind === "can" || it.kind === "cannot" ? [{ ...it, reason: WHY_KNOWN.test }] : [],
      );
    case "invariant":
      return declaration.body.flatMap((it) => ("items" in it ? [{ ...it, reason: WHY_KNOWN.invariant }] : []));
    case "models":
      return [declaration, ...declaration.prices].map(({ items }) => ({ thing: "models", items, reason: null }));
    case "tools":
      return [{ thing: "tools", items: declaration.items, reason: null }];
    case "use":
    case "provider":
    case "mcp":
    case "pattern":
    case "guardrail":
    case "service":
    case "audit":
    case "delegate":
      return [];
    default:
      return declaration satisfies never;
  }
}

/** An entry as its author wrote it. */
export function writtenItem({ kind, text }: Item): string {
  return kind === "reference" ? `@${text}` : text;
}

/** The entries of a list in an order that does not hang on how they were written: what names a counter. */
export function writtenNames(items: readonly Item[]): readonly string[] {
  return [...new Set(items.map(writtenItem))].sort();
}
