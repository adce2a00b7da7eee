/** `gw mcp verify` and `gw mcp diff`: are the tools of the policy's servers what was pinned, and what is different? */
import type { Drift } from "../decision/drift.ts";
import type { Lock } from "../model/lock.ts";
import { Complaint, complain } from "./complaint.ts";
import { driftDetails, driftLine, lockDrift } from "./drift-words.ts";
import { type Found, lockFile, lookAt, type PinnedServer, pinnedServers } from "./pinned-servers.ts";
import { loadFor } from "./reading.ts";
import type { Terminal } from "./terminal.ts";

export interface VerifyOptions {
  readonly policy: string;
  readonly format: "text" | "json";
  /** True to tell what each difference consists of. */
  readonly details: boolean;
}

/** Compares servers with their locks; 1 when anything differs or a server cannot be asked. */
export async function mcpVerify(names: readonly string[], options: VerifyOptions, terminal: Terminal): Promise<0 | 1> {
  const { policy: dir, format } = options;
  const command = options.details ? "mcp diff" : "mcp verify";
  const servers = pinnedServers(await loadFor(command, dir), dir, names, terminal);
  const found = await lookAt(servers, dir);
  const reports = servers.map((server, index) => reportOf(server, found[index]!, dir));
  if (format === "json") terminal.out.write(`${JSON.stringify(reports.map(jsonOf), null, 2)}\n`);
  else for (const report of reports) tell(report, options, terminal);
  return reports.every(({ complaint, drift }) => complaint === null && drift.length === 0) ? 0 : 1;
}

interface Report {
  readonly server: string;
  readonly path: string;
  readonly pinned: Lock;
  /** null when the server could not be asked; then `complaint` says why. */
  readonly offered: Lock | null;
  readonly drift: readonly Drift[];
  readonly complaint: Complaint | null;
}

function reportOf({ server, pins }: PinnedServer, found: Found | Complaint, dir: string): Report {
  const common = { server: server.name, path: lockFile(dir, pins), pinned: pins.lock };
  if (found instanceof Complaint) return { ...common, offered: null, drift: [], complaint: found };
  return { ...common, offered: found.lock, drift: lockDrift(pins.lock, found.lock), complaint: null };
}

function tell({ server, path, pinned, offered, drift, complaint }: Report, options: VerifyOptions, terminal: Terminal) {
  const { out, err } = terminal;
  if (complaint !== null) return complain(err, complaint.message, complaint.help);
  const count = `${pinned.tools.length} ${pinned.tools.length === 1 ? "tool" : "tools"}`;
  if (drift.length === 0) return out.write(`${server}: ${count}, as pinned in ${path}\n`);
  out.write(`${server}: not as pinned in ${path}\n`);
  for (const each of drift) {
    out.write(`  ${out.style(each.change === "gone" ? "yellow" : "red", driftLine(each))}\n`);
    if (!options.details) continue;
    for (const detail of driftDetails(each, pinned, offered!)) out.write(`    ${detail}\n`);
  }
  const next = options.details ? "" : `\`gw mcp diff ${server}\` says what changed; `;
  err.write(`${next}\`gw mcp pin ${server}\` pins it as it is now\n`);
}

function jsonOf({ server, path, pinned, offered, drift, complaint }: Report) {
  return {
    server,
    file: path,
    tools: pinned.tools.length,
    error: complaint?.message ?? null,
    drift: drift.map((each) => ({ ...each, details: driftDetails(each, pinned, offered!) })),
  };
}
