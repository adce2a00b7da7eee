/**
 * A gateway in this process with everything real: policy text, key, journal on disk, counters, server and a provider on
 * loopback, all made for one test and gone with it.
 */
import assert from "node:assert/strict";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Body, DecisionBody, Entry, OutcomeBody } from "../../src/audit/entry.ts";
import { openJournal } from "../../src/audit/journal.ts";
import type { AuditLog } from "../../src/audit/log.ts";
import { compile } from "../../src/decision/compile.ts";
import type { Table } from "../../src/decision/table.ts";
import { createBudgetWarnings } from "../../src/gateway/budget-warnings.ts";
import { createConversations } from "../../src/gateway/conversations.ts";
import { createGateway, type Gateway } from "../../src/gateway/gateway.ts";
import { createOutputs } from "../../src/gateway/outputs.ts";
import { DEFAULT_TIMINGS, type Ports, type Timings } from "../../src/gateway/ports.ts";
import { mintKey } from "../../src/identity/mint.ts";
import { parse } from "../../src/language/parse.ts";
import { createMemoryLimits } from "../../src/limits/memory.ts";
import type { Locks } from "../../src/model/lock.ts";
import { resolve } from "../../src/model/resolve.ts";
import type { Timeouts } from "../../src/providers/anthropic.ts";
import { createMcpServers } from "../../src/providers/mcp-servers.ts";
import { createProviders } from "../../src/providers/providers.ts";
import { createServices } from "../../src/services/services.ts";
import { createMetrics, type Metrics } from "../../src/telemetry/metrics.ts";
import { startUpstream, type Upstream } from "../providers/upstream.ts";

/** What `credential env SERVICE_KEY` of a service finds. */
export const SERVICE_KEY = "service-credential-0123456789";
export const SECRET = "upstream-credential-0123456789";

export interface World {
  readonly url: string;
  /** Where the journal is. */
  readonly dir: string;
  readonly key: string;
  readonly digest: string;
  readonly upstream: Upstream;
  readonly gateway: Gateway;
  readonly ports: Ports;
  readonly metrics: Metrics;
  readonly entries: readonly Entry[];
  /** Errors that the gateway calls its own fault. */
  readonly internal: readonly unknown[];
  /** Which tools the address of all servers left out, each time it was told. */
  readonly leftOut: readonly (readonly [server: string, tools: readonly string[]])[];
  /** Programs of servers that ended by themselves, and how. */
  readonly ended: readonly string[];
  /** Puts another policy in force; `$UP` and `$HASH` stand for the provider's address and the key's hash. */
  use(policy: string): void;
  /** Sends a request with the key. */
  ask(body: unknown, change?: Change): Promise<Response>;
  /** Waits until the outcome of a ticket, or of the last request, is recorded. */
  outcome(at?: number): Promise<OutcomeBody>;
  decisions(): DecisionBody[];
  /** Waits until the record holds what is looked for. */
  until<T>(look: (bodies: readonly Body[]) => T | undefined): Promise<T>;
}

export interface Change {
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly signal?: AbortSignal;
}

