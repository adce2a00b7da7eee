/** Runs the real command in a process of its own, as a person would. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const GW = fileURLToPath(new URL("../../src/cli/gw.ts", import.meta.url));

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A directory to play in, in which commands run. */
export interface Playground {
  readonly dir: string;
  gw(...args: readonly string[]): Promise<Ran>;
  write(name: string, text: string): void;
  remove(): void;
}

export function playground(): Playground {
  const dir = mkdtempSync(join(tmpdir(), "sallyport-cli-"));
  return {
    dir,
    gw: (...args) => gw(dir, args),
    write: (name, text) => writeFileSync(join(dir, name), text),
    remove: () => rmSync(dir, { recursive: true }),
  };
}

function gw(cwd: string, args: readonly string[]): Promise<Ran> {
  // Nothing of the caller's environment: neither a provider's key nor a wish for colour.
  const env = { PATH: process.env.PATH };
  return new Promise((resolve, reject) => {
    const options = { cwd, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
    execFile(process.execPath, [GW, ...args], options, (error, out, err) => {
      if (error === null) return resolve({ code: 0, out, err });
      if (typeof error.code !== "number") return reject(error);
      resolve({ code: error.code, out, err });
    });
  });
}
