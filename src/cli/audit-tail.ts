/** `gw audit tail DIR`: the newest requests, one line each, and with `--follow` those that come. */
import { setTimeout as sleep } from "node:timers/promises";
import { listLogs } from "../audit/segment.ts";
import { records, requestLine, requests } from "../audit/tail.ts";
import { Complaint } from "./complaint.ts";
import type { Terminal } from "./terminal.ts";

const LOOK_AGAIN_MS = 500;

/** What the command line says. */
export interface TailOptions {
  readonly lines: string;
  readonly follow: boolean;
  readonly format: "text" | "json";
}

/** Shows the end of the record; in JSON, the records as they stand. */
export async function auditTail(dir: string, options: TailOptions, { out }: Terminal): Promise<0> {
  if (!/^\d{1,7}$/.test(options.lines)) throw new Complaint(`\`--lines ${options.lines}\` is not a number of lines`);
  if ((await listLogs(dir)).length === 0) {
    throw new Complaint(
      `there is no audit log below \`${dir}\``,
      "name the directory that `gw serve --data` writes to",
    );
  }
  const again = options.follow ? () => sleep(LOOK_AGAIN_MS, undefined).then(() => !out.closed) : null;
  const source = records({ dir, last: Number(options.lines), again });
  if (options.format === "json") {
    for await (const { line } of source) out.write(`${line}\n`);
  } else {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    for await (const request of requests(source)) out.write(`${requestLine(request, timeZone)}\n`);
  }
  return 0;
}
