/** Promise: a statement stands only where it has a meaning, and as often as it has one. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { place, type Span } from "../../language/source.ts";
import type { Statement } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";

type Block = "org" | "team" | "key";

const EVERYWHERE: readonly Block[] = ["org", "team", "key"];

const BLOCKS = {
  access: EVERYWHERE,
  guard: EVERYWHERE,
  limit: EVERYWHERE,
  concurrency: EVERYWHERE,
  budget: EVERYWHERE,
  active: EVERYWHERE,
  ungranted: ["org", "team"],
  timezone: ["org"],
  hash: ["key"],
  owner: ["key"],
  expires: ["key"],
  label: ["key"],
} as const satisfies Record<Statement["kind"], readonly Block[]>;

/** Statements on the wrong kind of block, and repeated ones of those that a block has once. */
export function statementsInPlace(declared: Declared): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const check = (block: Block, body: readonly Statement[]) => {
    const seen = new Map<string, Span>();
    for (const statement of body) {
      const misplaced = inPlace(block, statement) ?? once(statement, seen);
      if (misplaced) diagnostics.push(misplaced);
    }
  };
  for (const org of declared.orgs) check("org", org.body);
  for (const { declaration } of declared.teams.values()) check("team", declaration.body);
  for (const { declaration } of declared.keys.values()) check("key", declaration.body);
  return diagnostics;
}

function inPlace(block: Block, statement: Statement): Diagnostic | null {
  const blocks: readonly Block[] = BLOCKS[statement.kind];
  if (blocks.includes(block)) return null;
  const where = blocks.map((name) => `\`${name}\``).join(" or ");
  const message = `\`${wordsOf(statement)}\` has no meaning on a \`${block}\``;
  return fault("GW3004", statement.span, message, `it stands on ${where}`);
}

function once(statement: Statement, seen: Map<string, Span>): Diagnostic | null {
  const { kind } = statement;
  const single = kind === "ungranted" || kind === "label" || BLOCKS[kind].length === 1;
  if (!single) return null;
  const words = kind === "label" ? `label ${statement.name.text}` : wordsOf(statement);
  const first = seen.get(words);
  if (!first) {
    seen.set(words, statement.span);
    return null;
  }
  return fault("GW1008", statement.span, `\`${words}\` stands twice`, `the first is at ${place(first)}`);
}

function wordsOf(statement: Statement): string {
  return statement.kind === "ungranted" ? "on ungranted tool" : statement.kind;
}
