import assert from "node:assert/strict";
import { test } from "node:test";
import { logLine } from "../../src/cli/log-line.ts";
import type { Channel } from "../../src/cli/terminal.ts";
import { createLogger } from "../../src/telemetry/log.ts";

const channel: Channel = { write() {}, style: (_, text) => text, closed: false };

test("a line of the log is read as time, words and what is known", () => {
  const lines: string[] = [];
  const logger = createLogger("info", { write: (line) => lines.push(logLine(line, channel)) });
  logger.info({ key: "dev", team: null, origins: ["a.policy:1", "b.policy:2"], status: 0 }, "refused");
  logger.warn("audit log recovered");
  logger.error({ err: new Error("boom") }, "internal error");
  assert.match(lines[0]!, /^\d\d:\d\d:\d\d refused key=dev origins=a\.policy:1,b\.policy:2 status=0\n$/);
  assert.match(lines[1]!, /^\d\d:\d\d:\d\d warning: audit log recovered\n$/);
  assert.match(lines[2]!, /^\d\d:\d\d:\d\d error: internal error\n {2}Error: boom\n {6}at /);
});
