/**
 * Runs a composite action as a runner of GitHub does, so that its `action.yml` cannot drift from its scripts: defaults of
 * inputs, expressions, one shell a step, files for outputs and the summary, steps after a failure only where `if` says so.
 * It knows what this repository uses, and throws at anything else.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly shell?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface Job {
  readonly inputs: Readonly<Record<string, string>>;
  readonly workspace: string;
  /** What the runner sets, such as `GITHUB_REPOSITORY`. */
  readonly env: Readonly<Record<string, string>>;
  readonly token: string;
}

export interface Finished {
  readonly ok: boolean;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
  readonly summary: string;
}

export function readAction(file: string): Action {
  const action: Action = parse(readFileSync(file, "utf8"));
  if (action.runs.using !== "composite") throw new Error(`${file} is no composite action`);
  return action;
}

export async function runAction(file: string, job: Job): Promise<Finished> {
  const action = readAction(file);
  for (const name of Object.keys(job.inputs)) if (!(name in action.inputs)) throw new Error(`no input \`${name}\``);
  const temp = mkdtempSync(join(tmpdir(), "sallyport-runner-"));
  const known = new Map([["github.token", job.token]]);
  for (const [name, input] of Object.entries(action.inputs)) {
    known.set(`inputs.${name}`, job.inputs[name] ?? expand(String(input.default ?? ""), known));
  }
  let [ok, log, summary] = [true, "", ""];
  try {
    for (const [index, step] of action.runs.steps.entries()) {
      if (step.uses !== undefined) assertNode(step);
      else if (ok || isAlways(step)) {
        const files = ["output", "summary", "script"].map((name) => join(temp, `${name}-${index}`)) as [
          string,
          string,
          string,
        ];
        for (const path of files) writeFileSync(path, "");
        const env = { ...job.env, RUNNER_TEMP: temp, GITHUB_ACTIONS: "true", GITHUB_ACTION_PATH: dirname(file) };
        const ran = await runStep(step, { files, known, cwd: job.workspace, env });
        ok &&= ran.code === 0;
        log += ran.log;
        summary += readFileSync(files[1], "utf8");
        for (const [name, value] of readOutputs(readFileSync(files[0], "utf8"))) {
          known.set(`steps.${step.id}.outputs.${name}`, value);
        }
      }
    }
    const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, expand(value, known)]);
    return { ok, outputs: Object.fromEntries(outputs), log, summary };
  } finally {
    rmSync(temp, { recursive: true });
  }
}

function assertNode({ uses, with: how }: Step): void {
  const major = Number(process.versions.node.split(".")[0]);
  if (uses !== "actions/setup-node@v4" || how?.["node-version"] !== major) throw new Error(`unknown action ${uses}`);
}

function isAlways(step: Step): boolean {
  if (step.if !== undefined && !/^\$\{\{ !cancelled\(\) \}\}$/.test(step.if))
    throw new Error(`unknown condition ${step.if}`);
  return step.if !== undefined;
}

/** A step that did not run has no outputs, which is what a runner says of them too. */
function expand(text: string, known: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => {
    const value = known.get(expression);
    if (value === undefined && !/^steps\.\w+\.outputs\.\w+$/.test(expression)) throw new Error(`unknown ${expression}`);
    return value ?? "";
  });
}

interface Place {
  readonly files: readonly [output: string, summary: string, script: string];
  readonly known: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runStep(
  { run, shell, env = {} }: Step,
  place: Place,
): Promise<{ readonly code: number; readonly log: string }> {
  if (run === undefined || shell !== "bash") throw new Error("a step that is no bash script");
  const [output, summary, script] = place.files;
  writeFileSync(script, expand(run, place.known));
  const own = Object.entries(env).map(([name, value]) => [name, expand(value, place.known)]);
  const files = { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary };
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], {
    cwd: place.cwd,
    env: { ...place.env, ...Object.fromEntries(own), ...files },
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (log += text));
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (exit) => resolve(exit ?? 1));
  });
  return { code, log };
}

function* readOutputs(text: string): Generator<readonly [string, string]> {
  const lines = text.split("\n");
  for (let at = 0; at < lines.length - 1; at++) {
    const [, name, end] = /^([\w-]+)<<(.+)$/.exec(lines[at] ?? "") ?? [];
    if (name === undefined || end === undefined) throw new Error(`not an output: ${lines[at]}`);
    const close = lines.indexOf(end, at + 1);
    yield [name, lines.slice(at + 1, close).join("\n")];
    at = close;
  }
}
