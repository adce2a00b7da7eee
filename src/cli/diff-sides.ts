/** Which two policies `gw policy diff` is about: two directories, two revisions of one, or a revision and the directory. */
import { stat } from "node:fs/promises";
import { HistoryError, openHistory } from "../revision/history.ts";
import { judge, type Loaded, load } from "../revision/load.ts";
import { Complaint } from "./complaint.ts";
import { complaintAbout } from "./unreadable.ts";

/** One policy of a comparison. */
export interface Chosen {
  /** How the person called it: `main`, `policy-old`. */
  readonly name: string;
  /** The directory, as the person wrote it; lines are shown below it. */
  readonly dir: string;
  readonly loaded: Loaded;
}

/** The directory that is compared when none is named. */
const DEFAULT_DIR = "policy";

/** Reads both policies. Throws Complaint when the question makes no sense or one of them cannot be read. */
export async function chooseSides(
  first: string,
  second: string | null,
  at: number,
): Promise<readonly [Chosen, Chosen]> {
  if (second !== null && (await isDirectory(first))) return [await now(first, at), await now(second, at)];
  const dir = second ?? DEFAULT_DIR;
  if (!(await isDirectory(dir))) throw noDirectory(first, second);
  try {
    const history = await openHistory(dir);
    const past = async (revision: string): Promise<Chosen> => {
      const { sources, revision: name } = await history.at(revision);
      return { name: revision, dir, loaded: await judge(sources, name, at) };
    };
    const [, base = first, dots = "", head = ""] = /^(.*?)(\.{2,3})(.*)$/.exec(first) ?? [];
    if (dots === "") return [await past(first), await now(dir, at)];
    const [from, to] = [base || "HEAD", head || "HEAD"];
    // Three dots: what HEAD changed since it left BASE, as in a pull request.
    const old = dots === "..." ? { ...(await past(await history.base(from, to))), name: from } : await past(from);
    return [old, await past(to)];
  } catch (error) {
    if (error instanceof HistoryError) {
      const help =
        error.code === "unknown-revision" ? "name a branch, a tag or a commit: `gw policy diff main..HEAD`" : null;
      throw new Complaint(error.message, help);
    }
    if (error instanceof Complaint) throw error;
    throw complaintAbout(error, "policy diff", dir);
  }
}

async function now(dir: string, at: number): Promise<Chosen> {
  try {
    return { name: dir, dir, loaded: await load(dir, at) };
  } catch (error) {
    throw complaintAbout(error, "policy diff", dir);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

function noDirectory(first: string, second: string | null): Complaint {
  if (second !== null) return new Complaint(`there is no directory \`${second}\``);
  return new Complaint(
    `there is no directory \`${DEFAULT_DIR}\` here`,
    `name the policy directory: \`gw policy diff ${first} DIR\``,
  );
}
