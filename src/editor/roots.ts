/**
 * Which directories of a workspace are policies. A person opens a repository, and somewhere in it is the policy, or
 * several of them, or packs that belong to none. Like all that reads files here, hidden folders are passed over.
 */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A policy file, by its path in the workspace folder, and what it holds. */
export interface Found {
  readonly path: string;
  /** `org`: the root of a policy; `part`: what only a policy holds, such as a team; `pack`: what a pack may hold too. */
  readonly holds: "org" | "part" | "pack";
}

/** A directory of policy files, by its path in the workspace folder; empty for the folder itself. */
export interface Root {
  readonly dir: string;
  /** False for packs and the like: their text is checked, but there is no policy to be judged as a whole. */
  readonly whole: boolean;
}

const SUFFIX = ".policy";
const MAX_DEPTH = 16;
const MAX_FILES = 10_000;
const PASSED_OVER: ReadonlySet<string> = new Set(["node_modules"]);

/** Finds the policies of a workspace folder. */
export async function findRoots(folder: string): Promise<readonly Root[]> {
  const paths = await walk(folder, "", 0);
  const found = await Promise.all(
    paths.slice(0, MAX_FILES).map(async (path): Promise<Found> => {
      const text = await readFile(join(folder, path), "utf8").catch(() => "");
      return { path, holds: holdsOf(text) };
    }),
  );
  return rootsOf(found);
}

/**
 * The policy around a file that was opened by itself: the nearest directory that holds an org, up to the top of a
 * repository; null when there is none.
 */
export async function rootAround(file: string): Promise<string | null> {
  let dir = dirname(file);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const names = await readdir(dir).catch((): string[] => []);
    const files = names.filter((name) => name.endsWith(SUFFIX));
    const texts = await Promise.all(files.map((name) => readFile(join(dir, name), "utf8").catch(() => "")));
    if (texts.some((text) => holdsOf(text) === "org")) return dir;
    if (names.includes(".git") || dir === dirname(dir)) return null;
    dir = dirname(dir);
  }
  return null;
}

async function walk(folder: string, prefix: string, depth: number): Promise<string[]> {
  if (depth > MAX_DEPTH) return [];
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
  const below = await Promise.all(
    entries.map((entry) => {
      if (entry.name.startsWith(".") || PASSED_OVER.has(entry.name)) return [];
      if (entry.isDirectory()) return walk(folder, `${prefix}${entry.name}/`, depth + 1);
      return entry.isFile() && entry.name.endsWith(SUFFIX) ? [prefix + entry.name] : [];
    }),
  );
  return below.flat();
}

/** What a text holds, as far as its lines tell. */
export function holdsOf(text: string): Found["holds"] {
  if (/^\s*org\s+\S+\s*\{/m.test(text)) return "org";
  return /^\s*(?:team|key|provider|guardrail|audit|test|invariant|delegate)\s/m.test(text) ? "part" : "pack";
}

/**
 * The roots of a workspace folder: each topmost directory that holds policy files. Where such a directory has teams and no
 * org, and the org stands in a directory beside it (`policy/org/`, `policy/teams/`), the directory above both is the root.
 */
export function rootsOf(found: readonly Found[]): readonly Root[] {
  const dirs = topmost(new Set(found.map(({ path }) => parent(path))));
  const holds = (dir: string, what: Found["holds"]) =>
    found.filter((file) => isBelow(file.path, dir) && file.holds === what).length;
  const joined = dirs.map((dir) => {
    if (holds(dir, "org") > 0 || holds(dir, "part") === 0) return dir;
    const above = ancestors(dir).find((ancestor) => holds(ancestor, "org") > 0);
    return above !== undefined && holds(above, "org") === 1 ? above : dir;
  });
  return topmost(new Set(joined)).map((dir) => ({ dir, whole: holds(dir, "org") > 0 || holds(dir, "part") > 0 }));
}

/** The directories that lie in none of the others, sorted. */
function topmost(dirs: ReadonlySet<string>): readonly string[] {
  return [...dirs].filter((dir) => ![...dirs].some((other) => other !== dir && isBelow(dir, other))).sort();
}

/** The directories above, nearest first, but for the workspace folder itself. */
function ancestors(dir: string): readonly string[] {
  const above = parent(dir);
  return above === "" ? [] : [above, ...ancestors(above)];
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function isBelow(path: string, dir: string): boolean {
  return dir === "" || path.startsWith(`${dir}/`);
}
