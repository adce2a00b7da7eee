/**
 * `gw claude doctor`: what is wrong between a developer's client and the gateway, in plain words. It reads the environment
 * and the files that it is given, asks the gateway, and shows no key.
 */
import { readFile } from "node:fs/promises";
import {
  addressFindings,
  baseOf,
  type ClientFinding,
  keyFindings,
  keyOf,
  modelFindings,
  ownServers,
  serverFindings,
  type Variables,
} from "./client-findings.ts";
import { Complaint } from "./complaint.ts";
import { askGateway } from "./gateway-findings.ts";
import { askServers } from "./server-findings.ts";
import type { Terminal } from "./terminal.ts";

export interface DoctorOptions {
  /** Where the gateway should be; null when the developer does not know. */
  readonly url: string | null;
  /** Settings of the client; their `env` wins over the environment, as it does for the client. */
  readonly settings: readonly string[];
  /** A list of MCP servers: `.mcp.json` or `managed-mcp.json`. */
  readonly mcp: string | null;
  readonly format: "text" | "json";
}

/** Looks at everything; 1 when something keeps the client from working. */
export async function claudeDoctor(options: DoctorOptions, environment: Variables, terminal: Terminal): Promise<0 | 1> {
  if (options.url !== null && !URL.canParse(options.url)) {
    throw new Complaint(`\`${options.url}\` is no address of a gateway`, "write it as `https://gateway.acme.example`");
  }
  const env = await withSettings(environment, options.settings);
  const servers = options.mcp === null ? null : await readJson(options.mcp);
  const findings = await examine(env, servers, options);
  if (options.format === "json") terminal.out.write(`${JSON.stringify(findings, null, 2)}\n`);
  else for (const finding of findings) tell(finding, terminal);
  return findings.some(({ state }) => state === "bad") ? 1 : 0;
}

async function examine(env: Variables, servers: unknown, { url, mcp }: DoctorOptions): Promise<ClientFinding[]> {
  const base = baseOf(env);
  const key = keyOf(env);
  const findings = [...addressFindings(env, url?.replace(/\/+$/, "") ?? null), ...keyFindings(env)];
  // A wrong address or a thing that is no key is not tried: the key would go to whoever is there.
  if (base !== null && key !== null && findings.every(({ state }) => state !== "bad")) {
    const asked = await askGateway(base, key, Date.now);
    findings.push(...asked.findings, ...(asked.models === null ? [] : modelFindings(env, asked.models)));
  }
  const isGateway = findings.every(({ state }) => state !== "bad");
  if (mcp !== null) findings.push(...serverFindings(servers, env, base?.origin ?? null));
  if (mcp !== null && base !== null && isGateway) {
    findings.push(...(await askServers(ownServers(servers, env, base.origin))));
  }
  return findings;
}

async function withSettings(environment: Variables, files: readonly string[]): Promise<Variables> {
  const env: Record<string, string | undefined> = { ...environment };
  for (const path of files) {
    const settings = await readJson(path);
    const own = typeof settings === "object" && settings !== null && "env" in settings ? settings.env : null;
    if (typeof own !== "object" || own === null) continue;
    for (const [name, value] of Object.entries(own)) if (typeof value === "string") env[name] = value;
  }
  return env;
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Complaint(`\`${path}\` cannot be read (${error.code})`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new Complaint(`\`${path}\` is not JSON`, "the client does not read it either");
  }
}

const MARKS = { good: ["green", "good"], warning: ["yellow", "warning"], bad: ["red", "bad"] } as const;

function tell({ state, about, message, help }: ClientFinding, { out }: Terminal): void {
  const [style, word] = MARKS[state];
  out.write(`${out.style(style, `${word}:`)} ${about}: ${message}\n`);
  if (help !== null) out.write(`  ${help}\n`);
}
