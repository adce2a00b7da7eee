/**
 * Child processes of tests and benches: started in a group of their own, their output kept, and none of them outliving
 * the process that started it, however that one ends.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, type StdioOptions, spawn } from "node:child_process";

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Opens a message channel, for `ask`. */
  readonly channel?: boolean;
}

/** How a process ended: `code` is null when a signal ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Running {
  readonly pid: number;
  readonly exit: Promise<Exit>;
  /** All that was printed so far. */
  stdout(): string;
  stderr(): string;
  write(text: string): void;
  /** Closes the process's input. */
  end(): void;
  /** Resolves with the first truthy answer of `look`, asked again whenever something is printed. Rejects when the process ends before, or after `withinMs`. */
  until<T>(look: (stdout: string, stderr: string) => T | null, withinMs: number): Promise<T>;
  signal(name: NodeJS.Signals): void;
  /** Sends a message and resolves with the next one that comes back; needs a channel. */
  ask<T>(question: string): Promise<T>;
}

let armed = false;
const groups = new Set<number>();

/** Starts a process with exactly the environment given. */
export function launch({ command, args, env, cwd, channel = false }: Launch): Running {
  if (!armed) process.once("exit", killAll);
  armed = true;
  const stdio: StdioOptions = ["pipe", "pipe", "pipe", channel ? "ipc" : "ignore"];
  const child = spawn(command, args, { env, cwd, detached: true, stdio }) as ChildProcessWithoutNullStreams;
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  const output = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  // The process may end before it has read its input.
  child.stdin.on("error", () => {});
  const exit = ended(child).finally(() => {
    // What the process left in its group goes with it.
    if (pid !== undefined) killGroup(pid, "SIGKILL");
    groups.delete(pid ?? 0);
  });
  return {
    pid: pid ?? 0,
    exit,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    write: (text) => void child.stdin.write(text),
    end: () => void child.stdin.end(),
    signal: (name) => {
      if (pid !== undefined && groups.has(pid)) killGroup(pid, name);
    },
    ask: (question) =>
      new Promise((resolve, reject) => {
        child.once("message", (answer) => resolve(answer as never));
        child.send(question, (error) => error && reject(error));
      }),
    until: (look, withinMs) =>
      new Promise((resolve, reject) => {
        const settle = (finish: () => void) => {
          clearTimeout(timer);
          watchers.delete(watcher);
          finish();
        };
        const fail = (why: string) =>
          settle(() => reject(new Error(`${command}: ${why}\n${output.stdout}\n${output.stderr}`)));
        const watcher = () => {
          const found = look(output.stdout, output.stderr);
          if (found) settle(() => resolve(found));
        };
        const timer = setTimeout(() => fail(`nothing of what was waited for within ${withinMs} ms`), withinMs);
        watchers.add(watcher);
        exit.then(
          ({ code, signal }) => fail(`ended with ${code ?? signal}`),
          (error: Error) => fail(error.message),
        );
        watcher();
      }),
  };
}

function ended(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function killAll(): void {
  for (const pid of groups) killGroup(pid, "SIGKILL");
}
