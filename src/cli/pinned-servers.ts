/** What `gw mcp pin`, `verify` and `diff` share: which servers they are about, and asking those what they offer. */
import { join } from "node:path";
import type { TableServer } from "../decision/table.ts";
import { EraBook } from "../gateway/mcp/eras.ts";
import { inspect, type Means, type Offered } from "../gateway/mcp/inspect.ts";
import { Upstreams } from "../gateway/mcp/session-peer.ts";
import { DEFAULT_TIMINGS } from "../gateway/ports.ts";
import { didYouMean } from "../language/suggest.ts";
import { type Lock, lockOf, TOOL_NAME } from "../model/lock.ts";
import type { Pins } from "../model/model.ts";
import { createMcpServers } from "../providers/mcp-servers.ts";
import { UpstreamError } from "../providers/provider.ts";
import type { Loaded } from "../revision/load.ts";
import { sha256 } from "../revision/locks.ts";
import { Complaint } from "./complaint.ts";
import { visible } from "./definition-words.ts";
import { drawDiagnostics } from "./report.ts";
import type { Terminal } from "./terminal.ts";

/** A server with pins, as policy declares it. */
export interface PinnedServer {
  readonly server: TableServer;
  readonly pins: Pins;
}

/** The servers of a policy that have pins and are named; all that have pins when none is named. */
export function pinnedServers(
  loaded: Loaded,
  dir: string,
  names: readonly string[],
  { err }: Terminal,
): PinnedServer[] {
  const { model, table, diagnostics } = loaded.built;
  if (model === null || table === null) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    err.write(`${drawDiagnostics(errors, { dir, texts: loaded.texts }, err)}\n`);
    throw new Complaint("the policy is not good", `mend it first: \`gw policy check ${dir}\``, 1);
  }
  const declared = model.servers.map(({ name, pins }) => ({ name, pins }));
  for (const name of names) refuseUnpinned(name, declared);
  const chosen = declared.filter(({ name, pins }) => (names.length === 0 ? pins !== null : names.includes(name)));
  if (chosen.length === 0) throw new Complaint("no server of the policy has pins", exampleFor("NAME"));
  return chosen.map(({ name, pins }) => ({ server: table.servers.find((it) => it.name === name)!, pins: pins! }));
}

function refuseUnpinned(
  name: string,
  declared: readonly { readonly name: string; readonly pins: Pins | null }[],
): void {
  const found = declared.find((it) => it.name === name);
  if (found !== undefined && found.pins !== null) return;
  if (found !== undefined) throw new Complaint(`server \`${name}\` has no pins`, exampleFor(name));
  const names = declared.map((it) => it.name);
  const near = didYouMean(name, names);
  const all = `there are ${names.map((it) => `\`${it}\``).join(", ")}; the directory of a policy is named by \`--policy\``;
  const help = near === null ? all : `did you mean \`${near}\`?`;
  throw new Complaint(`the policy declares no MCP server \`${name}\``, names.length === 0 ? null : help);
}

function exampleFor(name: string): string {
  return `write \`pins "mcp/${name}.lock" on drift block\` into its \`mcp\` block`;
}

/** What a server offers, as a lock. */
export interface Found {
  readonly lock: Lock;
  /** Tools whose names cannot stand in a policy. */
  readonly unnameable: readonly string[];
}

/** Asks servers what they offer, one after the other, and lets go of them. A server that cannot be asked gives a Complaint. */
export async function lookAt(servers: readonly PinnedServer[], dir: string): Promise<(Found | Complaint)[]> {
  const ended = new Map<string, string>();
  const options = { env: process.env, root: dir, tick: () => performance.now() };
  const clients = createMcpServers({ ...options, onEnd: (server, how) => void ended.set(server, how) });
  const upstreams = new Upstreams();
  const { maxAnswerBytes } = DEFAULT_TIMINGS;
  const eras = new EraBook(options.tick);
  const means: Means = { servers: clients, eras, upstreams, programs: new WeakMap(), maxAnswerBytes, onChange() {} };
  try {
    const found: (Found | Complaint)[] = [];
    for (const { server } of servers) found.push(await lookAtOne(server, means, ended));
    return found;
  } finally {
    upstreams.end(null);
    await clients.close();
  }
}

async function lookAtOne(
  server: TableServer,
  means: Means,
  ended: ReadonlyMap<string, string>,
): Promise<Found | Complaint> {
  try {
    return foundIn(server.name, await inspect(server, means));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const how = ended.get(server.name);
    return new Complaint(`server \`${server.name}\` cannot be asked: ${error.message}`, how ?? reachHelp(server), 1);
  }
}

function reachHelp({ reach }: TableServer): string {
  return reach.kind === "http" ? `it should answer at ${reach.url}` : `it is the program \`${reach.command[0]}\``;
}

function foundIn(server: string, { tools, instructions }: Offered): Found {
  const isNameable = ({ name }: { readonly name: string }) => TOOL_NAME.test(name);
  return {
    lock: lockOf(server, tools.filter(isNameable), instructions, sha256),
    unnameable: tools.filter((tool) => !isNameable(tool)).map(({ name }) => visible(name)),
  };
}

/** The path of a lock as seen from where the command runs. */
export function lockFile(dir: string, { path }: Pins): string {
  return join(dir, path);
}
