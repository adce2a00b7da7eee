/**
 * Claude Code itself, as the tests' set-up fetches it from npm into a cache folder of the checkout. It is no dependency
 * of the package. `CLAUDE_CODE_VERSION=latest` asks for the newest release, a version number for that one.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

/** The release that `npm test` runs. */
export const PINNED = "2.1.330";

const run = promisify(execFile);
const cache = resolve(import.meta.dirname, "../../.cache/claude-code");
/** A lock older than this was left by a process that died. */
const STALE_MS = 10 * 60_000;

let found: Promise<string> | null = null;

/** Path of the client's executable, fetched first if the cache does not have it. */
export function claudeBinary(): Promise<string> {
  found ??= locate();
  return found;
}

async function locate(): Promise<string> {
  const wanted = process.env.CLAUDE_CODE_VERSION ?? PINNED;
  const version = wanted === "latest" ? await newest() : wanted;
  const home = join(cache, version);
  const binary = join(home, "node_modules", packageName(), process.platform === "win32" ? "claude.exe" : "claude");
  while (!existsSync(binary)) {
    if (await lock(home)) {
      try {
        if (!existsSync(binary)) await fetchInto(home, version);
      } finally {
        await rm(`${home}.lock`, { force: true });
      }
    } else await pause(200);
  }
  return binary;
}

/** The platform package, which holds the native executable. */
function packageName(): string {
  return `@anthropic-ai/claude-code-${process.platform}-${process.arch}${onMusl() ? "-musl" : ""}`;
}

function onMusl(): boolean {
  if (process.platform !== "linux") return false;
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime === undefined;
}

async function newest(): Promise<string> {
  const { stdout } = await npm("view", "@anthropic-ai/claude-code", "version");
  return stdout.trim();
}

/** Installs next to its final place and moves it there whole, so that a half-fetched client is never found. */
async function fetchInto(home: string, version: string): Promise<void> {
  process.stderr.write(`fetching Claude Code ${version} for the tests\n`);
  const partial = await mkdtemp(`${home}.partial-`);
  try {
    const flags = ["--ignore-scripts", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
    await npm("install", "--prefix", partial, ...flags, `${packageName()}@${version}`);
    await rm(home, { recursive: true, force: true });
    await rename(partial, home);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  process.stderr.write(`fetched Claude Code ${version}\n`);
}

async function npm(...args: string[]): Promise<{ stdout: string }> {
  // Under `npm test` this is the npm that runs the tests; by hand it is the one on the path.
  const script = process.env.npm_execpath;
  const options = { cwd: cache, maxBuffer: 1 << 24 };
  await mkdir(cache, { recursive: true });
  return script?.endsWith(".js") ? run(process.execPath, [script, ...args], options) : run("npm", args, options);
}

async function lock(home: string): Promise<boolean> {
  const path = `${home}.lock`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch {
    const held = await stat(path).catch(() => null);
    if (held !== null && Date.now() - held.mtimeMs > STALE_MS) await rm(path, { force: true });
    return false;
  }
}
