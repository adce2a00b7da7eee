/**
 * `gw claude settings`: the managed settings of Claude Code that match a policy, so that client and gateway agree: where to
 * ask, which tools not to offer, which servers of tools to have. No key is ever in them: each developer has one.
 */
import { writeFile } from "node:fs/promises";
import { type ClientRules, clientRules } from "../analysis/client-rules.ts";
import { parse } from "../language/parse.ts";
import { AGGREGATE } from "../model/aggregate.ts";
import { readBuiltins } from "../revision/packs.ts";
import { Complaint } from "./complaint.ts";
import { askable, nodeNamed } from "./explain-words.ts";
import { loadFor } from "./reading.ts";
import type { Terminal } from "./terminal.ts";

export interface SettingsOptions {
  readonly key: string | null;
  readonly team: string | null;
  readonly policy: string;
  /** Where clients reach the gateway. */
  readonly url: string;
  /** True for the file with the servers of tools, `managed-mcp.json`, instead of `managed-settings.json`. */
  readonly mcp: boolean;
  readonly out: string | null;
}

/** Writes the settings of a key or a team. */
export async function claudeSettings(options: SettingsOptions, { out, err }: Terminal): Promise<0> {
  const side = askable(await loadFor("claude settings", options.policy), options.policy, err);
  const node = whose(options, (kind, name) => nodeNamed(side, kind, name));
  const url = addressOf(options.url);
  const rules = clientRules(side.table, node, Date.now(), await agentTools());
  const holdsServers = side.table.servers.length > 0;
  if (options.mcp && !holdsServers) {
    throw new Complaint("the policy declares no MCP server", "there is nothing to write into `managed-mcp.json`");
  }
  const file = options.mcp ? serversFile(url) : settingsFile(url, rules, holdsServers);
  const text = `${JSON.stringify(file, null, 2)}\n`;
  if (options.out === null) out.write(text);
  else {
    await writeFile(options.out, text).catch((error: NodeJS.ErrnoException) => {
      throw new Complaint(`\`${options.out}\` cannot be written (${error.code})`);
    });
    const variable = options.mcp ? KEY_VARIABLE : "ANTHROPIC_AUTH_TOKEN";
    err.write(`${options.out} written; it holds no key: each developer sets ${variable} to the own one\n`);
  }
  return 0;
}

function whose({ key, team }: SettingsOptions, find: (kind: "key" | "team", name: string) => number): number {
  if (key !== null && team !== null) throw new Complaint("`--key` and `--team` are two questions", "ask one of them");
  if (key !== null) return find("key", key);
  if (team !== null) return find("team", team);
  throw new Complaint("whose settings?", "name a key or a team: `--key dana-laptop`, `--team eng/payments`");
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && url.username === "" && url.search === "" && url.hash === "";
  if (isPlain && (url.protocol === "https:" || url.protocol === "http:")) return url.href.replace(/\/+$/, "");
  throw new Complaint(`\`${text}\` is no address of a gateway`, "write it as `https://gateway.acme.example`");
}

/** The tools of the client, out of the pack that ships. */
async function agentTools(): Promise<readonly string[]> {
  const { tree } = parse((await readBuiltins()).get("claude-code")!);
  const items = tree.declarations.flatMap((it) => (it.kind === "tools" ? it.items : []));
  return items.flatMap(({ kind, text }) => (kind === "glob" && !text.includes(":") ? [text] : []));
}

function settingsFile(url: string, { deny, ask, servers }: ClientRules, holdsServers: boolean) {
  const own = (servers ?? []).map((serverName) => ({ serverName }));
  const gateway = holdsServers ? [{ serverUrl: `${url}/mcp` }, { serverUrl: `${url}/mcp/*` }] : [];
  return {
    env: {
      ANTHROPIC_BASE_URL: `${url}/anthropic`,
      CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: "1",
      CLAUDE_CODE_GATEWAY_HINT_HEADERS: "1",
    },
    permissions: ask.length === 0 ? { deny } : { deny, ask },
    // Where policy lets developers have any server, a list would take that away.
    ...(servers === null ? {} : { allowedMcpServers: [...gateway, ...own], allowManagedMcpServersOnly: true }),
  };
}

/** Where the client finds the developer's key for servers of tools: it does not give its own credentials away to them. */
const KEY_VARIABLE = "SALLYPORT_KEY";

function serversFile(url: string) {
  const headers = { Authorization: `Bearer \${${KEY_VARIABLE}}` };
  return { mcpServers: { [AGGREGATE]: { type: "http", url: `${url}/mcp`, headers } } };
}
