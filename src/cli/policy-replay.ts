/**
 * `gw policy replay DIR --against DATA`: what would have been decided otherwise? Answers 0 when nothing flips, 3 when
 * something does, so that a pipeline can tell an answer that wants eyes from one that failed.
 */
import { createReplay } from "../analysis/replay.ts";
import type { ReplayReport } from "../analysis/replay-tally.ts";
import { listLogs } from "../audit/segment.ts";
import { Complaint } from "./complaint.ts";
import { createProgress } from "./progress.ts";
import { loadFor } from "./reading.ts";
import { type Replayed, replayMarkdown, replayText } from "./replay-report.ts";
import { readForReplay } from "./replay-source.ts";
import { drawDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** What the command line says. */
export interface ReplayOptions {
  readonly against: string;
  readonly format: "text" | "json" | "markdown";
}

/** Decides a gateway's record again under a policy. */
export async function policyReplay(dir: string, options: ReplayOptions, terminal: Terminal): Promise<0 | 1 | 3> {
  const { against, format } = options;
  const { built, texts, revision } = await loadFor("policy replay", dir);
  if ((await listLogs(against)).length === 0) {
    throw new Complaint(
      `there is no audit log below \`${against}\``,
      "name the directory that `gw serve --data` writes to",
    );
  }
  const { out, err } = terminal;
  if (built.table === null) {
    err.write(`${drawDiagnostics(built.diagnostics, { dir, texts }, err)}\n`);
    err.write(`${err.style("red", "not replayed:")} the policy in ${dir} is not good\n`);
    return 1;
  }
  const progress = createProgress(terminal, "replaying", () => performance.now());
  const replay = createReplay(built.table);
  const read = await readForReplay(against, replay, progress.to);
  progress.end();
  const replayed: Replayed = { dir, against, revision: revision.id, read, report: replay.report() };
  if (format === "json") out.write(`${JSON.stringify(asJson(replayed), null, 2)}\n`);
  else out.write(format === "markdown" ? replayMarkdown(replayed) : replayText(replayed, out));
  const { flips, calls } = replayed.report;
  return flips.length + calls.flips.length === 0 ? 0 : 3;
}

function asJson({ dir, against, revision, read, report }: Replayed) {
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const timed = <T extends { readonly examples: ReplayReport["flips"][number]["examples"] }>(it: T) => ({
    ...it,
    examples: it.examples.map(({ ticket, at }) => ({ ticket, at: time(at) })),
  });
  return {
    directory: dir,
    against,
    revision,
    ...read,
    ...report,
    first: time(report.first),
    last: time(report.last),
    flips: report.flips.map(timed),
    unknown: report.unknown.map(timed),
    calls: { ...report.calls, flips: report.calls.flips.map(timed), unknown: report.calls.unknown.map(timed) },
  };
}
