/** What the change means: `gw policy diff` from where the branch parted, and what can be said when there is no such answer. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { complaintOf, type Gw, type Ran } from "./gw.ts";
import { inCode } from "./markdown.ts";

/** The verdict, the words for it, and why there is none. */
export interface Comparison {
  readonly change: "none" | "tighter" | "wider" | null;
  /** Empty when nothing was compared. */
  readonly markdown: string;
  /** Why nothing was compared; null when something was. */
  readonly why: string | null;
  /** True when somebody has to mend the job, not the policy. */
  readonly isMistake: boolean;
}

const VERDICTS = new Map([
  [0, "none"],
  [3, "wider"],
  [4, "tighter"],
] as const);

/** Compares the directory at HEAD with what it was at the base; null compares nothing. */
export async function compare(gw: Gw, dir: string, base: string | null): Promise<Comparison> {
  if (base === null) return not("there is no base to compare with");
  if (await isNew(dir, base)) return { change: "wider", markdown: newText(dir, base), why: null, isMistake: false };
  const ran = await gw(["policy", "diff", "--format", "markdown", "--", `${base}...HEAD`, dir]);
  const change = VERDICTS.get(ran.code as 0 | 3 | 4);
  if (change !== undefined) return { change, markdown: ran.out, why: null, isMistake: false };
  return ran.code === 1 ? not(notGood(ran)) : { ...not(advised(complaintOf(ran))), isMistake: true };
}

function not(why: string): Comparison {
  return { change: null, markdown: "", why, isMistake: false };
}

/** A directory without a policy at the base is no mistake: this change brings the first one. */
async function isNew(dir: string, base: string): Promise<boolean> {
  if (base.startsWith("-")) return false;
  try {
    const { stdout } = await promisify(execFile)("git", ["ls-tree", "-r", "-z", "--name-only", base, "--", `${dir}/`]);
    return !stdout.split("\0").some((path) => path.endsWith(".policy"));
  } catch {
    // Git does not know the base; the diff says so better.
    return false;
  }
}

function newText(dir: string, base: string): string {
  return `### Policy: it is new\n\nThere is no policy in ${inCode(dir)} at ${inCode(base)}, so all that it allows is wider.\n`;
}

/** The last line of what it said, such as that the policy of the base is not good. */
function notGood({ err }: Ran): string {
  return (err.trimEnd().split("\n").at(-1) ?? "").replace(/^(?:not compared|error): /, "");
}

function advised(complaint: string): string {
  const isShallow = /^Git knows no revision|have no commit in common/.test(complaint);
  return isShallow ? `${complaint}; check out with \`fetch-depth: 0\`` : complaint;
}
