/**
 * `gw quickstart`, which is `npm start`: a small policy with a fresh key where there is none, and a gateway that runs with
 * them. With `ANTHROPIC_API_KEY` set requests go to Anthropic, without it to the provider that answers by itself.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Complaint } from "./complaint.ts";
import { type Listening, serveWith } from "./serve.ts";
import { makeStarter, policyIn, type Starter, writeNew } from "./starter.ts";
import type { Terminal } from "./terminal.ts";
import { writeAtomic } from "./write-atomic.ts";

const PROVIDER_FILE = "provider.policy";
const KEY_OF_DEVELOPER = "dev";

/** The other content of the provider's file: the same name, so that nothing else in the policy has to change. */
export const SIMULATED_PROVIDER = `language 1

## Stands in for Anthropic: ANTHROPIC_API_KEY was not set when the gateway was started.
provider anthropic {
  kind simulated
}
`;

/** What the command line says. */
export interface QuickstartOptions {
  readonly dir: string;
  readonly listen: string;
  readonly admin: string;
}

/** Makes what is missing, and runs the gateway until it is told to end. */
export async function quickstart(options: QuickstartOptions, terminal: Terminal): Promise<number> {
  const policy = join(options.dir, "policy");
  const starter = makeStarter(randomBytes, Date.now());
  await make(options.dir, starter);
  const simulated = (process.env.ANTHROPIC_API_KEY ?? "") === "";
  const said = await chooseProvider(join(policy, PROVIDER_FILE), starter, simulated);
  const key = await readFile(keyFile(options.dir, KEY_OF_DEVELOPER), "utf8").catch(() => null);
  const serving = {
    policy,
    data: join(options.dir, "data"),
    listen: options.listen,
    admin: options.admin,
    bodyMemory: "512MB",
    logLevel: "warn",
    format: "text",
  } as const;
  return serveWith(serving, terminal, (listening) => {
    terminal.out.write(greeting({ ...listening, policy, key: key?.trim() ?? null, said }));
  });
}

function keyFile(dir: string, name: string): string {
  return join(dir, `${name}-key`);
}

/** Writes keys and policy, unless there is a policy: that of an earlier start is the user's own by now. */
async function make(dir: string, { files, keys }: Starter): Promise<void> {
  const policy = join(dir, "policy");
  try {
    if ((await policyIn(policy)) !== null) return;
    await mkdir(dir, { recursive: true, mode: 0o700 });
    for (const { name, key } of keys) await writeFile(keyFile(dir, name), `${key}\n`, { mode: 0o600 });
    await writeNew(policy, files);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : String(error);
    throw new Complaint(`\`${dir}\` cannot be written (${code})`, "`--dir` names another directory");
  }
}

/** Gives the provider's file the content that fits, as long as it is one of the two that came from here. */
async function chooseProvider(path: string, starter: Starter, simulated: boolean): Promise<string> {
  const real = starter.files.get(PROVIDER_FILE) ?? "";
  const wanted = simulated ? SIMULATED_PROVIDER : real;
  const text = await readFile(path, "utf8").catch(() => null);
  if (text !== real && text !== SIMULATED_PROVIDER) return "requests go to the provider that the policy names";
  if (text !== wanted) await writeAtomic(path, wanted);
  return simulated
    ? "ANTHROPIC_API_KEY is not set: a simulated provider answers, nothing leaves this machine"
    : "requests go to Anthropic, with ANTHROPIC_API_KEY";
}

interface Greeting extends Listening {
  readonly policy: string;
  readonly key: string | null;
  readonly said: string;
}

function greeting({ listen, policy, key, said }: Greeting): string {
  const token = key ?? "...";
  const lost = key === null ? ["# the key file is gone: `gw key new NAME --team eng` makes another key"] : [];
  return `
policy: ${policy} (edit it: a change holds from the next request on)
${said}

${[...lost, `export ANTHROPIC_BASE_URL=${listen}/anthropic`, `export ANTHROPIC_AUTH_TOKEN=${token}`].join("\n")}

then run: claude
`;
}
