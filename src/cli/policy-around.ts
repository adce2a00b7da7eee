/** The policy that a file belongs to: the nearest folder above it that declares the org, and everything below that folder. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "../language/parse.ts";
import type { Tree } from "../language/tree.ts";
import { readSources, SourcesError } from "../revision/files.ts";
import { parseFile } from "../revision/source-files.ts";

/** Every file of that policy, read; null when there is none, or when a file of it cannot be read whole. */
export async function policyAround(file: string): Promise<readonly Tree[] | null> {
  const dir = await rootAbove(dirname(resolve(file)));
  if (dir === null) return null;
  try {
    const parsed = (await readSources(dir)).map(parseFile);
    const isWhole = parsed.every(({ diagnostics }) => diagnostics.every(({ severity }) => severity !== "error"));
    return isWhole ? parsed.map(({ tree }) => tree) : null;
  } catch (error) {
    if (error instanceof SourcesError) return null;
    throw error;
  }
}

/** Only files that lie in the folder itself are looked at: what lies above a policy may be a whole disk. */
async function rootAbove(dir: string): Promise<string | null> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter((it) => it.endsWith(".policy") && !it.startsWith("."))) {
    const text = await readFile(join(dir, name), "utf8").catch(() => "");
    if (parse({ path: name, text }).tree.declarations.some(({ kind }) => kind === "org")) return dir;
  }
  return dirname(dir) === dir ? null : rootAbove(dirname(dir));
}
