/**
 * Which files of a policy directory are read, and what each is read as: `*.policy` in the language, `*.toml`, the rules of
 * other tools, which say nothing until a `use` line brings them in (packs.ts), and `*.lock`, what the tools of servers were,
 * which says nothing until a `pins` line names it (locks.ts).
 */
import { parse } from "../language/parse.ts";
import type { Source } from "../language/source.ts";

/** A file, parsed, and what is wrong with its text. */
export type Parsed = ReturnType<typeof parse>;

const POLICY = ".policy";
const RULES = ".toml";
const LOCK = ".lock";

/** Whether a file belongs to a policy by its name. */
export function isSourceFile(path: string): boolean {
  return isPolicyFile(path) || isRulesFile(path) || isLockFile(path);
}

/** Whether a file is written in the language. */
export function isPolicyFile(path: string): boolean {
  return path.endsWith(POLICY);
}

/** Whether a file holds the rules of another tool. */
export function isRulesFile(path: string): boolean {
  return path.endsWith(RULES);
}

/** Whether a file holds what the tools of a server were when somebody reviewed them. */
export function isLockFile(path: string): boolean {
  return path.endsWith(LOCK);
}

/** Parses a file of a policy; rules of other tools and locks declare nothing by themselves. */
export function parseFile(source: Source): Parsed {
  if (!isRulesFile(source.path) && !isLockFile(source.path)) return parse(source);
  return { tree: { source, version: null, declarations: [], allowances: [] }, diagnostics: [] };
}
