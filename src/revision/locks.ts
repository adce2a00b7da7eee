/** Lock files among the sources of a directory: reading those that `pins` lines name. */
import { hash } from "node:crypto";
import { CODES } from "../language/codes.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Source } from "../language/source.ts";
import type { Tree } from "../language/tree.ts";
import { type Lock, type LockFault, type Locks, readLock } from "../model/lock.ts";
import { lockPath } from "../model/pins.ts";

/** SHA-256 of a text, 64 hex digits. */
export function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** Reads the locks that the trees name, out of the lock files of their directory. */
export function readLocks(
  trees: readonly Tree[],
  files: readonly Source[],
): { readonly locks: Locks; readonly diagnostics: readonly Diagnostic[] } {
  const wanted = pinnedPaths(trees);
  const locks = new Map<string, Lock | null>();
  const diagnostics: Diagnostic[] = [];
  for (const file of files) {
    if (!wanted.has(file.path)) continue;
    const read = readLock(file.text, sha256);
    locks.set(file.path, "lock" in read ? read.lock : null);
    if ("fault" in read) diagnostics.push(broken(file, read.fault));
  }
  return { locks, diagnostics };
}

function pinnedPaths(trees: readonly Tree[]): ReadonlySet<string> {
  const servers = trees.flatMap(({ declarations }) => declarations).filter((it) => it.kind === "mcp");
  return new Set(
    servers.flatMap(({ body }) => body.flatMap((it) => (it.kind === "pins" ? lockPath(it.path.text) : []))),
  );
}

function broken({ path, text }: Source, { line, message }: LockFault): Diagnostic {
  const start = text.split("\n", line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  // The word that the line begins with: the rest of it may be very long.
  const end = start + (/^\S*/.exec(text.slice(start))?.[0].length ?? 0);
  const span = { path, start, end, line, column: 1 };
  const help = "restore the file, or pin anew with `gw mcp pin` and review the difference";
  return { code: "GW3056", severity: CODES.GW3056.severity, span, message, help, notes: [] };
}
