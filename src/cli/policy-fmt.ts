/**
 * `gw policy fmt`: the one canonical format. All files are formatted before any is written, and a file that cannot be
 * read is reported and left alone. Pinned packs of a directory are not touched: their hash is under review.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../language/diagnostic.ts";
import { parse } from "../language/parse.ts";
import { print } from "../language/print.ts";
import type { Source } from "../language/source.ts";
import { readSources } from "../revision/files.ts";
import { isLockFile } from "../revision/locks.ts";
import { pinnedFiles } from "../revision/packs.ts";
import { Complaint } from "./complaint.ts";
import { drawDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import { complaintAbout } from "./unreadable.ts";
import { writeAtomic } from "./write-atomic.ts";

/** Formats files and directories, or only checks them; answers 1 when a check finds work or a file is broken. */
export async function policyFmt(paths: readonly string[], check: boolean, { out }: Terminal): Promise<0 | 1> {
  const sources = (await Promise.all(paths.map(collect))).flat();
  const changed: Source[] = [];
  const faults: Diagnostic[] = [];
  for (const source of sources) {
    const printed = print(source);
    if ("diagnostics" in printed) faults.push(...printed.diagnostics);
    else if (printed.text !== source.text) changed.push({ path: source.path, text: printed.text });
  }
  if (!check) for (const { path, text } of changed) await writeAtomic(path, text);
  for (const { path } of changed) out.write(`${path}\n`);
  if (faults.length > 0) {
    const texts = new Map(sources.map(({ path, text }) => [path, text]));
    out.write(drawDiagnostics(faults, { dir: "", texts }, out));
  }
  return faults.length > 0 || (check && changed.length > 0) ? 1 : 0;
}

/** The files that an argument stands for, by paths that can be written to. */
async function collect(path: string): Promise<readonly Source[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new Complaint(`there is no file or directory \`${path}\``);
  if (!found.isDirectory()) return [{ path, text: await readFile(path, "utf8") }];
  try {
    const sources = (await readSources(path)).filter((source) => !isLockFile(source));
    const pinned = pinnedFiles(sources.map((source) => parse(source).tree));
    return sources
      .filter((source) => !pinned.has(source.path))
      .map((source) => ({ path: join(path, source.path), text: source.text }));
  } catch (error) {
    throw complaintAbout(error, "policy fmt", path);
  }
}
