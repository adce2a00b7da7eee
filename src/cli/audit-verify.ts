/** `gw audit verify DIR`: is the record whole and unchanged? */
import { join } from "node:path";
import { type LogReport, verify } from "../audit/verify.ts";
import { Complaint } from "./complaint.ts";
import { count } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** How a record is verified: `head` are hashes that an earlier run printed, which must still be in it. */
export interface VerifyOptions {
  readonly format: "text" | "json";
  readonly head?: readonly string[];
}

/** Checks every log of a data directory; answers 1 when one is bad, after naming its first bad line. */
export async function auditVerify(dir: string, options: VerifyOptions, { out }: Terminal): Promise<0 | 1> {
  const { format, head = [] } = options;
  const wrong = head.find((hash) => !/^[0-9a-f]{64}$/.test(hash));
  if (wrong !== undefined) {
    throw new Complaint(`\`${wrong}\` is no hash of a record`, "give the 64 hex digits that stand behind `head`");
  }
  const report = await verify(dir, head);
  if (report.logs.length === 0) {
    throw new Complaint(
      `there is no audit log below \`${dir}\``,
      "name the directory that `gw serve --data` writes to",
    );
  }
  if (format === "json") out.write(`${JSON.stringify(report, null, 2)}\n`);
  else {
    for (const log of report.logs) out.write(log.bad === null ? told(log, out) : accused(dir, log, out));
    for (const hash of report.gone) out.write(`${out.style("red", "gone:")} ${missing(hash)}\n`);
  }
  return report.ok ? 0 : 1;
}

function told({ log, records, segments, decisions, refusals, recovered, open, head }: LogReport, out: Terminal["out"]) {
  const parts = [
    count(records, "record"),
    count(segments, "segment"),
    `${count(decisions, "decision")} (${refusals} refused)`,
    ...(recovered > 0 ? [`${recovered} ended by a crash`] : []),
    ...(open > 0 ? [`${open} under way`] : []),
  ];
  const last = head === null ? "" : `      head ${head.seq} ${head.at} ${head.hash}\n`;
  // A log begins with the gateway's start: without a record there is nothing that could be called good.
  const verdict = records === 0 ? out.style("yellow", "empty:") : out.style("green", "good:");
  return `${verdict} ${log}, ${parts.join(", ")}\n${last}`;
}

function missing(hash: string): string {
  return `no good record has the hash ${hash}: the log was cut off before it, or written anew`;
}

function accused(dir: string, { log, bad }: LogReport, out: Terminal["out"]): string {
  if (bad === null) return "";
  const place = `${join(dir, "audit", log, bad.file)}:${bad.line}`;
  return `${place}: ${out.style("red", `record ${bad.seq}`)}: ${bad.message}\n`;
}
