/**
 * `gw serve`: the one file that joins all. It builds the world (record, policy in force, limits, providers, metrics),
 * lets the gateway and the operators' listener into it, and takes it down in order when the process is told to end.
 */
import { randomUUID } from "node:crypto";
import { relative, sep } from "node:path";
import { setFlagsFromString } from "node:v8";
import { openJournal } from "../audit/journal.ts";
import { AuditError, type AuditLog } from "../audit/log.ts";
import type { Origin } from "../decision/origin.ts";
import type { Table } from "../decision/table.ts";
import { createAdmin } from "../gateway/admin.ts";
import { createBudgetWarnings } from "../gateway/budget-warnings.ts";
import { createConversations } from "../gateway/conversations.ts";
import { createGateway } from "../gateway/gateway.ts";
import { createOutputs } from "../gateway/outputs.ts";
import { DEFAULT_TIMINGS } from "../gateway/ports.ts";
import { createKeyedHash } from "../identity/keyed-hash.ts";
import { createMemoryLimits } from "../limits/memory.ts";
import type { McpServers } from "../providers/mcp.ts";
import { createMcpServers } from "../providers/mcp-servers.ts";
import type { Providers } from "../providers/provider.ts";
import { createProviders } from "../providers/providers.ts";
import { createKeeper, type Keeper, PolicyError } from "../revision/keeper.ts";
import { watchPolicy } from "../revision/watch.ts";
import { loadAside } from "../revision/worker.ts";
import type { Services } from "../services/service.ts";
import { createServices } from "../services/services.ts";
import { createLogger, narrate } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { type Address, isLoopback, readAddress, showAddress } from "./address.ts";
import { Complaint } from "./complaint.ts";
import { openDataDir } from "./data-dir.ts";
import { logLine } from "./log-line.ts";
import { createNews, drawFault, faultsOf, inForce } from "./news.ts";
import { readSize } from "./size.ts";
import type { Terminal } from "./terminal.ts";
import { complaintAbout } from "./unreadable.ts";
import { version } from "./version.ts";

/** Keys that get metrics of their own; beyond that they are counted together. */
const MAX_KEYS_IN_METRICS = 500;
/** Milliseconds that a provider may take: to connect, to begin its answer, between two pieces of it. */
const PROVIDER_TIMEOUTS = { connect: 10_000, headers: 600_000, idle: 300_000 };

/**
 * Bodies live outside V8's heap, and by the limit that V8 has for that every few hundred of them would have the whole heap
 * marked, which is a good part of what serving them costs. So they count with the heap, which may grow to two and a half
 * times what is alive: further than usual, and no further, since what died of large bodies is memory that others may need.
 */
const HEAP_FLAGS = ["--external-memory-accounted-in-global-limit", "--heap-growing-percent=150"];

/** What the command line says. */
export interface ServeOptions {
  readonly policy: string;
  readonly data: string;
  readonly listen: string;
  readonly admin: string;
  /** What bodies that are held whole may take together: `512MB`. */
  readonly bodyMemory: string;
  readonly logLevel: string;
  readonly format: "text" | "json";
}

/** A gateway that runs: its addresses as they came to be, and the policy it began with. */
export interface Listening {
  readonly listen: string;
  readonly admin: string;
  readonly table: Table;
}

/** Runs the gateway until the process is told to end. */
export function serve(options: ServeOptions, terminal: Terminal): Promise<0> {
  return serveWith(options, terminal, ({ listen, admin, table }) => {
    const { id: revision, commit } = table.revision;
    const ready = { listen, admin, revision, commit, keys: table.keys.size };
    if (options.format === "json") terminal.out.write(`${JSON.stringify(ready)}\n`);
    else terminal.out.write(`gateway  ${listen}/anthropic\nadmin    ${admin}\npolicy   ${inForce(table)}\n`);
  });
}

