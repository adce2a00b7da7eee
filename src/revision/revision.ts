/**
 * The name of a policy as it stands: a hash over its files, and the commit when the directory is exactly that commit.
 * The content hash is `sha256sum` over the lines that `sha256sum` prints for the files sorted by path, so that anybody can
 * recompute it without this program.
 */
import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Revision } from "../decision/table.ts";
import type { Source } from "../language/source.ts";

const SHORT = 12;
const GIT_TIMEOUT_MS = 5_000;

/** Names the sources that were read from a directory. Never fails: without Git there is simply no commit. */
export async function revisionOf(dir: string, sources: readonly Source[]): Promise<Revision> {
  const content = contentHash(sources);
  const commit = await commitOf(dir);
  return { id: (commit ?? content).slice(0, SHORT), content, commit };
}

/** SHA-256 over the canonical list of sources, 64 hex digits. */
export function contentHash(sources: readonly Source[]): string {
  const lines = sources.map(({ path, text }) => `${hash("sha256", text, "hex")}  ${path}\n`);
  return hash("sha256", lines.join(""), "hex");
}

/** The commit that the directory is a clean checkout of; null when it is none, or Git is absent or fails. */
async function commitOf(dir: string): Promise<string | null> {
  if (!belowRepository(resolve(dir))) return null;
  try {
    const { simpleGit } = await import("simple-git");
    const git = simpleGit({ baseDir: dir, timeout: { block: GIT_TIMEOUT_MS } });
    // Ignored files count too: a policy file that Git ignores is in force but in no commit.
    const state = await git.raw(
      "--no-optional-locks",
      "status",
      "--porcelain",
      "--ignored",
      "--",
      "*.policy",
      "*.toml",
      "*.lock",
    );
    if (state.trim() !== "") return null;
    const commit = (await git.raw("rev-parse", "--verify", "HEAD")).trim();
    return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
  } catch {
    return null;
  }
}

/** Looking up the tree first spares a process, and the loading of a library, where there is no Git at all. */
function belowRepository(dir: string): boolean {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (at === dirname(at)) return false;
  }
}
