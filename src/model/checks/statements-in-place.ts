/** Promise: a statement stands only where it has a meaning. That single ones stand once the parser sees to, but for labels. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type { Statement } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault, firstIsHere } from "../fault.ts";

type Block = "org" | "team" | "key";

const EVERYWHERE: readonly Block[] = ["org", "team", "key"];

/** The blocks on which each statement has a meaning. */
export const BLOCKS = {
  access: EVERYWHERE,
  flow: EVERYWHERE,
  ask: EVERYWHERE,
  results: EVERYWHERE,
  guard: EVERYWHERE,
  limit: EVERYWHERE,
  calls: EVERYWHERE,
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

/** Statements on the wrong kind of block, and labels that a key has twice. */
export function statementsInPlace(declared: Declared): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const check = (block: Block, body: readonly Statement[]) => {
    const seen = new Map<string, Span>();
    for (const statement of body) {
      const misplaced = inPlace(block, statement) ?? labelOnce(statement, seen);
      if (misplaced) diagnostics.push(misplaced);
    }
  };
  for (const org of declared.orgs) check("org", org.body);
  for (const { declaration } of declared.teams.values()) check("team", declaration.body);
  for (const { declaration } of declared.keys.values()) check("key", declaration.body);
  return diagnostics;
}

const A_BLOCK = { org: "an org", team: "a team", key: "a key" } as const satisfies Record<Block, string>;

function inPlace(block: Block, statement: Statement): Diagnostic | null {
  const blocks: readonly Block[] = BLOCKS[statement.kind];
  if (blocks.includes(block)) return null;
  const words = statement.kind === "ungranted" ? "on ungranted tool" : statement.kind;
  const where = blocks.map((name) => A_BLOCK[name]).join(" or ");
  return fault("GW3004", statement.span, `\`${words}\` has no meaning on ${A_BLOCK[block]}`, `it stands on ${where}`);
}

function labelOnce(statement: Statement, seen: Map<string, Span>): Diagnostic | null {
  if (statement.kind !== "label") return null;
  const { text } = statement.name;
  const first = seen.get(text);
  if (first) return fault("GW1008", statement.span, `\`label ${text}\` stands twice`, "keep one", firstIsHere(first));
  seen.set(text, statement.span);
  return null;
}
