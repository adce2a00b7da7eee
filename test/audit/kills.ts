/**
 * Kills a writing process at random moments, again and again on one growing log, and then asks: is every record that
 * was acknowledged still there, and does the chain hold? Run as `kills.ts COUNT`; the tests run a short one.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openJournal } from "../../src/audit/journal.ts";
import { headerOf, sealOf } from "../../src/audit/record.ts";
import { listLogs, listSegments, readLines } from "../../src/audit/segment.ts";
import { type VerifyReport, verify } from "../../src/audit/verify.ts";

const WRITER = fileURLToPath(new URL("./kill-writer.ts", import.meta.url));

/** What the kills left. */
export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly lost: number;
  /** Records that are there although nobody was told: allowed. */
  readonly unacknowledged: number;
  readonly verified: VerifyReport;
}

/** Kills the writer `kills` times; `below` is the source of chance. */
export async function runKills(dir: string, kills: number, below: (limit: number) => number): Promise<KillReport> {
  const acknowledged = new Map<number, string>();
  for (let kill = 0; kill < kills; kill++) {
    // Now and then it dies while it opens and recovers, else after some records.
    const after = below(10) === 0 ? 0 : 1 + below(150);
    await writeUntilKilled(dir, `kill-${kill}`, after, acknowledged);
  }
  await (await openJournal({ dir, boot: "last", version: "0.1.0", clock: Date.now })).log.close();
  const { kept, records } = await count(dir, acknowledged);
  const lost = acknowledged.size - kept;
  const unacknowledged = records - kept;
  return { kills, acknowledged: acknowledged.size, lost, unacknowledged, verified: await verify(dir) };
}

/** Runs a writer and kills it as soon as it has printed `after` acknowledgements; reads what it printed to the end. */
async function writeUntilKilled(dir: string, boot: string, after: number, acknowledged: Map<number, string>) {
  const child = spawn(process.execPath, [WRITER, dir, boot], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let seen = -1;
  for await (const line of createInterface({ input: child.stdout })) {
    seen += 1;
    if (seen > 0) {
      const [seq, hash] = line.split(" ");
      // A line that the kill cut off is no acknowledgement.
      if (hash?.length === 64) acknowledged.set(Number(seq), hash);
    }
    if (seen === after) child.kill("SIGKILL");
  }
  const [, signal] = await ended;
  if (signal !== "SIGKILL") throw new Error(`the writer \`${boot}\` ended by itself`);
}

async function count(dir: string, acknowledged: ReadonlyMap<number, string>) {
  let kept = 0;
  let records = 0;
  for (const log of await listLogs(dir)) {
    for (const segment of await listSegments(log)) {
      for await (const { bytes } of readLines(segment.path)) {
        const seq = headerOf(bytes)?.seq;
        records += 1;
        if (seq !== undefined && acknowledged.has(seq) && acknowledged.get(seq) === sealOf(bytes)) kept += 1;
      }
    }
  }
  return { kept, records };
}

if (import.meta.main) {
  const kills = Number(process.argv[2] ?? 1000);
  const dir = await mkdtemp(join(tmpdir(), "kills-"));
  const report = await runKills(dir, kills, (limit) => Math.floor(Math.random() * limit));
  const { acknowledged, lost, unacknowledged, verified } = report;
  const bad = verified.logs[0]?.bad ?? null;
  console.log(`${kills} kills: ${acknowledged} records acknowledged, ${lost} lost, ${unacknowledged} more on disk`);
  console.log(
    `chain of ${verified.logs[0]?.records} records in ${verified.logs[0]?.segments} segments: ${bad?.message ?? "whole"}`,
  );
  console.log(`${verified.logs[0]?.recovered} open decisions listed by recovery`);
  if (lost === 0 && verified.ok) await rm(dir, { recursive: true });
  else {
    console.error(`kept for inspection: ${dir}`);
    process.exitCode = 1;
  }
}
