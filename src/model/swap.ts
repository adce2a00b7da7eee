/**
 * One file of a policy written anew, for an editor that cannot gather ten thousand declarations at each keystroke. Most
 * keystrokes leave the names of a file as they were, and then only what they stand for is exchanged.
 */
import type { Declaration, Tree } from "../language/tree.ts";
import type { Declared, Member, NamedDeclaration } from "./declared.ts";

/**
 * What is declared when a tree has taken the place of another; null when the two declare other names, or in another
 * order, so that everything has to be gathered. Takes over the tables of what it is given, which is then no longer good.
 */
export function swapTree(declared: Declared, old: Tree, now: Tree): Declared | null {
  if (old.declarations.length !== now.declarations.length) return null;
  const pairs = new Map<Declaration, Declaration>();
  for (const [index, declaration] of old.declarations.entries()) {
    const next = now.declarations[index]!;
    if (next.kind !== declaration.kind || nameOf(next) !== nameOf(declaration)) return null;
    pairs.set(declaration, next);
  }
  for (const [before, after] of pairs) exchange(declared, before, after);
  const swap = <D extends Declaration>(list: readonly D[]) => list.map((it) => (pairs.get(it) as D | undefined) ?? it);
  return {
    ...declared,
    trees: declared.trees.map((tree) => (tree === old ? now : tree)),
    orgs: swap(declared.orgs),
    audits: swap(declared.audits),
    tests: swap(declared.tests),
    invariants: swap(declared.invariants),
    delegates: swap(declared.delegates),
    repeated: declared.repeated.map((it) => {
      const declaration = pairs.get(it.declaration) as NamedDeclaration | undefined;
      return declaration === undefined ? it : { ...it, declaration };
    }),
  };
}

function nameOf(declaration: Declaration): string {
  return declaration.kind === "audit" ? "" : declaration.name.text;
}

const TABLES = {
  team: "teams",
  key: "keys",
  provider: "providers",
  models: "models",
  tools: "tools",
  pattern: "patterns",
  guardrail: "guardrails",
  service: "services",
  mcp: "servers",
} as const;

function exchange(declared: Declared, before: Declaration, after: Declaration): void {
  if (before.kind === "use") {
    const uses = declared.uses as Map<string, Declaration>;
    if (uses.get(before.name.text) === before) uses.set(before.name.text, after);
    return;
  }
  if (!(before.kind in TABLES) || before.kind === "audit") return;
  const table = declared[TABLES[before.kind as keyof typeof TABLES]] as Map<string, Member<Declaration>>;
  const member = table.get(before.name.text);
  if (member?.declaration === before) table.set(before.name.text, { ...member, declaration: after });
}