export interface Parts {
  readonly policy: string;
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly timings?: Partial<Timings>;
  readonly timeouts?: Partial<Timeouts>;
  /** Wraps the journal, to break it. */
  readonly log?: (log: AuditLog) => AuditLog;
  readonly now?: () => number;
  /** Lock files beside the policy, by path; looked at again with each policy. */
  readonly locks?: Locks;
  /** Variables of the gateway's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A policy with one key, `dev` in team `eng`, and one provider. */
export function policyOf(team: string, rest = "", org = ""): string {
  return `language 1
org acme {
  ${org}
}
provider up {
  kind anthropic
  url "$UP"
  credential env UP_KEY
}
models all {
  claude-sonnet-5-5, claude-*
  via up
  price claude-* input $1 output $10 cache-read $0.1 cache-write $1.25 cache-write-1h $2
}
team eng {
  ${team}
}
key dev in eng {
  hash $HASH
  expires 2099-12-31
}
${rest}
`;
}

export const OPEN = "allow models @all\n  allow tools Bash, Read, client-mcp:github/*";

/** Starts a world; it is taken down after the test. */
export async function startWorld(t: TestContext, parts: Parts): Promise<World> {
  // Whatever is open when something fails (a policy with a fault, say) is closed: it would keep the test's process.
  await using opened = new AsyncDisposableStack();
  const upstream = await startUpstream(parts.answer ?? ((_, response) => void response.end("{}")));
  opened.defer(() => upstream.close());
  const { key, digest } = mintKey(randomBytes);
  const dir = await mkdtemp(join(tmpdir(), "gateway-"));
  opened.defer(() => rm(dir, { recursive: true }));
  const now = parts.now ?? Date.now;
  const { log: journal } = await openJournal({ dir, boot: randomUUID(), version: "0", clock: now });
  opened.defer(() => journal.close());
  const log = parts.log?.(journal) ?? journal;
  const providers = createProviders({
    env: { UP_KEY: SECRET },
    root: dir,
    timeouts: { connect: 2_000, headers: 10_000, idle: 10_000, ...parts.timeouts },
  });
  opened.defer(() => providers.close());
  const ended: string[] = [];
  const servers = createMcpServers({
    env: { UP_KEY: SECRET, PATH: process.env.PATH, ...parts.env },
    root: dir,
    tick: () => performance.now(),
    onEnd: (server, how) => ended.push(`${server} ${how}`),
  });
  opened.defer(() => servers.close());
  const metrics = createMetrics({ version: "0", isKnownModel: () => true, maxKeys: 10 });
  const entries: Entry[] = [];
  const heard = new EventEmitter();
  log.subscribe((entry) => {
    entries.push(entry);
    metrics.observe(entry);
    heard.emit("entry");
  });
  const tableOf = (policy: string) =>
    tableFrom(policy.replaceAll("$UP", upstream.url).replaceAll("$HASH", `sha256:${digest}`), parts.locks);
  let table = tableOf(parts.policy);
  const internal: unknown[] = [];
  const leftOut: [string, readonly string[]][] = [];
  const hmac = (value: string): string => createHmac("sha256", "test").update(value).digest("hex");
  const ports: Ports = {
    policy: () => table,
    limits: createMemoryLimits(),
    outputs: createOutputs(),
    warnings: createBudgetWarnings(),
    log,
    providers,
    services: createServices({ env: { SERVICE_KEY }, root: dir, now, tick: () => performance.now() }),
    servers,
    telemetry: metrics,
    hmac,
    conversations: createConversations(hmac, now),
    now,
    tick: () => performance.now(),
    newId: () => `req_${randomBytes(12).toString("hex")}`,
    timings: { ...DEFAULT_TIMINGS, drainMs: 2_000, ...parts.timings },
    onLeftOut: (server, tools) => {
      metrics.leftOut(server, tools.length);
      leftOut.push([server, tools]);
    },
    onInternalError: (error) => internal.push(error),
  };
  const gateway = createGateway(ports);
  opened.defer(() => gateway.close());
  const url = await gateway.listen("127.0.0.1", 0);
  const closing = opened.move();
  t.after(async () => {
    await closing.disposeAsync();
    assert.deepEqual(internal, []);
  });
  const outcomes = () => entries.map(({ body }) => body).filter((body) => isKind(body, "outcome"));
  return {
    url,
    dir,
    key,
    digest,
    upstream,
    gateway,
    ports,
    metrics,
    entries,
    internal,
    leftOut,
    ended,
    use(policy) {
      table = tableOf(policy);
      gateway.refresh();
    },
    async ask(body, change = {}) {
      const response = await fetch(url + (change.path ?? "/anthropic/v1/messages?beta=true"), {
        method: change.method ?? "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...change.headers },
        body: change.method === "GET" ? null : typeof body === "string" ? body : JSON.stringify(body),
        signal: change.signal ?? null,
      });
      // Who listens to the record hears of it after who waited for it, in the same process perhaps a turn later.
      await new Promise<void>((resolve) => setImmediate(resolve));
      return response;
    },
    async outcome(at = -1) {
      for (;;) {
        const open = entries.filter(({ body }) => isKind(body, "decision") && body.effect === "allow").length;
        const found = outcomes().at(at);
        if (found !== undefined && (at >= 0 || outcomes().length === open)) return found;
        await once(heard, "entry");
      }
    },
    async until(look) {
      for (;;) {
        const found = look(entries.map(({ body }) => body));
        if (found !== undefined) return found;
        await once(heard, "entry");
      }
    },
    decisions: () => entries.map(({ body }) => body).filter((body) => isKind(body, "decision")),
  };
}

function isKind<Kind extends Body["kind"]>(body: Body, kind: Kind): body is Extract<Body, { kind: Kind }> {
  return body.kind === kind;
}

/** Compiles a policy text; faults of the text fail the test. */
export function tableFrom(text: string, locks: Locks = new Map()): Table {
  const { tree, diagnostics } = parse({ path: "test.policy", text });
  const resolved = resolve([tree], new Map(), locks);
  const all = [...diagnostics, ...resolved.diagnostics];
  const revision = { id: "rev", content: "0".repeat(64), commit: null };
  const compiled = resolved.model === null ? null : compile(resolved.model, revision);
  const faults = [...all, ...(compiled?.diagnostics ?? [])].filter(({ severity }) => severity === "error");
  assert.deepEqual(
    faults.map(({ message, span }) => `${span.line}: ${message}`),
    [],
  );
  assert.ok(compiled?.table);
  return compiled.table;
}

/** A Messages request with what a test does not speak about filled in. */
export function request(change: Record<string, unknown> = {}) {
  return { model: "claude-sonnet-5-5", max_tokens: 100, messages: [{ role: "user", content: "hello" }], ...change };
}
