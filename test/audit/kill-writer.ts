/**
 * The process that kills.ts kills: appends to the log of the given directory as fast as it can and prints, after each
 * acknowledgement, number and hash of the record. Run as `kill-writer.ts DIRECTORY BOOT`.
 */
import { writeSync } from "node:fs";
import { nodeDisk } from "../../src/audit/disk.ts";
import { openJournal } from "../../src/audit/journal.ts";
import { decision, outcome } from "./bodies.ts";

const IN_FLIGHT = 32;
const [dir = "", boot = ""] = process.argv.slice(2);

writeSync(1, "opening\n");
const settings = { dir, boot, version: "0.1.0", clock: Date.now };
const { log } = await openJournal(settings, { disk: nodeDisk, segmentBytes: 256 * 1024 });
// A pipe takes a synchronous write at once: what the parent reads was durable before.
log.subscribe(({ seq, hash }) => writeSync(1, `${seq} ${hash}\n`));
let count = 0;
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (;;) {
      const ticket = `${boot}-${count++}`;
      await log.append(decision(ticket));
      await log.append(outcome(ticket));
    }
  }),
);
