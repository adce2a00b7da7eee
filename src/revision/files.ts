/**
 * A policy directory → its sources. Every `*.policy`, `*.toml` and `*.lock` below the directory belongs to the policy, except in
 * folders whose name begins with a dot. Links are followed only as far as they stay inside (mounted config maps are made of such
 * links). A directory that cannot be read whole is an error, never a smaller policy. Neighbours: packs.ts, load.ts.
 */
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Source } from "../language/source.ts";
import { isPolicyFile, isSourceFile } from "./source-files.ts";

const MAX_FILES = 10_000;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 32;
/** So many files are read side by side: one by one, most of the time goes by in waiting. */
const AT_ONCE = 32;

/** The policy directory itself cannot be read; the message is a sentence for people. */
export class SourcesError extends Error {
  readonly code: "missing" | "not-a-directory" | "empty" | "unreadable" | "outside" | "too-large" | "not-utf8";
  constructor(code: SourcesError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SourcesError";
    this.code = code;
  }
}

/** Reads every policy file and every lock file below a directory, sorted by path. Throws SourcesError. */
export async function readSources(dir: string): Promise<Source[]> {
  const root = await openRoot(dir);
  const paths = await walk({ root, dir: root, prefix: "", trail: [root] });
  if (!paths.some(isPolicyFile)) {
    throw new SourcesError("empty", `no \`*.policy\` file below \`${dir}\``);
  }
  if (paths.length > MAX_FILES) {
    throw new SourcesError("too-large", `more than ${MAX_FILES} policy files below \`${dir}\``);
  }
  const sources: Source[] = [];
  let total = 0;
  for await (const source of inOrder(root, paths.sort())) {
    total += source.text.length;
    if (total > MAX_TOTAL_BYTES) {
      throw new SourcesError("too-large", `the policy files below \`${dir}\` are larger than ${MAX_TOTAL_BYTES} bytes`);
    }
    sources.push(source);
  }
  return sources;
}

/** The files by their paths, some read at a time. Of several that cannot be read, the first by path is the one that is told. */
async function* inOrder(root: string, paths: readonly string[]): AsyncGenerator<Source> {
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    const some = paths.slice(at, at + AT_ONCE).map((path) => readSource(root, path));
    for (const reading of await Promise.allSettled(some)) {
      if (reading.status === "rejected") throw reading.reason;
      yield reading.value;
    }
  }
}

async function openRoot(dir: string): Promise<string> {
  try {
    const root = await realpath(dir);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new SourcesError("missing", `there is no directory \`${dir}\``);
    throw unreadable(dir, error);
  }
  throw new SourcesError("not-a-directory", `\`${dir}\` is a file; the policy is a directory of \`*.policy\` files`);
}

interface Folder {
  readonly root: string;
  /** Where the folder really is. */
  readonly dir: string;
  /** How the policy calls it, with a slash at its end unless it is the root. */
  readonly prefix: string;
  /** Real paths from the root down to here, so that links cannot lead in a circle. */
  readonly trail: readonly string[];
}

async function walk(folder: Folder): Promise<string[]> {
  if (folder.trail.length > MAX_DEPTH) {
    throw new SourcesError("too-large", `\`${folder.prefix}\` lies more than ${MAX_DEPTH} folders deep`);
  }
  const found: string[] = [];
  for (const entry of await list(folder)) {
    if (entry.name.startsWith(".")) continue;
    const path = folder.prefix + entry.name;
    const at = join(folder.dir, entry.name);
    const kind = entry.isSymbolicLink() ? await follow(folder.root, path, at) : kindOf(entry);
    if (kind === "folder") found.push(...(await enter(folder, path, at)));
    else if (kind === "file" && isSourceFile(entry.name)) found.push(path);
  }
  return found;
}

async function list(folder: Folder) {
  try {
    return await readdir(folder.dir, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder.prefix || folder.dir, error);
  }
}

async function enter(folder: Folder, path: string, at: string): Promise<string[]> {
  const dir = await realpath(at).catch((error) => {
    throw unreadable(path, error);
  });
  if (folder.trail.includes(dir)) {
    throw new SourcesError("outside", `the link \`${path}\` leads back to a folder above it`);
  }
  return walk({ root: folder.root, dir, prefix: `${path}/`, trail: [...folder.trail, dir] });
}

type FileKind = "file" | "folder" | "other";

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean }): FileKind {
  return entry.isFile() ? "file" : entry.isDirectory() ? "folder" : "other";
}

/** What a link leads to. A link that matters to the policy must stay inside the directory. */
async function follow(root: string, path: string, at: string): Promise<FileKind> {
  try {
    const target = await realpath(at);
    const kind = kindOf(await stat(target));
    if (target === root || target.startsWith(root + sep)) return kind;
    if (kind === "other" || (kind === "file" && !isSourceFile(path))) return "other";
  } catch (error) {
    if (hasCode(error, "ENOENT") && !isSourceFile(path)) return "other";
    throw unreadable(path, error);
  }
  throw new SourcesError("outside", `the link \`${path}\` leads out of the policy directory`);
}

async function readSource(root: string, path: string): Promise<Source> {
  const bytes = await readBytes(root, path);
  try {
    return { path, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    throw new SourcesError("not-utf8", `\`${path}\` is not UTF-8 text`, { cause: error });
  }
}

async function readBytes(root: string, path: string): Promise<Uint8Array> {
  try {
    const at = join(root, path);
    const { size } = await stat(at);
    if (size <= MAX_FILE_BYTES) return await readFile(at);
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new SourcesError("too-large", `\`${path}\` is larger than ${MAX_FILE_BYTES} bytes`);
}

function unreadable(path: string, error: unknown): SourcesError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new SourcesError("unreadable", `\`${path}\` cannot be read (${reason})`, { cause: error });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
