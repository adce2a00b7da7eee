/**
 * A server of tools that is a program: started when it is needed, in a process group of its own, with no variable of the
 * gateway's environment but `PATH` and those that policy names; started again when it ends, after a rest that grows with
 * each failure; ended with the gateway, with all that it started. What it says on its error stream is kept for the
 * sentence that tells how it ended, and goes nowhere else.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { McpLine, McpProgram } from "./mcp.ts";
import { UpstreamError } from "./provider.ts";

/** What to run, and where. */
export interface ProgramParts {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Milliseconds of a clock that never jumps. */
  readonly tick: () => number;
  /** Told how it ended, when nobody asked it to. */
  readonly onEnd: (how: string) => void;
}

/** A program under supervision. */
export interface McpProgramClient extends McpProgram {
  /** The policy does not name it any more: it ends. */
  retire(): Promise<void>;
  close(): Promise<void>;
}

/** A program that ran this long had a good start, and what ended it is no reason to rest. */
const GOOD_RUN_MS = 60_000;
const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 30_000;
/** How long a program may take to end by itself once its input is closed. */
const GRACE_MS = 1_000;
const LONGEST_LINE = 32 * 1024 * 1024;
const LF = 0x0a;

/** Supervises one program; it does not run yet. */
export function superviseProgram(parts: ProgramParts): McpProgramClient {
  let running: Run | null = null;
  let failures = 0;
  let restUntil = 0;
  let closed = false;

  const start = (): Run => {
    const since = parts.tick();
    const run = startProgram(parts);
    void run.ended.then((how) => {
      if (running === run) running = null;
      if (!closed) parts.onEnd(how);
      failures = parts.tick() - since >= GOOD_RUN_MS ? 0 : failures + 1;
      restUntil = failures === 0 ? 0 : parts.tick() + Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** (failures - 1));
    });
    return run;
  };
  const end = async (): Promise<void> => {
    closed = true;
    await running?.stop();
  };
  return {
    kind: "program",
    check() {},
    line() {
      if (closed) throw new UpstreamError("connect", "the program is not run any more");
      if (running === null && parts.tick() < restUntil)
        throw new UpstreamError("connect", "the program failed and rests");
      running ??= start();
      return running;
    },
    retire: end,
    close: end,
  };
}

interface Run extends McpLine {
  stop(): Promise<void>;
}

/** Process groups that must not outlive this process. */
const groups = new Set<number>();
let armed = false;

function startProgram({ command, env, cwd }: ProgramParts): Run {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { env, cwd, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const { pid } = child;
  if (!armed) process.once("exit", () => killAll());
  armed = true;
  if (pid !== undefined) groups.add(pid);
  let listener: ((line: Buffer) => void) | null = null;
  const whisper = lastWords(child);
  cutLines(child, (line) => listener?.(line));
  // It may end before it has read its input.
  child.stdin.on("error", () => {});
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      resolve(`cannot be started (${error.code ?? error.message})`),
    );
    child.once("close", (code, signal) => {
      // What it left in its group goes with it.
      if (pid !== undefined) kill(pid, "SIGKILL");
      if (pid !== undefined) groups.delete(pid);
      resolve(`ended with ${code ?? signal}${whisper()}`);
    });
  });
  return {
    write: (line) => void child.stdin.write(`${line}\n`),
    onLine: (listen) => {
      listener = listen;
    },
    ended,
    async stop() {
      child.stdin.end();
      if (pid === undefined) return;
      const hurry = setTimeout(() => kill(pid, "SIGTERM"), GRACE_MS);
      const force = setTimeout(() => kill(pid, "SIGKILL"), 2 * GRACE_MS);
      await ended;
      clearTimeout(hurry);
      clearTimeout(force);
    },
  };
}

/** Cuts what the program says into lines; one that never ends is its end. */
function cutLines(child: ChildProcessWithoutNullStreams, onLine: (line: Buffer) => void): void {
  let pieces: Buffer[] = [];
  let held = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      const last = chunk.subarray(from, at);
      onLine(pieces.length === 0 ? last : Buffer.concat([...pieces, last]));
      pieces = [];
      held = 0;
      from = at + 1;
    }
    if (from === chunk.length) return;
    pieces.push(Buffer.from(chunk.subarray(from)));
    held += chunk.length - from;
    if (held > LONGEST_LINE && child.pid !== undefined) kill(child.pid, "SIGKILL");
  });
}

const LONGEST_WHISPER = 200;

/** The last line of the error stream, for a sentence. */
function lastWords(child: ChildProcessWithoutNullStreams): () => string {
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-4 * LONGEST_WHISPER);
  });
  return () => {
    const line = words.trimEnd().split("\n").at(-1)?.trim() ?? "";
    return line === "" ? "" : `: ${line.replace(/[\p{Cc}\p{Cf}]/gu, "?").slice(0, LONGEST_WHISPER)}`;
  };
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function killAll(): void {
  for (const pid of groups) kill(pid, "SIGKILL");
}
