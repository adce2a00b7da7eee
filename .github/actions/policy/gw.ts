/** Runs `gw`, wherever the install step put it, and keeps what it said. */
import { execFile } from "node:child_process";

/** How a command ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `gw` with these arguments. */
export type Gw = (args: readonly string[]) => Promise<Ran>;

const MOST_BYTES = 256 * 1024 * 1024;

/** A runner of the executable at `path`, in the workspace. */
export function runner(path: string): Gw {
  if (path === "") throw new Error("GW does not name the executable of `gw`");
  return (args) =>
    new Promise((resolve, reject) => {
      execFile(process.execPath, [path, ...args], { maxBuffer: MOST_BYTES }, (error, out, err) => {
        // No number means that it did not run to its end; that is never an answer.
        if (error !== null && typeof error.code !== "number") return reject(error);
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
    });
}

/** The sentence of a command that could not do what it was asked. */
export function complaintOf({ err }: Ran): string {
  const line = err.split("\n").find((text) => text !== "") ?? "it did not say why";
  return line.replace(/^error: /, "");
}
