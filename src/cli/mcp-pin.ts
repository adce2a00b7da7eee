/**
 * `gw mcp pin`: asks the servers of a policy what they offer and writes that into their lock files. What is new is shown,
 * since whoever commits a lock vouches for what its tools say to models.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Source } from "../language/source.ts";
import { lockOf, printLock } from "../model/lock.ts";
import { lockPath } from "../model/pins.ts";
import { readSources } from "../revision/files.ts";
import { judge, type Loaded } from "../revision/load.ts";
import { readLocks, sha256 } from "../revision/locks.ts";
import { revisionOf } from "../revision/revision.ts";
import { isLockFile, parseFile } from "../revision/source-files.ts";
import { Complaint, complain } from "./complaint.ts";
import { driftDetails, driftLine, lockDrift } from "./drift-words.ts";
import { type Found, lockFile, lookAt, type PinnedServer, pinnedServers } from "./pinned-servers.ts";
import type { Terminal } from "./terminal.ts";
import { complaintAbout } from "./unreadable.ts";
import { writeAtomic } from "./write-atomic.ts";

/** Pins the named servers, or all that have pins. */
export async function mcpPin(names: readonly string[], dir: string, terminal: Terminal): Promise<0 | 1> {
  const servers = pinnedServers(await loadWithoutLocks(dir), dir, names, terminal);
  const found = await lookAt(servers, dir);
  let exitCode: 0 | 1 = 0;
  for (const [index, server] of servers.entries()) {
    const one = found[index]!;
    if (one instanceof Complaint) {
      exitCode = 1;
      complain(terminal.err, one.message, one.help);
    } else await pin(server, one, dir, terminal);
  }
  return exitCode;
}

/** A lock that is missing or broken counts as an empty one: this command is how it comes to be whole. */
async function loadWithoutLocks(dir: string): Promise<Loaded> {
  const sources = await readSources(dir).catch((error: unknown) => {
    throw complaintAbout(error, "mcp pin", dir);
  });
  const trees = sources.map((source) => parseFile(source).tree);
  const { locks } = readLocks(
    trees,
    sources.filter((source) => isLockFile(source.path)),
  );
  const whole = new Map(sources.map((source) => [source.path, source]));
  for (const { name, body } of trees.flatMap((tree) => tree.declarations).filter((it) => it.kind === "mcp")) {
    for (const part of body) {
      if (part.kind !== "pins" || locks.get(lockPath(part.path.text))?.server === name.text) continue;
      const path = lockPath(part.path.text);
      refuseOutside(path);
      whole.set(path, { path, text: printLock(lockOf(name.text, [], null, sha256), sha256) } satisfies Source);
    }
  }
  return judge([...whole.values()], await revisionOf(dir, sources), Date.now());
}

/** What lies elsewhere is not read with the policy. */
function refuseOutside(path: string): void {
  const isInside = !path.startsWith("/") && path.split("/").every((part) => part !== "" && !part.startsWith("."));
  if (isInside && isLockFile(path)) return;
  throw new Complaint(
    `\`${path}\` cannot be a lock file of this policy`,
    "it lies below the policy directory, in no hidden folder, and its name ends in `.lock`",
  );
}

async function pin({ server, pins }: PinnedServer, { lock, unnameable }: Found, dir: string, terminal: Terminal) {
  const path = lockFile(dir, pins);
  const drift = lockDrift(pins.lock, lock);
  await write(path, printLock(lock, sha256));
  const tools = `${lock.tools.length} ${lock.tools.length === 1 ? "tool" : "tools"}`;
  const wasEmpty = pins.lock.tools.length === 0;
  terminal.out.write(`${server.name}: ${tools} pinned in ${path}${drift.length === 0 ? ", as before" : ""}\n`);
  for (const each of wasEmpty ? [] : drift) {
    terminal.out.write(`  ${driftLine(each)}\n`);
    for (const detail of driftDetails(each, pins.lock, lock)) terminal.out.write(`    ${detail}\n`);
  }
  for (const name of unnameable) {
    complain(terminal.err, `a tool of \`${server.name}\` is called \`${name}\`, which no policy can name`, null);
  }
  if (drift.length > 0) terminal.err.write("read what the lock says to models before you commit it\n");
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // A lock that is there is replaced as a whole: a gateway may be watching.
  await writeFile(path, text, { flag: "wx" }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    await writeAtomic(path, text);
  });
}
