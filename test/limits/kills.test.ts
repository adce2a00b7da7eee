/** A gateway that is killed forgets no spending: what it settled counts as it was, what was under way as it was estimated. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openJournal } from "../../src/audit/journal.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import { recordsOf, scratch } from "../audit/bodies.ts";
import { ESTIMATE, HOLDS, TRUTH } from "./spending.ts";

const SPENDER = fileURLToPath(new URL("./spender.ts", import.meta.url));
const KILLS = 6;

/** Runs a spender and kills it after so many lines; answers all lines that came whole. */
async function spendUntilKilled(dir: string, boot: string, after: number): Promise<string[]> {
  const child = spawn(process.execPath, [SPENDER, dir, boot], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^(?:admitted|settled) kill-\d+-\d+$/.test(line)) lines.push(line);
    if (lines.length === after) child.kill("SIGKILL");
  }
  assert.deepEqual((await ended)[1], "SIGKILL");
  return lines;
}

test("after every kill, counters stand where the record says, with the estimate of what was under way", async (context) => {
  const dir = await scratch(context);
  const printed = new Set<string>();
  let open = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const after = 1 + Math.floor(Math.random() * 200);
    for (const line of await spendUntilKilled(dir, `kill-${kill}`, after)) printed.add(line);

    const { log, earlier } = await openJournal({ dir, boot: `look-${kill}`, version: "0.1.0", clock: Date.now });
    const limits = createMemoryLimits();
    for await (const charge of earlier) {
      assert.ok(!("kind" in charge));
      limits.restore(charge, "UTC", Date.now());
    }
    await log.close();

    const bodies = (await recordsOf(dir)).map(({ body }) => body);
    const settled = new Set(bodies.flatMap((body) => (body.kind === "outcome" ? [body.ticket] : [])));
    const admitted = new Set(bodies.flatMap((body) => (body.kind === "decision" ? [body.ticket] : [])));
    for (const line of printed) {
      const [what, ticket = ""] = line.split(" ");
      assert.ok((what === "settled" ? settled : admitted).has(ticket), `${line} is not in the record`);
    }
    open = admitted.size - settled.size;
    const expected = [
      settled.size * TRUTH.microUsd + open * ESTIMATE.microUsd,
      settled.size * TRUTH.tokens + open * ESTIMATE.tokens,
      admitted.size,
      0,
    ];
    assert.deepEqual(
      limits.levels(HOLDS, "UTC", Date.now()).map(({ used }) => used),
      expected,
      `${admitted.size} admitted, ${open} of them open`,
    );
  }
  assert.ok(open > 0, "no kill met a request under way");
});
