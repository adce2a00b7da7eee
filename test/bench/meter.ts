/**
 * Loaded into a measured process before its own program (`--import`): answers each message with what the process has
 * used so far, all its threads together.
 */
import { isMainThread } from "node:worker_threads";

/** User and system time in microseconds, resident memory in bytes. */
export interface Reading {
  readonly cpuUs: number;
  readonly rss: number;
  readonly peakRss: number;
}

if (isMainThread && process.send !== undefined) {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    const { rss } = process.memoryUsage();
    const reading: Reading = { cpuUs: user + system, rss, peakRss: process.resourceUsage().maxRSS * 1024 };
    process.send?.(reading);
  });
  // The channel must not keep the program alive.
  process.channel?.unref();
}
