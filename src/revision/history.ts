/**
 * A policy directory as it stood at a revision of Git, read from the repository without checking anything out. The same
 * rules as for the directory itself hold: see files.ts. Links are not followed here, and one that could matter is an error.
 */
import { posix } from "node:path";
import type { Revision } from "../decision/table.ts";
import type { Source } from "../language/source.ts";
import { isSource, SourcesError } from "./files.ts";
import { contentHash } from "./revision.ts";

/** Git does not know what was asked for; the message is a sentence for people. */
export class HistoryError extends Error {
  readonly code: "not-a-repository" | "unknown-revision";
  constructor(code: HistoryError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HistoryError";
    this.code = code;
  }
}

/** A directory's sources at a commit, and their name. */
export interface Past {
  readonly sources: readonly Source[];
  readonly revision: Revision;
}

/** The history of one policy directory. */
export interface History {
  /** Throws HistoryError for an unknown revision, SourcesError when the directory cannot be read whole. */
  at(revision: string): Promise<Past>;
  /** The commit where two revisions parted. Throws HistoryError. */
  base(one: string, other: string): Promise<string>;
  /** Commits that changed the directory, newest first, as full ids; never more than asked for. */
  commits(most: number): Promise<readonly string[]>;
}

const SUFFIX = ".policy";
const GIT_TIMEOUT_MS = 30_000;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
/** Names of files that go into one command line. */
const MOST_AT_ONCE = 500;

type Git = import("simple-git").SimpleGit;

/** Opens the history of a directory. Throws HistoryError when it lies in no repository. */
export async function openHistory(dir: string): Promise<History> {
  const { simpleGit } = await import("simple-git");
  const git = await openGit(() => simpleGit({ baseDir: dir, timeout: { block: GIT_TIMEOUT_MS } }), dir);
  return {
    at: (revision) => readAt(git, dir, revision),
    base: async (one, other) => {
      const [a, b] = [await commitOf(git, one), await commitOf(git, other)];
      const found = await git.raw("merge-base", a, b).catch(() => "");
      if (found.trim() !== "") return found.trim();
      throw new HistoryError("unknown-revision", `\`${one}\` and \`${other}\` have no commit in common`);
    },
    commits: async (most) => {
      const lines = await git.raw("log", `--max-count=${most}`, "--format=%H", "--", ".").catch(() => "");
      return lines.split("\n").filter((line) => line !== "");
    },
  };
}

async function openGit(open: () => Git, dir: string): Promise<Git> {
  try {
    const git = open();
    await git.raw("rev-parse", "--show-prefix");
    return git;
  } catch (error) {
    throw new HistoryError("not-a-repository", `\`${dir}\` lies in no Git repository`, { cause: error });
  }
}

/** The commit that a revision names. What begins with a dash is no revision but an option. */
async function commitOf(git: Git, revision: string): Promise<string> {
  const found = revision.startsWith("-")
    ? ""
    : await git.raw("rev-parse", "--verify", "--quiet", `${revision}^{commit}`).catch(() => "");
  if (/^[0-9a-f]{40,64}$/.test(found.trim())) return found.trim();
  throw new HistoryError("unknown-revision", `Git knows no revision \`${revision}\``);
}

/** A file of a commit. */
interface Blob {
  readonly path: string;
  readonly id: string;
  readonly size: number;
  readonly isLink: boolean;
}

async function readAt(git: Git, dir: string, revision: string): Promise<Past> {
  const commit = await commitOf(git, revision);
  const blobs = await listBlobs(git, commit);
  const texts = await readBlobs(git, blobs);
  refuseLinks(blobs, texts);
  const sources = blobs
    .filter(({ isLink }) => !isLink)
    .map(({ path, id }) => ({ path, text: decode(path, texts.get(id)!) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (!sources.some(({ path }) => path.endsWith(SUFFIX))) {
    throw new SourcesError("empty", `no \`*${SUFFIX}\` file below \`${dir}\` at \`${revision}\``);
  }
  return { sources, revision: { id: commit.slice(0, 12), content: contentHash(sources), commit } };
}

/** The files that belong to the policy, and the links that might. Git lists what lies below its working directory. */
async function listBlobs(git: Git, commit: string): Promise<readonly Blob[]> {
  const listing = await git.raw("ls-tree", "-r", "-z", "--long", commit);
  const blobs: Blob[] = [];
  for (const line of listing.split("\0")) {
    const [, mode = "", id = "", size = "", path = ""] = /^(\d+) blob (\w+) +(\d+)\t(.*)$/s.exec(line) ?? [];
    const isHidden = path.split("/").some((part) => part.startsWith("."));
    const isLink = mode === "120000";
    if (path === "" || isHidden || !(isLink || isSource(path))) continue;
    if (Number(size) > MAX_FILE_BYTES) {
      throw new SourcesError("too-large", `\`${path}\` is larger than ${MAX_FILE_BYTES} bytes`);
    }
    blobs.push({ path, id, size: Number(size), isLink });
  }
  return blobs;
}

/** Reads many files with few commands: their contents come one after the other, as long as was listed. */
async function readBlobs(git: Git, blobs: readonly Blob[]): Promise<ReadonlyMap<string, Buffer>> {
  const sizes = new Map(blobs.map(({ id, size }) => [id, size]));
  const ids = [...sizes.keys()];
  const texts = new Map<string, Buffer>();
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    const some = ids.slice(from, from + MOST_AT_ONCE);
    const bytes = await git.showBuffer(some);
    let start = 0;
    for (const id of some) {
      const end = start + sizes.get(id)!;
      texts.set(id, bytes.subarray(start, end));
      start = end;
    }
    if (start !== bytes.length) throw new SourcesError("unreadable", "Git gave other contents than it listed");
  }
  return texts;
}

/** A link to a policy file, or to a folder with some, would make the policy smaller than it was. */
function refuseLinks(blobs: readonly Blob[], texts: ReadonlyMap<string, Buffer>): void {
  for (const { path, id, isLink } of blobs) {
    if (!isLink) continue;
    const target = posix.normalize(posix.join(posix.dirname(path), texts.get(id)!.toString("utf8")));
    const matters =
      isSource(path) || target.startsWith("..") || blobs.some((blob) => blob.path.startsWith(`${target}/`));
    if (matters) throw new SourcesError("outside", `\`${path}\` is a link, which is not followed in a past revision`);
  }
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new SourcesError("not-utf8", `\`${path}\` is not UTF-8 text`, { cause: error });
  }
}
