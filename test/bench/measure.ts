/**
 * Sends the same requests to several targets in turns and measures each: the CPU that its process used by itself, and
 * the latency that a client sees. The work is bounded by counts, not by time.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Pool } from "undici";
import type { Running } from "../support/process.ts";
import type { Reading } from "./meter.ts";
import { firstRequests, type Sent, sessionTraffic } from "./traffic.ts";

/**
 * How much is sent: first `warm` requests to each target, which runs for days where it is used and whose code must be
 * compiled by then; per size and round `load` requests at once-in-flight `width`, and `single` one after another.
 */
export interface RelayPlan {
  readonly sizes: readonly number[];
  readonly warm: number;
  readonly rounds: number;
  readonly load: number;
  readonly width: number;
  readonly single: number;
}

export interface Measured {
  /** Microseconds of CPU per request, one figure a round: answers event by event, and as fast as they come. */
  readonly pacedCpuUs: number[];
  readonly burstCpuUs: number[];
  /** The same, paced, of requests that begin sessions. */
  readonly firstCpuUs: number[];
  /** Milliseconds to the first byte and to the last, one figure a request. */
  readonly firstMs: number[];
  readonly lastMs: number[];
  /** Bytes resident after the rounds of this size. */
  rss: number;
}

export interface SizeReport {
  readonly bytes: number;
  readonly direct: Measured;
  readonly relay: Measured;
  readonly gateway: Measured;
}

/** Straight to the provider, through the bare relay, through the gateway. */
export type TargetName = "direct" | "relay" | "gateway";

export interface Target {
  readonly name: TargetName;
  readonly pool: Pool;
  readonly path: string;
  /** null for the provider: what it uses is nobody's cost. */
  readonly process: Running | null;
}

export interface SizeRun {
  readonly bytes: number;
  readonly plan: RelayPlan;
  readonly targets: readonly Target[];
  readonly key: string;
  /** Tells the provider how to stream from now on. */
  readonly pace: (mode: "paced" | "burst") => Promise<unknown>;
  readonly random: () => number;
  readonly progress: (line: string) => void;
}

/** Sends requests of every size to every target, before anything is measured. */
export async function warmUp({ plan, targets, key, pace, random, progress }: Omit<SizeRun, "bytes">): Promise<void> {
  const bodies = plan.sizes.flatMap((bytes) => sessionTraffic(bytes, plan.load, random));
  // An answer that comes slowly runs other code than one that comes at once.
  for (const [mode, count] of [
    ["burst", plan.warm],
    ["paced", plan.warm >> 2],
  ] as const) {
    await pace(mode);
    for (const at of targets) {
      progress(`warming up ${at.name}, ${mode}`);
      const load = Array.from({ length: count }, (_, index) => bodies[(index * 7) % bodies.length]!);
      await flood(at, load, { width: plan.width, key });
    }
  }
}

/** Measures every target with bodies of one size. */
export async function measureSize(run: SizeRun): Promise<SizeReport> {
  const { bytes, plan, targets, key, random, progress } = run;
  const bodies = (count: number) => sessionTraffic(bytes, count, random);
  const report = { bytes, direct: measured(), relay: measured(), gateway: measured() };
  progress(`${bytes} bytes: warming up`);
  await run.pace("burst");
  for (const at of targets) await flood(at, bodies(plan.load), { width: plan.width, key });
  for (let round = 0; round < plan.rounds; round += 1) {
    progress(`${bytes} bytes: round ${round + 1} of ${plan.rounds}`);
    const order = [...targets.slice(round % targets.length), ...targets.slice(0, round % targets.length)];
    await run.pace("paced");
    const slow = bodies(plan.load);
    for (const at of order) await meterLoad(at, slow, { run, cpu: report[at.name].pacedCpuUs });
    const first = firstRequests(bytes, plan.load, random);
    for (const at of order) await meterLoad(at, first, { run, cpu: report[at.name].firstCpuUs });
    await run.pace("burst");
    const fast = bodies(plan.load);
    for (const at of order) report[at.name].rss = await meterLoad(at, fast, { run, cpu: report[at.name].burstCpuUs });
    for (const body of bodies(plan.single)) {
      for (const at of order) {
        const { firstMs, lastMs } = await exchange(at, body, key);
        report[at.name].firstMs.push(firstMs);
        report[at.name].lastMs.push(lastMs);
      }
    }
  }
  return report;
}

/** Sends a load, notes the CPU per request and returns the memory that is resident afterwards. */
async function meterLoad(
  at: Target,
  load: readonly Sent[],
  { run, cpu }: { run: SizeRun; cpu: number[] },
): Promise<number> {
  const before = await settled(at);
  await flood(at, load, { width: run.plan.width, key: run.key });
  const after = await settled(at);
  if (before === null || after === null) return 0;
  cpu.push((after.cpuUs - before.cpuUs) / load.length);
  return after.rss;
}

function measured(): Measured {
  return { pacedCpuUs: [], burstCpuUs: [], firstCpuUs: [], firstMs: [], lastMs: [], rss: 0 };
}

/** Reads the meter once the work that follows a last byte (records, accounts) has had its time. */
async function settled({ process }: Target): Promise<Reading | null> {
  if (process === null) return null;
  await pause(60);
  return process.ask<Reading>("reading");
}

async function flood(at: Target, bodies: readonly Sent[], { width, key }: { width: number; key: string }) {
  let next = 0;
  const worker = async () => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) await exchange(at, body, key);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function exchange(
  at: Target,
  { session, body }: Sent,
  key: string,
): Promise<{ firstMs: number; lastMs: number }> {
  const begun = performance.now();
  const answer = await at.pool.request({
    method: "POST",
    path: `${at.path}/v1/messages?beta=true`,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      "user-agent": "claude-cli/2.1.330 (external, sdk-cli)",
      "x-claude-code-session-id": session,
      "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27",
      "anthropic-version": "2023-06-01",
      "x-app": "cli",
    },
    body,
  });
  let firstMs = 0;
  let tail = "";
  for await (const chunk of answer.body) {
    firstMs ||= performance.now() - begun;
    tail = (tail + (chunk as Buffer).toString("latin1")).slice(-200);
  }
  // A figure counts only if the answer was whole.
  if (answer.statusCode !== 200 || !tail.includes("message_stop")) {
    throw new Error(`${at.name} answered ${answer.statusCode}: ${tail}`);
  }
  return { firstMs, lastMs: performance.now() - begun };
}

/** A place to send to; a path in the address is kept. */
export function target(name: TargetName, url: string, process: Running | null): Target {
  const { origin, pathname } = new URL(url);
  return { name, pool: new Pool(origin, { connections: 64 }), path: pathname.replace(/\/$/, ""), process };
}