/** The same, with other words when it listens. */
export async function serveWith(
  options: ServeOptions,
  terminal: Terminal,
  onListening: (listening: Listening) => void,
): Promise<0> {
  const addresses = readAddresses(options, terminal);
  const timings = { ...DEFAULT_TIMINGS, maxHeldBytes: readBodyMemory(options.bodyMemory) };
  refuseNesting(options);
  // Whatever is opened is closed in the opposite order, also when a later step fails.
  await using world = new AsyncDisposableStack();
  const secret = await openDataDir(options.data);
  const { log, earlier } = await openRecord(options.data);
  world.defer(() => log.close());
  const eyes = openEyes(options, terminal, log);
  const providers = createProviders({ env: process.env, root: options.policy, timeouts: PROVIDER_TIMEOUTS });
  world.defer(() => providers.close());
  const services = createServices({ env: process.env, root: options.policy, now: Date.now, tick: monotonic });
  const onEnd = (server: string, how: string) => eyes.logger.warn({ server, how }, "program of a server ended");
  const servers = createMcpServers({ env: process.env, root: options.policy, tick: () => performance.now(), onEnd });
  world.defer(() => servers.close());

  const news = createNews({ dir: options.policy, format: options.format, log, terminal, ...eyes });
  const keeper = await startKeeper(options, terminal, {
    load: (inForce) => loadAside(options.policy, inForce),
    check: (table) => [...unresolved(table, providers, services), ...unresolvedServers(table, servers)],
    ...news,
  });
  world.defer(() => keeper.close());
  const limits = createMemoryLimits();
  const warnings = createBudgetWarnings();
  for await (const it of earlier) {
    if ("kind" in it) warnings.restore(it);
    else limits.restore(it, keeper.current.timezone, Date.now());
  }

  const upstreams = { providers, services, servers };
  const ports = { policy: () => keeper.current, limits, warnings, log, ...upstreams, telemetry: eyes.telemetry };
  const { onInternalError, onLeftOut } = eyes;
  const gateway = createGateway({ ...ports, ...mechanics(secret), timings, onInternalError, onLeftOut });
  const operators = createAdmin({
    policy: () => ({ table: keeper.current, rejected: rejectedOf(keeper) }),
    log,
    providers,
    servers,
    metrics: eyes.telemetry,
    draining: () => gateway.draining,
  });
  // Operators see the draining to its end, so their listener is the last to go.
  const admin = await listenOn("--admin", addresses.admin, operators);
  world.defer(() => operators.close());
  const listen = await listenOn("--listen", addresses.listen, gateway);
  world.defer(() => gateway.close());

  const reload = (aloud: boolean) =>
    void news
      .reload(keeper, aloud)
      .then(() => gateway.refresh())
      .catch(eyes.onInternalError);
  const watch = await watchPolicy(options.policy, () => reload(false));
  world.defer(() => watch.close());
  // What changed between the first reading and the watching is seen now.
  reload(false);
  // Whoever reads that it listens may tell it to end at once.
  const end = untilToldToEnd(() => reload(true));
  onListening({ listen, admin, table: keeper.current });
  await end;
  if (options.format === "text") terminal.err.write("ending: answers under way are finished; once more ends at once\n");
  return 0;
}

/** Milliseconds of a clock that never jumps. */
const monotonic = (): number => performance.now();

/** What a gateway needs beside its ports to others: secrets made into placeholders, clocks, names. */
function mechanics(secret: Buffer) {
  const hmac = createKeyedHash(secret);
  return {
    outputs: createOutputs(),
    hmac,
    conversations: createConversations(hmac, Date.now),
    now: Date.now,
    tick: monotonic,
    // Node draws the bits of many of these at once, which is nearly free.
    newId: () => `req_${randomUUID().replaceAll("-", "")}`,
  };
}

/** Log and metrics, both fed by the record. `models` are the names that metrics may show; news.ts keeps them. */
function openEyes(options: ServeOptions, { err }: Terminal, log: AuditLog) {
  const write = (line: string) => err.write(options.format === "json" ? line : logLine(line, err));
  const logger = createLogger(options.logLevel, { write });
  const models = new Set<string>();
  const isKnownModel = (model: string) => models.has(model);
  const telemetry = createMetrics({ version: version(), isKnownModel, maxKeys: MAX_KEYS_IN_METRICS });
  const tell = narrate(logger);
  log.subscribe(telemetry.observe);
  log.subscribe((entry) => {
    if (options.format === "json" || !TOLD_IN_WORDS.has(entry.body.kind)) tell(entry);
  });
  const onInternalError = (error: unknown) => logger.error({ err: error }, "internal error");
  const onLeftOut = (server: string, tools: readonly string[]) => {
    telemetry.leftOut(server, tools.length);
    const facts = { server, count: tools.length, tools: tools.slice(0, MOST_NAMES_TOLD) };
    if (tools.length === 0) logger.info({ server }, "no tool of a server is left out of /mcp any more");
    else logger.warn(facts, "tools left out of /mcp, since clients could not say their names there");
  };
  return { logger, models, telemetry, onInternalError, onLeftOut };
}

/** A server decides how many tools it has. */
const MOST_NAMES_TOLD = 20;

/** What a person at the terminal reads in plain words instead: from `gw serve` itself and from news.ts. */
const TOLD_IN_WORDS: ReadonlySet<string> = new Set(["start", "stop", "policy.load", "policy.reject"]);

