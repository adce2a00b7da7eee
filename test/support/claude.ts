/**
 * The unchanged client, run by itself: an environment of exactly what is named here, a home and a working directory of
 * its own, and no way off the machine.
 */
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claudeBinary } from "./claude-binary.ts";
import { launch } from "./process.ts";

export interface ClientRun {
  readonly baseUrl: string;
  readonly key: string;
  readonly prompt: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A home to run in, so that several runs share their sessions; a fresh one when absent. */
  readonly home?: ClientHome;
  readonly timeoutMs?: number;
}

/** What a run of the client came to. */
export interface ClientResult {
  readonly code: number | null;
  /** The text that the developer reads. */
  readonly text: string;
  readonly isError: boolean;
  readonly session: string;
  /** Tool calls that the client itself refused to run. */
  readonly denials: number;
  /** Every line of `stream-json`, parsed. */
  readonly events: readonly StreamEvent[];
  readonly stderr: string;
}

/** A line of the client's `stream-json` output, as far as the tests look at it. */
export interface StreamEvent {
  readonly type: string;
  readonly subtype?: string;
  readonly result?: string;
  readonly is_error?: boolean;
  readonly session_id?: string;
  readonly permission_denials?: readonly unknown[];
  readonly error_status?: number;
  readonly retry_delay_ms?: number;
}

export interface ClientHome extends AsyncDisposable {
  readonly home: string;
  readonly work: string;
  readonly temp: string;
}

/** Makes a home with the client's settings, a working directory and a temporary folder that go away together. */
export async function clientHome(settings: Readonly<Record<string, unknown>> = {}): Promise<ClientHome> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "sallyport-client-")));
  const place = { home: join(root, "home"), work: join(root, "work"), temp: join(root, "temp") };
  for (const path of [join(place.home, ".claude"), place.work, place.temp]) await mkdir(path, { recursive: true });
  await writeFile(join(place.home, ".claude", "settings.json"), JSON.stringify(settings));
  return { ...place, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }) };
}

/** The client's whole environment; a dead proxy keeps its telemetry on the machine. */
export function clientEnv(place: ClientHome, baseUrl: string, key: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    HOME: place.home,
    TMPDIR: place.temp,
    NO_PROXY: "127.0.0.1",
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
    ANTHROPIC_BASE_URL: baseUrl,
    ANTHROPIC_AUTH_TOKEN: key,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_AUTOUPDATER: "1",
  };
}

/** Runs one prompt to its end. */
export async function runClaude(run: ClientRun): Promise<ClientResult> {
  if (run.home !== undefined) return runIn(run.home, run);
  await using place = await clientHome();
  return await runIn(place, run);
}

async function runIn(place: ClientHome, run: ClientRun): Promise<ClientResult> {
  const client = launch({
    command: await claudeBinary(),
    args: ["-p", run.prompt, "--output-format", "stream-json", "--verbose", ...(run.args ?? [])],
    env: { ...clientEnv(place, run.baseUrl, run.key), ...run.env },
    cwd: place.work,
  });
  client.end();
  const limit = run.timeoutMs ?? 120_000;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    client.signal("SIGKILL");
  }, limit);
  const { code } = await client.exit.finally(() => clearTimeout(timer));
  if (late) throw new Error(`the client did not end within ${limit} ms\n${client.stdout()}\n${client.stderr()}`);
  return resultOf(code, client.stdout(), client.stderr());
}

function resultOf(code: number | null, stdout: string, stderr: string): ClientResult {
  const events = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as StreamEvent);
  const last = events.findLast((event) => event.type === "result");
  if (last === undefined) throw new Error(`the client gave no result (exit ${code})\n${stdout}\n${stderr}`);
  return {
    code,
    text: last.result ?? "",
    isError: last.is_error === true,
    session: last.session_id ?? "",
    denials: last.permission_denials?.length ?? 0,
    events,
    stderr,
  };
}
