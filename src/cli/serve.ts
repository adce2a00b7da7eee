/**
 * `gw serve`: the one file that joins all. It builds the world (record, policy in force, limits, providers, metrics),
 * lets the gateway and the operators' listener into it, and takes it down in order when the process is told to end.
 */
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { relative, sep } from "node:path";
import { openJournal } from "../audit/journal.ts";
import { AuditError, type AuditLog } from "../audit/log.ts";
import type { Table } from "../decision/table.ts";
import { createAdmin } from "../gateway/admin.ts";
import { createGateway } from "../gateway/gateway.ts";
import { createOutputs } from "../gateway/outputs.ts";
import { DEFAULT_TIMINGS } from "../gateway/ports.ts";
import { createMemoryLimits } from "../limits/memory.ts";
import type { Providers } from "../providers/provider.ts";
import { createProviders } from "../providers/providers.ts";
import { createKeeper, type Keeper, PolicyError } from "../revision/keeper.ts";
import { watchPolicy } from "../revision/watch.ts";
import { loadAside } from "../revision/worker.ts";
import { createLogger, narrate } from "../telemetry/log.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { type Address, isLoopback, readAddress, showAddress } from "./address.ts";
import { Complaint } from "./complaint.ts";
import { openDataDir } from "./data-dir.ts";
import { createNews, drawFault, faultsOf, inForce } from "./news.ts";
import type { Terminal } from "./terminal.ts";
import { complaintAbout } from "./unreadable.ts";
import { version } from "./version.ts";

/** Keys that get metrics of their own; beyond that they are counted together. */
const MAX_KEYS_IN_METRICS = 500;
/** Milliseconds that a provider may take: to connect, to begin its answer, between two pieces of it. */
const PROVIDER_TIMEOUTS = { connect: 10_000, headers: 600_000, idle: 300_000 };

/** What the command line says. */
export interface ServeOptions {
  readonly policy: string;
  readonly data: string;
  readonly listen: string;
  readonly admin: string;
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
  const listen = readAddress("--listen", options.listen);
  const admin = readAddress("--admin", options.admin);
  refuseNesting(options);
  warnOpen(listen, terminal);
  await using world = new AsyncDisposableStack();

  const secret = await openDataDir(options.data);
  const { log, charges } = await openRecord(options.data);
  world.defer(() => log.close());
  const logger = createLogger(options.logLevel, { write: (line) => terminal.err.write(line) });
  const models = new Set<string>();
  const telemetry = createMetrics({
    version: version(),
    isKnownModel: (model) => models.has(model),
    maxKeys: MAX_KEYS_IN_METRICS,
  });
  log.subscribe(telemetry.observe);
  log.subscribe(listenerOf(logger, options));
  const providers = createProviders({ env: process.env, timeouts: PROVIDER_TIMEOUTS });
  world.defer(() => providers.close());

  const onInternalError = (error: unknown) => logger.error({ err: error }, "internal error");
  const news = createNews({
    dir: options.policy,
    format: options.format,
    log,
    logger,
    models,
    terminal,
    onInternalError,
  });
  const keeper = await startKeeper(options, terminal, {
    load: () => loadAside(options.policy),
    check: (table) => unresolved(table, providers),
    ...news,
  });
  world.defer(() => keeper.close());
  const limits = createMemoryLimits();
  for await (const charge of charges) limits.restore(charge, keeper.current.timezone, Date.now());

  const gateway = createGateway({
    policy: () => keeper.current,
    limits,
    outputs: createOutputs(),
    log,
    providers,
    telemetry,
    hmac: (value) => createHmac("sha256", secret).update(value).digest("hex"),
    now: Date.now,
    tick: () => performance.now(),
    newId: () => `req_${randomBytes(12).toString("hex")}`,
    timings: DEFAULT_TIMINGS,
    onInternalError,
  });
  const operators = createAdmin({
    policy: () => ({ table: keeper.current, rejected: rejectedOf(keeper) }),
    log,
    providers,
    registry: telemetry.registry,
    draining: () => gateway.draining,
  });
  // Operators see the draining to its end, so their listener is the last to go.
  const adminUrl = await opened("--admin", admin, operators.listen(admin.host, admin.port));
  world.defer(() => operators.close());
  const listenUrl = await opened("--listen", listen, gateway.listen(listen.host, listen.port));
  world.defer(() => gateway.close());

  const reload = () => void keeper.reload().catch(onInternalError);
  const watch = await watchPolicy(options.policy, reload);
  world.defer(() => watch.close());
  // What changed between the first reading and the watching is seen now.
  reload();
  onListening({ listen: listenUrl, admin: adminUrl, table: keeper.current });
  await untilToldToEnd(reload);
  if (options.format === "text")
    terminal.err.write("ending: answers under way are finished first; once more ends at once\n");
  return 0;
}

/** What a person at the terminal reads in plain words instead: from `gw serve` itself and from news.ts. */
const TOLD_IN_WORDS: ReadonlySet<string> = new Set(["start", "stop", "policy.load", "policy.reject"]);

/** Tells the log about the record as it grows. */
function listenerOf(
  logger: ReturnType<typeof createLogger>,
  { format }: ServeOptions,
): Parameters<AuditLog["subscribe"]>[0] {
  const tell = narrate(logger);
  return (entry) => {
    if (format === "json" || !TOLD_IN_WORDS.has(entry.body.kind)) tell(entry);
  };
}

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

/** Providers whose credential is not there, by its reference. */
function unresolved(table: Table, providers: Providers): readonly string[] {
  return table.providers.flatMap((provider) => {
    try {
      providers.open(provider);
      return [];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`provider \`${provider.name}\` (${provider.origin.place}): ${reason}`];
    }
  });
}

function rejectedOf({ fault }: Keeper) {
  if (fault === null) return null;
  return { revision: fault.kind === "unreadable" ? null : fault.loaded.revision.id, errors: faultsOf(fault) };
}

async function opened(option: string, address: Address, listening: Promise<string>): Promise<string> {
  try {
    return await listening;
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

function warnOpen(listen: Address, { err }: Terminal): void {
  if (isLoopback(listen)) return;
  const where = showAddress(listen);
  err.write(
    `${err.style("yellow", "warning:")} \`${where}\` is open to other machines and speaks no TLS of its own;\n`,
  );
  err.write("  put a TLS proxy in front: keys and conversations pass here in the clear\n");
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