async function openRecord(dir: string) {
  try {
    return await openJournal({ dir, boot: randomUUID(), version: version(), clock: Date.now });
  } catch (error) {
    if (error instanceof AuditError) throw new Complaint(error.message, advice(error), 1);
    const reason = error instanceof Error && "code" in error ? error.code : error;
    throw new Complaint(`the data directory \`${dir}\` cannot be used (${reason})`, "`--data` must be writable", 1);
  }
}

function advice({ code }: AuditError): string | null {
  if (code === "locked") return "is another gateway running? `--data` names a directory of its own for each";
  if (code === "damaged") return "`gw audit verify` says where";
  return null;
}

async function startKeeper(
  { policy }: ServeOptions,
  { err }: Terminal,
  parts: Parameters<typeof createKeeper>[0],
): Promise<Keeper> {
  try {
    return await createKeeper(parts);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const { fault } = error;
    if (fault.kind === "unreadable") throw complaintAbout(fault.error, "serve --policy", policy);
    err.write(`${drawFault(fault, policy, err)}\n`);
    const help = fault.kind === "world" ? "the credential is read when the gateway starts" : null;
    throw new Complaint(`the gateway does not start without a good policy in \`${policy}\``, help, 1);
  }
}

/** Providers and services whose credential is not there, by its reference. */
function unresolved(table: Table, providers: Providers, services: Services): readonly string[] {
  const complaint = ({ text, place }: Origin, check: () => void): readonly string[] => {
    try {
      check();
      return [];
    } catch (error) {
      return [`${text.replace(" ", " `")}\` (${place}): ${error instanceof Error ? error.message : String(error)}`];
    }
  };
  return [
    ...table.providers.flatMap((provider) => complaint(provider.origin, () => void providers.open(provider))),
    ...table.services.flatMap((service) => complaint(service.origin, () => services.check(service))),
  ];
}

/** The same for servers of tools. */
function unresolvedServers(table: Table, servers: McpServers): readonly string[] {
  return table.servers.flatMap((server) => {
    try {
      servers.open(server);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`mcp \`${server.name}\` (${server.origin.place}): ${reason}`];
    }
  });
}

function rejectedOf({ fault }: Keeper) {
  if (fault === null) return null;
  return { revision: fault.kind === "unreadable" ? null : fault.loaded.revision.id, errors: faultsOf(fault) };
}

interface Listener {
  listen(host: string, port: number): Promise<string>;
}

/** Lets a listener listen; answers its URL, with the port that was given. */
async function listenOn(option: string, address: Address, listener: Listener): Promise<string> {
  try {
    return await listener.listen(address.host, address.port);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    const where = showAddress(address);
    const help = `\`${option}\` chooses another address`;
    if (code === "EADDRINUSE") throw new Complaint(`\`${where}\` is in use by another process`, help, 1);
    throw new Complaint(`\`${where}\` cannot be listened on (${code ?? error})`, help, 1);
  }
}

/** The record is written all the time: inside the policy directory every line would count as a change of the policy. */
function refuseNesting({ policy, data }: ServeOptions): void {
  const way = relative(policy, data);
  if (way === ".." || way.startsWith(`..${sep}`)) return;
  throw new Complaint(`the data directory \`${data}\` lies inside the policy directory`, "keep them beside each other");
}

function readBodyMemory(text: string): number {
  const bytes = readSize("--body-memory", text);
  const least = DEFAULT_TIMINGS.maxRequestBytes;
  if (bytes >= least) return bytes;
  const one = `${least / 1024 ** 2}MB`;
  throw new Complaint(`\`--body-memory ${text}\` is less than one request may have`, `give it at least ${one}`);
}

function readAddresses(options: ServeOptions, { err }: Terminal) {
  for (const flag of HEAP_FLAGS) setFlagsFromString(flag);
  const listen = readAddress("--listen", options.listen);
  const admin = readAddress("--admin", options.admin);
  if (!isLoopback(listen)) {
    const warning = err.style("yellow", "warning:");
    err.write(`${warning} \`${options.listen}\` is open to other machines and speaks no TLS of its own;\n`);
    err.write("  put a TLS proxy in front: keys and conversations pass here in the clear\n");
  }
  return { listen, admin };
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process as usual. SIGHUP reloads. */
function untilToldToEnd(reload: () => void): Promise<void> {
  process.on("SIGHUP", reload);
  return new Promise((resolve) => {
    const end = () => {
      process.off("SIGTERM", end).off("SIGINT", end).off("SIGHUP", reload);
      resolve();
    };
    process.on("SIGTERM", end).on("SIGINT", end);
  });
}
