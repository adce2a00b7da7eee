/**
 * What a call and a list of tools cost through the gateway, beside the server itself and beside a bare relay that makes one
 * record durable before each call leaves, in the same run; and how long a change of the policy takes to reach every client
 * that listens.
 */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { Pool } from "undici";
import { mintKey } from "../../src/identity/mint.ts";
import { startGateway } from "../support/gateway.ts";
import { launch, type Running } from "../support/process.ts";
import { DurableRecords } from "./durable-records.ts";
import type { Section } from "./report.ts";
import { median, quantile } from "./statistics.ts";

/** How much is sent. */
export interface McpPlan {
  /** Turns that are not measured: what runs for days where it is used is compiled by then, for each kind of request. */
  readonly warm: number;
  /** Targets take turns: so many turns of so many calls, since machines have better and worse moments. */
  readonly turns: number;
  readonly calls: number;
  readonly lists: number;
  readonly clients: number;
  readonly load: number;
  /** Clients that listen, and changes that reach them. */
  readonly streams: number;
  readonly reloads: number;
}

/** Milliseconds of single requests, and how many calls a second all clients together made. */
export interface McpFigures {
  readonly callMs: readonly number[];
  readonly listMs: readonly number[];
  readonly callsPerSecond: number;
}

/** Milliseconds from a policy in force until the last of the streams heard of it, one figure a change. */
export interface ReloadFigures {
  readonly streams: number;
  readonly heardMs: readonly number[];
}

export interface McpReport {
  readonly reload: ReloadFigures;
  /** Milliseconds to make one record durable, with nothing else going on. */
  readonly recordMs: readonly number[];
  readonly direct: McpFigures;
  readonly relay: McpFigures;
  readonly gateway: McpFigures;
}

const WITHIN_MS = 60_000;
const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2026-07-28",
};

/** Measures both, in turns. */
export async function benchMcp(plan: McpPlan, progress: (line: string) => void): Promise<McpReport> {
  await using server = await Helper.start("loopback-server.ts");
  const { url } = server;
  await using bare = await Helper.start("bare-relay.ts", new URL(url).origin, "record");
  const team = "allow models @all\nallow tools mcp:bench/get_*, mcp:bench/list_*";
  const keys = Array.from({ length: plan.streams }, () => mintKey(randomBytes));
  const holders = keys.map(
    ({ digest }, at) => `key bench-${at} in eng {\n  hash sha256:${digest}\n  expires 2099-12-31\n}\n`,
  );
  const more = `mcp bench {\n  url "${url}"\n}\n${holders.join("")}`;
  const policy = { url: "http://127.0.0.1:9", team, more };
  await using gateway = await startGateway({ policy });
  const through = new URL("/mcp/bench", gateway.url).href;
  await using direct = new Target(url, {});
  await using relayed = new Target(new URL("/mcp", bare.url).href, {});
  await using via = new Target(through, { authorization: `Bearer ${gateway.key}` });
  await using records = await DurableRecords.open();
  const all = [direct, relayed, via].map((target) => ({ target, figures: new Figures() }));
  const [alone, relay, behind] = all.map(({ figures }) => figures) as [Figures, Figures, Figures];
  const recordMs: number[] = [];
  progress("warming up");
  for (let turn = 0; turn < plan.warm; turn += 1) for (const { target } of all) await new Figures().take(target, plan);
  progress("calls and lists");
  for (let turn = 0; turn < plan.turns; turn += 1) {
    for (const { target, figures } of all) await figures.take(target, plan);
    for (let at = 0; at < plan.calls; at += 1) recordMs.push(records.timed());
  }
  progress("changes of the policy");
  const streams = await Promise.all(keys.map(({ key }) => Stream.open(through, key)));
  const heardMs: number[] = [];
  for (let round = 0; round < plan.reloads; round += 1) {
    const heard = Promise.all(streams.map((stream) => stream.next()));
    const grants = round % 2 === 0 ? "mcp:bench/get_*" : "mcp:bench/get_*, mcp:bench/list_*";
    await gateway.reload({ ...policy, team: `allow models @all\nallow tools ${grants}` });
    const begun = performance.now();
    await heard;
    heardMs.push(performance.now() - begun);
  }
  for (const stream of streams) stream.close();
  return { direct: alone, relay, gateway: behind, recordMs, reload: { streams: streams.length, heardMs } };
}

/** A process that says its address. */
class Helper implements AsyncDisposable {
  readonly url: string;
  readonly #running: Running;

  private constructor(url: string, running: Running) {
    this.url = url;
    this.#running = running;
  }

