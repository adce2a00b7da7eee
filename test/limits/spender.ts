/**
 * The process that kills.test.ts kills: reserves, records and settles as fast as it can, as the gateway does, and prints
 * each record that is durable. Run as `spender.ts DIRECTORY BOOT`.
 */
import { writeSync } from "node:fs";
import { openJournal } from "../../src/audit/journal.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import { decision, outcome } from "../audit/bodies.ts";
import { ESTIMATE, HOLDS, TRUTH } from "./spending.ts";

const IN_FLIGHT = 16;
const [dir = "", boot = ""] = process.argv.slice(2);

const { log } = await openJournal({ dir, boot, version: "0.1.0", clock: Date.now });
const limits = createMemoryLimits();
let count = 0;
await Promise.all(
  Array.from({ length: IN_FLIGHT }, async () => {
    for (;;) {
      const ticket = `${boot}-${count++}`;
      const reservation = limits.reserve(HOLDS, ESTIMATE, "UTC", Date.now());
      if (reservation.kind === "denial") throw new Error("the budget is spent");
      await log.append(decision(ticket, { held: reservation.held }));
      // A pipe takes a synchronous write at once: what the parent reads was durable before.
      writeSync(1, `admitted ${ticket}\n`);
      await log.append(outcome(ticket, { charges: limits.settle(reservation, TRUTH, Date.now()) }));
      writeSync(1, `settled ${ticket}\n`);
    }
  }),
);
