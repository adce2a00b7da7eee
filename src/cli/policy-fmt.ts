/**
 * `gw policy fmt`: the one canonical format. All files are formatted before any is written, and a file that cannot be
 * read is reported and left alone. Pinned packs of a directory are not touched: their hash is under review.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnostic } from "../language/diagnostic.ts";
import { read } from "../language/parse.ts";
import { type Printed, print } from "../language/print.ts";
import type { Source } from "../language/source.ts";
import type { Tree } from "../language/tree.ts";
import { readSources } from "../revision/files.ts";
import { pinnedFiles } from "../revision/packs.ts";
import { isPolicyFile } from "../revision/source-files.ts";
import { Complaint } from "./complaint.ts";
import { drawDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import { complaintAbout } from "./unreadable.ts";
import { writeAtomic } from "./write-atomic.ts";

/** Formats files and directories, or only checks them; answers 1 when a check finds work or a file is broken. */
export async function policyFmt(paths: readonly string[], check: boolean, { out }: Terminal): Promise<0 | 1> {
  const formatted = (await Promise.all(paths.map(formatAt))).flat();
  const changed: Source[] = [];
  const faults: Diagnostic[] = [];
  for (const { source, printed } of formatted) {
    if ("diagnostics" in printed) faults.push(...printed.diagnostics);
    else if (printed.text !== source.text) changed.push({ path: source.path, text: printed.text });
  }
  if (!check) for (const { path, text } of changed) await writeAtomic(path, text);
  for (const { path } of changed) out.write(`${path}\n`);
  if (faults.length > 0) {
    const texts = new Map(formatted.map(({ source }) => [source.path, source.text]));
    out.write(drawDiagnostics(faults, { dir: "", texts }, out));
  }
  return faults.length > 0 || (check && changed.length > 0) ? 1 : 0;
}

/** A file, by a path that can be written to, and its canonical form. */
interface Formatted {
  readonly source: Source;
  readonly tree: Tree;
  readonly printed: Printed;
}

/** The files that an argument stands for. */
async function formatAt(path: string): Promise<readonly Formatted[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) throw new Complaint(`there is no file or directory \`${path}\``);
  if (!found.isDirectory()) return [formatOne({ path, text: await readFile(path, "utf8") })];
  try {
    const sources = (await readSources(path)).filter((source) => isPolicyFile(source.path));
    const all = sources.map((source) => formatOne({ path: join(path, source.path), text: source.text }));
    const pinned = pinnedFiles(all.map(({ tree }) => tree));
    return all.filter((_, index) => !pinned.has(sources[index]!.path));
  } catch (error) {
    throw complaintAbout(error, "policy fmt", path);
  }
}

/** Read once for both: of a large policy reading is all the work. */
function formatOne(source: Source): Formatted {
  const reading = read(source);
  return { source, tree: reading.tree, printed: print(source, reading) };
}
