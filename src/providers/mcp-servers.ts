/**
 * The clients of a policy's servers of tools. One client for each set of settings: a reload that leaves a server as it was
 * keeps its connections or its program; one that is gone is closed.
 */
import type { TableServer } from "../decision/table.ts";
import { openCredential } from "./credential.ts";
import type { McpServer, McpServers } from "./mcp.ts";
import { createMcpHttp, NOTHING_TO_SHOW, tokensFrom } from "./mcp-http.ts";
import { superviseProgram } from "./mcp-program.ts";
import { openTokens, type Tokens } from "./oauth.ts";
import { createStore } from "./store.ts";

export interface McpServersOptions {
  /** Where `credential env NAME` and `env NAME` are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths begin, and programs run: the policy directory. */
  readonly root: string;
  /** Milliseconds of a clock that never jumps. */
  readonly tick: () => number;
  /** Told how a server's program ended by itself; what it wrote on its error stream is in it. */
  readonly onEnd: (server: string, how: string) => void;
}

type Client = McpServer & { retire(): Promise<void>; close(): Promise<void> };

/** Makes the store of clients. */
export function createMcpServers(options: McpServersOptions): McpServers {
  return createStore({
    settingsOf,
    create: (server) => create(server, options),
    retire: (client) => client.retire(),
    close: (client) => client.close(),
  });
}

function settingsOf({ name, reach }: TableServer): string {
  return JSON.stringify([name, reach]);
}

function create({ name, reach }: TableServer, options: McpServersOptions): Client {
  if (reach.kind === "http") return createMcpHttp(reach.url, tokensOf(reach, options));
  const { tick, root, onEnd } = options;
  const env = environmentOf(reach.env, options.env);
  return superviseProgram({ command: reach.command, env, cwd: root, tick, onEnd: (how) => onEnd(name, how) });
}

function tokensOf(
  { url, credential }: Extract<TableServer["reach"], { kind: "http" }>,
  options: McpServersOptions,
): Tokens {
  if (credential === null) return NOTHING_TO_SHOW;
  if (credential.kind === "oauth") return openTokens(credential, { ...options, resource: url });
  return tokensFrom(openCredential(credential, options));
}

/** Without `PATH` hardly any program is found. */
function environmentOf(names: readonly string[], env: McpServersOptions["env"]): Record<string, string> {
  const inherited: Record<string, string> = {};
  for (const name of ["PATH", ...names]) {
    const value = env[name];
    if (value !== undefined) inherited[name] = value;
  }
  return inherited;
}
