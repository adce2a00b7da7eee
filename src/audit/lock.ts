/**
 * One writer for each data directory: a file that names the process. A lock whose process is gone is taken over; on Linux the
 * start time tells a process from a later one that got the same number, as happens in containers.
 */
import { readFileSync } from "node:fs";
import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditError } from "./log.ts";

/** Gives the lock back. */
export type Unlock = () => Promise<void>;

/** Takes the lock of a folder for this process, or throws AuditError `locked`. `boot` tells two opens apart. */
export async function lock(folder: string, boot: string): Promise<Unlock> {
  const path = join(folder, "writer.lock");
  const mine = `${process.pid} ${startOf(process.pid) ?? "-"} ${boot}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await claim(path, mine, boot)) return () => unlock(path, mine);
    const holder = await readFile(path, "utf8").catch(() => null);
    if (holder === null) continue;
    if (isAlive(holder)) {
      const pid = holder.split(" ")[0];
      throw new AuditError(
        "locked",
        `the audit log in \`${folder}\` is being written by process ${pid}; one log has one writer`,
      );
    }
    await putAside(path, holder, boot);
  }
  throw new AuditError(
    "locked",
    `the lock of the audit log in \`${folder}\` changes hands; another process is starting`,
  );
}

/** A link appears with its content or not at all, so nobody ever reads half a lock. */
async function claim(path: string, mine: string, boot: string): Promise<boolean> {
  const draft = `${path}.${boot}`;
  await writeFile(draft, mine, { mode: 0o640 });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

/** Takes a dead holder's lock away; when somebody else was faster and this is theirs already, it goes back. */
async function putAside(path: string, holder: string, boot: string): Promise<void> {
  const aside = `${path}.${boot}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, "utf8")) !== holder) await link(aside, path).catch(() => {});
  await unlink(aside);
}

async function unlock(path: string, mine: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => null)) === mine) await unlink(path);
}

function isAlive(holder: string): boolean {
  const [text = "", start = "-"] = holder.trim().split(" ");
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const now = startOf(pid);
  return start === "-" || now === null || now === start;
}

/** When a process started, in the kernel's ticks; null where the kernel does not say. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the command in parentheses and may hold spaces; the start time is field 22.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
