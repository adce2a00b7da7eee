/**
 * The real gateway as a process: `gw serve` on a policy directory and a data directory of its own, on ephemeral ports,
 * with keys minted at run time. It and its folders are gone when the test that started it ends.
 */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { mintKey } from "../../src/identity/mint.ts";
import { launch, type Running } from "./process.ts";

/** What the provider of a test expects as its credential; no request of a client ever carries it. */
export const PROVIDER_CREDENTIAL = "provider-credential-of-the-mock";

const executable = resolve(import.meta.dirname, "../../src/cli/gw.ts");
const PATIENCE_MS = 60_000;

/** The parts of a policy that differ between tests. */
export interface PolicyParts {
  /** Address of the provider `mock`. */
  readonly url: string;
  readonly digest: string;
  /** Statements of the team `eng`; models and tools are granted here. */
  readonly team: string;
  /** Further declarations: guardrails, patterns. */
  readonly more?: string;
  /** Statements of the key `dev`. */
  readonly key?: string;
  /** Files beside the policy, such as locks: texts by names. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A whole policy: one provider, one team, one key. */
export function policyText({ url, digest, team, more = "", key = "" }: PolicyParts): string {
  return `language 1

use claude-code from builtin
use anthropic from builtin
use secrets from builtin

org acme {
}

provider mock {
  kind anthropic
  url "${url}"
  credential env MOCK_CREDENTIAL
}

models all {
  @anthropic.haiku, @anthropic.sonnet, @anthropic.opus
  via mock
}

team eng {
${team}
}

key dev in eng {
  hash sha256:${digest}
  owner "dev@acme.example"
${key}
}

${more}`;
}

/** Parts of a policy; the digest is that of the gateway's own key, unless another is named. */
export type PolicyOptions = Omit<PolicyParts, "digest"> & { readonly digest?: string };

export interface Gateway extends AsyncDisposable {
  /** What a client gets as its base URL. */
  readonly url: string;
  readonly admin: string;
  /** The key of `dev`. */
  readonly key: string;
  readonly process: Running;
  /** Stops it in order and starts it again on the same data, at another address. */
  restart(): Promise<void>;
  /** Changes the policy and waits until the change is in force or refused. */
  reload(parts: PolicyOptions): Promise<void>;
  /** Stops it in order and returns the audit trail, verified, as it stands on disk. */
  trail(): Promise<string>;
}

export interface GatewayOptions {
  readonly policy: PolicyOptions;
  /** Arguments for Node itself. */
  readonly node?: readonly string[];
  readonly channel?: boolean;
}

/** Starts `gw serve` and waits until it is ready. */
export async function startGateway({ policy, node = [], channel = false }: GatewayOptions): Promise<Gateway> {
  const root = await mkdtemp(join(tmpdir(), "sallyport-gateway-"));
  const directory = join(root, "policy");
  const data = join(root, "data");
  const { key, digest } = mintKey(randomBytes);
  const write = async (parts: PolicyOptions) => {
    for (const [name, text] of Object.entries(parts.files ?? {})) await writeFile(join(directory, name), text);
    await writeFile(join(directory, "gateway.policy"), policyText({ digest, ...parts }));
  };
  await mkdir(directory);
  await write(policy);
  const addresses = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const start = () =>
    launch({
      command: process.execPath,
      args: [...node, executable, "serve", "--policy", directory, "--data", data, "--format", "json", ...addresses],
      env: {
        PATH: process.env.PATH ?? "",
        HOME: root,
        MOCK_CREDENTIAL: PROVIDER_CREDENTIAL,
        MEMORY_FILE_PATH: join(root, "memory.json"),
      },
      cwd: root,
      channel,
    });
  let gateway = start();
  const stop = async () => {
    gateway.signal("SIGTERM");
    const timer = setTimeout(() => gateway.signal("SIGKILL"), PATIENCE_MS);
    await gateway.exit.finally(() => clearTimeout(timer));
  };
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 5 });
  const readiness = () =>
    gateway.until(readyLine, PATIENCE_MS).catch(async (error) => {
      await stop();
      await remove();
      throw error;
    });
  let ready = await readiness();
  return {
    get url() {
      return `${ready.listen}/anthropic`;
    },
    get admin() {
      return ready.admin;
    },
    key,
    get process() {
      return gateway;
    },
    restart: async () => {
      await stop();
      gateway = start();
      ready = await readiness();
    },
    reload: async (parts) => {
      const before = gateway.stderr().length;
      await write(parts);
      await gateway.until(
        (_, stderr) => /"policy (?:in force|change not taken)"/.test(stderr.slice(before)) || null,
        PATIENCE_MS,
      );
    },
    trail: async () => {
      await stop();
      await runGw(["audit", "verify", data], root);
      return await textOf(data);
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      await remove();
    },
  };
}

/** Runs another command of `gw` to its end; rejects with what it printed when it fails. */
export async function runGw(args: readonly string[], cwd: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? "", HOME: cwd };
  const run = launch({ command: process.execPath, args: [executable, ...args], env, cwd });
  run.end();
  const { code } = await run.exit;
  if (code !== 0) throw new Error(`gw ${args.join(" ")} ended with ${code}\n${run.stdout()}${run.stderr()}`);
  return run.stdout();
}

function readyLine(stdout: string): { listen: string; admin: string } | null {
  for (const line of stdout.split("\n")) {
    if (!line.startsWith("{") || !line.endsWith("}")) continue;
    const { listen, admin } = JSON.parse(line) as { listen?: string; admin?: string };
    if (listen !== undefined && admin !== undefined) return { listen, admin };
  }
  return null;
}

async function textOf(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.sort().map((file) => readFile(file, "utf8")));
  return texts.join("");
}
