/**
 * A policy directory as it stands now → what became of it. Reads files and asks Git; the building itself is build.ts.
 * worker.ts does the same beside the main thread.
 */
import type { Revision } from "../decision/table.ts";
import type { Source } from "../language/source.ts";
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

/**
 * Reads and builds a policy directory; its invariants have to hold from `at` on. Throws SourcesError when the directory
 * cannot be read whole.
 */
export async function load(dir: string, at: number = Date.now()): Promise<Loaded> {
  const sources = await readSources(dir);
  return judge(sources, await revisionOf(dir, sources), at);
}

/** The same, unless the directory says what is in force already: then null, and nothing is built. */
export async function loadChange(dir: string, inForce: Revision | null): Promise<Loaded | null> {
  const sources = await readSources(dir);
  const revision = await revisionOf(dir, sources);
  if (revision.content === inForce?.content && revision.id === inForce.id) return null;
  return judge(sources, revision, Date.now());
}

/** Builds sources that were read elsewhere, such as from a past revision. */
export async function judge(sources: readonly Source[], revision: Revision, at: number): Promise<Loaded> {
  const builtins = await readBuiltins();
  const texts = new Map([...sources, ...builtins.values()].map(({ path, text }) => [path, text]));
  return { revision, built: build(sources, builtins, revision, at), texts };
}
