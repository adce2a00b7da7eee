/**
 * What a pull request waits for: `gw policy check` and `fmt --check` of the large tree, as whole processes started cold.
 * They are those of the package as it is published: in a checkout each start also loads what takes the types off the
 * first files, since only behind them code is kept compiled.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Section } from "./report.ts";
import { median } from "./statistics.ts";
import { LARGE, workload } from "./workload.ts";

const BUILD = fileURLToPath(new URL("../../.ci/build.ts", import.meta.url));
const GW = fileURLToPath(new URL("../../dist/src/cli/gw.js", import.meta.url));
const RUNS = 5;

/** Medians of whole processes, in milliseconds of the wall clock. */
export interface CheckReport {
  readonly keys: number;
  readonly bytes: number;
  readonly bareMs: number;
  readonly checkMs: number;
  readonly formatMs: number;
}

/** Times the commands beside a process that does nothing. */
export function benchCheck(): CheckReport {
  const directory = mkdtempSync(join(tmpdir(), "sallyport-bench-"));
  try {
    execFileSync(process.execPath, [BUILD], { stdio: "ignore" });
    let bytes = 0;
    for (const { path, text } of workload(LARGE)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
      bytes += Buffer.byteLength(text);
    }
    execFileSync(process.execPath, [GW, "policy", "fmt", directory], { stdio: "ignore" });
    return {
      keys: LARGE.keys,
      bytes,
      bareMs: medianOf(["--eval", "0"]),
      checkMs: medianOf([GW, "policy", "check", directory]),
      formatMs: medianOf([GW, "policy", "fmt", "--check", directory]),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function medianOf(words: readonly string[]): number {
  const run = (): number => {
    const start = performance.now();
    execFileSync(process.execPath, words, { stdio: "ignore" });
    return performance.now() - start;
  };
  run();
  return median(Array.from({ length: RUNS }, run));
}

/** The figures as a table. */
export function checkSection({ keys, bytes, bareMs, checkMs, formatMs }: CheckReport): Section {
  const row = (what: string, ms: number) => [what, `${Math.round(ms)} ms`, `${(ms / bareMs).toFixed(1)} ×`];
  return {
    title: `Commands on ${keys} keys (${(bytes / 1e6).toFixed(1)} MB of policy), cold, of the built package`,
    columns: ["command", "wall", "bare node"],
    rows: [row("node", bareMs), row("gw policy check", checkMs), row("gw policy fmt --check", formatMs)],
    notes: [
      "Whole processes, from start to exit; the median of five after one that warms the disk and the cache of compiled code.",
    ],
  };
}
