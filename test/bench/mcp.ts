/** What a call and a list of tools cost through the gateway, beside the server itself, in the same run. */
import { resolve } from "node:path";
import { Pool } from "undici";
import { startGateway } from "../support/gateway.ts";
import { launch } from "../support/process.ts";
import type { Section } from "./report.ts";
import { median, quantile } from "./statistics.ts";

/** How much is sent. */
export interface McpPlan {
  readonly warm: number;
  readonly calls: number;
  readonly lists: number;
  readonly clients: number;
  readonly load: number;
}

/** Milliseconds of single requests, and how many calls a second all clients together made. */
export interface McpFigures {
  readonly callMs: readonly number[];
  readonly listMs: readonly number[];
  readonly callsPerSecond: number;
}

export interface McpReport {
  readonly direct: McpFigures;
  readonly gateway: McpFigures;
}

const WITHIN_MS = 60_000;

/** Measures both, in turns. */
export async function benchMcp(plan: McpPlan, progress: (line: string) => void): Promise<McpReport> {
  const server = launch({
    command: process.execPath,
    args: [resolve(import.meta.dirname, "loopback-server.ts")],
    env: { PATH: process.env.PATH ?? "" },
    cwd: import.meta.dirname,
  });
  try {
    const url = await server.until(
      (stdout) => (stdout === "" ? null : (JSON.parse(stdout) as { url: string }).url),
      WITHIN_MS,
    );
    const team = "allow models @all\nallow tools mcp:bench/get_*, mcp:bench/list_*";
    const more = `mcp bench {\n  url "${url}"\n}\n`;
    await using gateway = await startGateway({ policy: { url: "http://127.0.0.1:9", team, more } });
    const through = new URL("/mcp/bench", gateway.url).href;
    await using direct = new Target(url, {});
    await using via = new Target(through, { authorization: `Bearer ${gateway.key}` });
    progress("warming up");
    for (const target of [direct, via]) await target.flood(plan.warm, plan.clients);
    progress("calls and lists");
    return { direct: await figures(direct, plan), gateway: await figures(via, plan) };
  } finally {
    server.signal("SIGKILL");
    await server.exit;
  }
}

async function figures(target: Target, { calls, lists, clients, load }: McpPlan): Promise<McpFigures> {
  const callMs: number[] = [];
  const listMs: number[] = [];
  for (let at = 0; at < calls; at += 1)
    callMs.push(await target.timed("tools/call", { name: "get_thing_0", arguments: {} }));
  for (let at = 0; at < lists; at += 1) listMs.push(await target.timed("tools/list", {}));
  const begun = performance.now();
  await target.flood(load, clients);
  return { callMs, listMs, callsPerSecond: (load * 1_000) / (performance.now() - begun) };
}

class Target implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections: 64 });
    this.#path = pathname;
    this.#headers = { ...headers, "content-type": "application/json", accept: "application/json, text/event-stream" };
  }

  async timed(method: string, params: Readonly<Record<string, unknown>>): Promise<number> {
    const begun = performance.now();
    await this.#send(method, params);
    return performance.now() - begun;
  }

  /** Sends calls, so many at a time. */
  async flood(count: number, width: number): Promise<void> {
    let left = count;
    const client = async () => {
      while (left > 0) {
        left -= 1;
        await this.#send("tools/call", { name: "get_thing_0", arguments: { owner: "acme", repo: "pay", number: 7 } });
      }
    };
    await Promise.all(Array.from({ length: width }, client));
  }

  async #send(method: string, params: Readonly<Record<string, unknown>>): Promise<void> {
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const name = typeof params.name === "string" ? { "mcp-name": params.name } : {};
    const headers = { ...this.#headers, "mcp-protocol-version": "2026-07-28", "mcp-method": method, ...name };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } });
    const answer = await this.#pool.request({ method: "POST", path: this.#path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || !text.includes('"result"'))
      throw new Error(`${method}: ${answer.statusCode} ${text.slice(0, 200)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }
}

/** The figures as people read them. */
export function mcpSection({ direct, gateway }: McpReport): Section {
  const row = (name: string, { callMs, listMs, callsPerSecond }: McpFigures) => [
    name,
    ms(median(callMs)),
    ms(quantile(callMs, 0.99)),
    `${Math.round(callsPerSecond)}/s`,
    ms(median(listMs)),
    ms(quantile(listMs, 0.99)),
  ];
  const added = (share: number) => ms(quantile(gateway.callMs, share) - quantile(direct.callMs, share));
  return {
    title: "A call of a tool, and a list of 1,000, beside the server itself",
    columns: ["via", "call p50", "call p99", "16 clients", "list p50", "list p99"],
    rows: [row("server", direct), row("gateway", gateway), ["added", added(0.5), added(0.99), "", "", ""]],
    notes: ["Each call is recorded durably before it leaves; the list holds the half of the tools that is granted."],
  };
}

/** The figures for machines: milliseconds, and calls a second. */
export function toolFigures({ direct, gateway }: McpReport) {
  const of = ({ callMs, listMs, callsPerSecond }: McpFigures) => ({
    callP50: median(callMs),
    callP99: quantile(callMs, 0.99),
    listP50: median(listMs),
    callsPerSecond,
  });
  return { direct: of(direct), gateway: of(gateway) };
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
