/**
 * What the gateway costs: it and a bare relay take the same requests in turns, in the same run, before the same
 * provider, each in a process of its own. The gateway has everything on: scopes, tools, limits, a guardrail, the record.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGateway } from "../support/gateway.ts";
import { launch, type Running } from "../support/process.ts";
import { measureSize, type RelayPlan, type SizeReport, target, warmUp } from "./measure.ts";
import { seeded } from "./traffic.ts";

const POLICY = `
  allow models @all
  allow tools @claude-code.read, @claude-code.edit, @claude-code.shell, @claude-code.web, @claude-code.agents
  guard secrets
  limit requests 1_000_000/min
  limit tokens 100_000M/hour per key
  limit concurrency 1000
  budget $1_000_000/month`;
const GUARDRAIL = `guardrail secrets {
  on request, response
  in user, tool-result, tool-input, system
  match @secrets
  action redact
}
`;

/** Runs the whole comparison; `progress` gets a line now and then. */
export async function benchRelay(plan: RelayPlan, progress: (line: string) => void): Promise<SizeReport[]> {
  const meter = ["--import", join(import.meta.dirname, "meter.ts")];
  const provider = program("loopback-provider.ts", []);
  const upstream = (await provider.until(addressOf, 10_000)).url;
  const relay = program("bare-relay.ts", [upstream], meter);
  const { url } = await relay.until(addressOf, 10_000);
  await using gateway = await startGateway({
    policy: { url: upstream, team: POLICY, more: GUARDRAIL },
    node: meter,
    channel: true,
  });
  const targets = [
    target("direct", upstream, null),
    target("relay", url, relay),
    target("gateway", gateway.url, gateway.process),
  ];
  const pace = (mode: "paced" | "burst") => provider.ask(mode);
  try {
    const random = seeded(20_261_123);
    const reports: SizeReport[] = [];
    const run = { plan, targets, key: gateway.key, pace, random, progress };
    await warmUp(run);
    for (const bytes of plan.sizes) reports.push(await measureSize({ ...run, bytes }));
    return reports;
  } finally {
    await Promise.all(targets.map(({ pool }) => pool.destroy()));
    relay.signal("SIGKILL");
    provider.signal("SIGKILL");
    await Promise.all([relay.exit, provider.exit]);
  }
}

function program(file: string, args: readonly string[], node: readonly string[] = []): Running {
  return launch({
    command: process.execPath,
    args: [...node, join(import.meta.dirname, file), ...args],
    env: { PATH: process.env.PATH ?? "" },
    cwd: tmpdir(),
    channel: true,
  });
}

function addressOf(stdout: string): { url: string } | null {
  return stdout.includes("\n") ? (JSON.parse(stdout) as { url: string }) : null;
}
