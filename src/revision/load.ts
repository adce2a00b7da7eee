/**
 * A policy directory as it stands now → what became of it. Reads files and asks Git; the building itself is build.ts.
 * worker.ts does the same beside the main thread.
 */
import type { Revision } from "../decision/table.ts";
import { type Built, build } from "./build.ts";
import { readSources } from "./files.ts";
import { readBuiltins } from "./packs.ts";
import { revisionOf } from "./revision.ts";

/** One reading of a directory. */
export interface Loaded {
  readonly revision: Revision;
  readonly built: Built;
  /** Texts by path, of the directory and of the builtin packs, for drawing diagnostics. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Reads and builds a policy directory. Throws SourcesError when the directory cannot be read whole. */
export async function load(dir: string): Promise<Loaded> {
  const sources = await readSources(dir);
  const builtins = await readBuiltins();
  const revision = await revisionOf(dir, sources);
  const texts = new Map([...sources, ...builtins.values()].map(({ path, text }) => [path, text]));
  return { revision, built: build(sources, builtins, revision), texts };
}

/** True when a policy may be put in force: it has a table, and none of its tests fails. */
export function isGood({ built }: Loaded): boolean {
  return built.table !== null && built.report !== null && built.report.failed === 0;
}