  static async start(script: string, ...args: readonly string[]): Promise<Helper> {
    const running = launch({
      command: process.execPath,
      args: [resolve(import.meta.dirname, script), ...args],
      env: { PATH: process.env.PATH ?? "" },
      cwd: import.meta.dirname,
    });
    const url = await running.until(
      (stdout) => (stdout === "" ? null : (JSON.parse(stdout) as { url: string }).url),
      WITHIN_MS,
    );
    return new Helper(url, running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#running.signal("SIGTERM");
    await this.#running.exit;
  }
}

class Figures implements McpFigures {
  readonly callMs: number[] = [];
  readonly listMs: number[] = [];
  #loadMs = 0;
  #load = 0;

  get callsPerSecond(): number {
    return (this.#load * 1_000) / this.#loadMs;
  }

  async take(target: Target, { calls, lists, clients, load }: McpPlan): Promise<void> {
    for (let at = 0; at < calls; at += 1) {
      this.callMs.push(await target.timed("tools/call", { name: "get_thing_0", arguments: {} }));
    }
    for (let at = 0; at < lists; at += 1) this.listMs.push(await target.timed("tools/list", {}));
    const begun = performance.now();
    await target.flood(load, clients);
    this.#loadMs += performance.now() - begun;
    this.#load += load;
  }
}

class Target implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections: 64 });
    this.#path = pathname;
    this.#headers = { ...HEADERS, ...headers };
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
    const name = typeof params.name === "string" ? { "mcp-name": params.name } : {};
    const headers = { ...this.#headers, "mcp-method": method, ...name };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: META } });
    const answer = await this.#pool.request({ method: "POST", path: this.#path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || !text.includes('"result"'))
      throw new Error(`${method}: ${answer.statusCode} ${text.slice(0, 200)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }
}

/** A stream on which a client hears of changes. */
class Stream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #stop: AbortController;

  private constructor(reader: ReadableStreamDefaultReader<Uint8Array>, stop: AbortController) {
    this.#reader = reader;
    this.#stop = stop;
  }

  static async open(url: string, key: string): Promise<Stream> {
    const stop = new AbortController();
    const method = "subscriptions/listen";
    const params = { notifications: { toolsListChanged: true }, _meta: META };
    const response = await fetch(url, {
      method: "POST",
      headers: { ...HEADERS, authorization: `Bearer ${key}`, "mcp-method": method },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: stop.signal,
    });
    const stream = new Stream(response.body!.getReader(), stop);
    await stream.#until("acknowledged");
    return stream;
  }

  /** Resolves when the next change is heard of. */
  next(): Promise<void> {
    return this.#until("tools/list_changed");
  }

  close(): void {
    this.#stop.abort();
  }

  async #until(words: string): Promise<void> {
    for (let text = ""; !text.includes(words); ) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error(`the stream ended with ${text}`);
      text += Buffer.from(value).toString();
    }
  }
}

/** The figures as people read them. */
export function mcpSection({ direct, relay, gateway, recordMs, reload }: McpReport): Section {
  const row = (name: string, { callMs, listMs, callsPerSecond }: McpFigures) => [
    name,
    ms(median(callMs)),
    ms(quantile(callMs, 0.99)),
    `${Math.round(callsPerSecond)}/s`,
    ms(median(listMs)),
    ms(quantile(listMs, 0.99)),
  ];
  const added = (name: string, { callMs }: McpFigures) => {
    const of = (share: number) => ms(quantile(callMs, share) - quantile(direct.callMs, share));
    return [name, of(0.5), of(0.99), "", "", ""];
  };
  const record = (share: number) => ms(quantile(recordMs, share));
  return {
    title: "A call of a tool, and a list of 1,000, beside the server itself",
    columns: ["via", "call p50", "call p99", "16 clients", "list p50", "list p99"],
    rows: [
      row("server", direct),
      row("bare relay", relay),
      row("gateway", gateway),
      added("the relay adds", relay),
      added("the gateway adds", gateway),
      ["a record alone", record(0.5), record(0.99), "", "", ""],
    ],
    notes: [
      "Each call is recorded durably before it leaves; how it ended goes to the disk with the record of the next.",
      "The bare relay makes one such record durable before each request goes on, and knows nothing; the last row is what the disk takes for one with nothing else going on.",
      "The list holds the half of the tools that is granted.",
      `A change of the policy in force was heard by all of ${reload.streams} clients after ${ms(median(reload.heardMs))}, at most ${ms(Math.max(...reload.heardMs))}.`,
    ],
  };
}

/** The figures for machines: milliseconds, and calls a second. */
export function toolFigures({ direct, relay, gateway, recordMs, reload }: McpReport) {
  const of = ({ callMs, listMs, callsPerSecond }: McpFigures) => ({
    callP50: median(callMs),
    callP99: quantile(callMs, 0.99),
    listP50: median(listMs),
    callsPerSecond,
  });
  const record = { p50: median(recordMs), p99: quantile(recordMs, 0.99) };
  return { direct: of(direct), relay: of(relay), gateway: of(gateway), record, reloadHeardMs: median(reload.heardMs) };
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}
