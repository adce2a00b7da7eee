/**
 * Notices that a policy directory may have changed, and says so once things are quiet. What changed is not looked at:
 * whoever listens reads the whole directory again, so that a report too many does no harm and none may be missing.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** Quiet time that ends a change: editors write a file in several steps, a checkout writes many files. */
const QUIET_MS = 100;
/** After this long a steady trickle of changes, or a Git lock left behind, holds the report up no more. */
const LONGEST_MS = 5_000;

/** A watching in progress. */
export interface Watch {
  close(): Promise<void>;
}

/** Watches a directory, also one reached through links that are swapped under it. Resolves when watching. */
export async function watchPolicy(dir: string, onChange: () => void): Promise<Watch> {
  let root = await realpath(dir);
  const settling = settle(() => gitIsBusy(root), report);
  let inside = await open([root], settling.touch);
  const around = await open(await linksOnTheWay(resolve(dir)), settling.touch);

  async function report(): Promise<void> {
    // A link on the way may lead to another tree now; a missing directory is for the reader to complain about.
    const now = await realpath(dir).catch(() => root);
    if (now !== root) {
      const before = inside;
      // Watching comes before reporting, or a change right after the report would be missed.
      inside = await open([now], settling.touch);
      root = now;
      await before.close();
    }
    onChange();
  }
  return {
    async close() {
      await settling.stop();
      await Promise.all([inside.close(), around.close()]);
    },
  };
}

async function open(paths: string[], touch: () => void): Promise<FSWatcher> {
  const watcher = watch(paths, { ignoreInitial: true, followSymlinks: false });
  watcher.on("all", touch);
  // What cannot be watched can still be read: the next report, or a signal, brings the change in.
  watcher.on("error", touch);
  if (paths.length > 0) await new Promise<void>((ready) => watcher.once("ready", ready));
  return watcher;
}

/** Every link among the folders that lead to a path, and the path itself. */
async function linksOnTheWay(path: string): Promise<string[]> {
  const links: string[] = [];
  for (let at = path; at !== dirname(at); at = dirname(at)) {
    if ((await lstat(at)).isSymbolicLink()) links.push(at);
  }
  return links;
}

interface Settling {
  readonly touch: () => void;
  readonly stop: () => Promise<void>;
}

/** Calls `report` after the last of a run of touches, while nothing is busy; one report at a time. */
function settle(busy: () => boolean, report: () => Promise<void>): Settling {
  let timer: NodeJS.Timeout | undefined;
  let since: number | null = null;
  let reporting: Promise<void> = Promise.resolve();
  let stopped = false;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(end, QUIET_MS);
  };
  const lasts = () => since !== null && performance.now() - since < LONGEST_MS;
  const end = () => {
    if (busy() && lasts()) return wait();
    since = null;
    reporting = reporting.then(report);
  };
  return {
    touch() {
      if (stopped) return;
      const first = since === null;
      since ??= performance.now();
      if (first || lasts()) wait();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      return reporting;
    },
  };
}

/** Git holds this lock while it rewrites the files of a checkout: what lies there meanwhile is neither old nor new. */
function gitIsBusy(root: string): boolean {
  try {
    for (let at = root; at !== dirname(at); at = dirname(at)) {
      const git = join(at, ".git");
      if (existsSync(git)) return existsSync(join(gitFolder(git), "index.lock"));
    }
  } catch {
    // A checkout that vanishes while it is looked at is not a busy one.
  }
  return false;
}

/** `.git` is a folder, or in a linked worktree a file that names one. */
function gitFolder(git: string): string {
  if (statSync(git).isDirectory()) return git;
  return resolve(
    dirname(git),
    readFileSync(git, "utf8")
      .replace(/^gitdir:\s*/, "")
      .trim(),
  );
}
