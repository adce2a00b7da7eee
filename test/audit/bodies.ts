/** Record bodies and journals for the tests of the audit trail. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type {
  BudgetWarnBody,
  CallBody,
  Charge,
  DecisionBody,
  Entry,
  JoinBody,
  OutcomeBody,
  ReturnBody,
  ToolUse,
} from "../../src/audit/entry.ts";
import { listLogs, listSegments } from "../../src/audit/segment.ts";

const actor = { key: "dana-laptop", team: "eng", fingerprint: null };

export function decision(ticket: string, parts: Partial<DecisionBody> = {}): DecisionBody {
  return {
    kind: "decision",
    ticket,
    actor,
    revision: "a1b2c3d4e5f6",
    commit: null,
    effect: "allow",
    reason: null,
    origins: ["eng.policy:4"],
    purpose: "generate",
    model: "claude-sonnet-4-6",
    stream: true,
    provider: "anthropic",
    bytes: 1234,
    tools: 3,
    stripped: [],
    stood: [],
    defined: [],
    findings: [],
    scan: null,
    asked: [],
    observed: null,
    session: null,
    agent: null,
    ran: [],
    held: [],
    ...parts,
  };
}

export function outcome(ticket: string, parts: Partial<OutcomeBody> = {}): OutcomeBody {
  return {
    kind: "outcome",
    ticket,
    actor,
    end: "complete",
    fault: null,
    status: 200,
    model: "claude-sonnet-4-6",
    stream: true,
    provider: "anthropic",
    upstreamRequestId: null,
    usage: { input: 10, output: 20, cacheRead: 3000, cacheWrite: 40, cacheWrite1h: 0 },
    microUsd: 1500,
    priced: true,
    charges: [],
    toolUses: [],
    findings: [],
    scan: null,
    asked: [],
    bytes: 4321,
    firstByteMs: 300,
    totalMs: 1200,
    ...parts,
  };
}

/** A call in an answer, let through as it came. */
export function toolUse(name: string, parts: Partial<ToolUse> = {}): ToolUse {
  return { name, granted: true, id: null, withheld: null, observed: null, ...parts };
}

export function charge(at: number, parts: Partial<Charge> = {}): Charge {
  return {
    counter: "team eng budget/day",
    measure: "budget",
    period: "day",
    amount: 1500,
    ceiling: 9000,
    at,
    ...parts,
  };
}

/** A directory that goes away with the test. */
export async function scratch(context: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "audit-"));
  context.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Paths of all segments of the only log below a directory. */
export async function segmentPaths(dir: string): Promise<string[]> {
  const log = (await listLogs(dir))[0];
  return log === undefined ? [] : (await listSegments(log)).map(({ path }) => path);
}

/** All records on disk, parsed without any check. */
export async function recordsOf(dir: string): Promise<Entry[]> {
  const records: Entry[] = [];
  for (const path of await segmentPaths(dir)) {
    for (const line of (await readFile(path, "utf8")).split("\n"))
      if (line.trim() !== "") records.push(JSON.parse(line));
  }
  return records;
}

/** Names of the files that recovery put aside. */
export async function tornFiles(dir: string): Promise<string[]> {
  const log = (await listLogs(dir))[0]!;
  return (await readdir(log)).filter((name) => name.endsWith(".torn"));
}

/** The decision about a call of a tool. */
export function called(ticket: string, parts: Partial<CallBody> = {}): CallBody {
  return {
    kind: "call",
    ticket,
    actor,
    revision: "a1b2c3d4e5f6",
    commit: null,
    effect: "allow",
    reason: null,
    origins: ["eng.policy:6"],
    name: "mcp:github/get_issue",
    method: "tools/call",
    arguments: "0123456789abcdef",
    observed: null,
    confirmation: null,
    toolUse: "toolu_1",
    bytes: 200,
    charges: [],
    ...parts,
  };
}

/** A call of a tool that carries out what an answer asked for. */
export function joined(parts: Partial<JoinBody> = {}): JoinBody {
  return {
    kind: "join",
    actor,
    finding: "joined",
    toolUse: "toolu_1",
    name: "mcp:github/get_issue",
    call: "req_2",
    answer: "req_1",
    session: null,
    agent: null,
    ...parts,
  };
}

/** How a call of a tool ended. */
export function returned(ticket: string, parts: Partial<ReturnBody> = {}): ReturnBody {
  return {
    kind: "return",
    ticket,
    actor,
    end: "complete",
    fault: null,
    status: 200,
    name: "mcp:github/get_issue",
    result: "ok",
    oversize: null,
    search: null,
    bytes: 300,
    firstByteMs: 10,
    totalMs: 12,
    ...parts,
  };
}

/** A budget that is four fifths used up. */
export function budgetWarning(ticket: string, parts: Partial<BudgetWarnBody> = {}): BudgetWarnBody {
  return {
    kind: "budget.warn",
    ticket,
    actor,
    counter: "team eng budget/day",
    period: "day",
    since: Date.parse("2026-11-23T00:00:00Z"),
    warnAt: 80,
    used: 41_200_000,
    ceiling: 50_000_000,
    origin: "eng.policy:7",
    ...parts,
  };
}
