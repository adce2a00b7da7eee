/** Adds up a replay: what stayed, what flipped and whose, and what cannot be told. */
import type { Reason } from "../model/reasons.ts";
import type { Recorded } from "./recorded.ts";

/** Why a decision cannot be decided again. */
export const UNKNOWNS = [
  "list",
  "stranger",
  "key",
  "model",
  "tools",
  "arguments",
  "flow",
  "guardrail",
  "cost",
  "offered",
] as const;
/** One of them. */
export type Unknown = (typeof UNKNOWNS)[number];

/** A name, and how often. */
export interface Count {
  readonly name: string;
  readonly count: number;
}

/** A request that shows what is meant. */
export interface Example {
  readonly ticket: string;
  readonly at: number;
}

/** Decisions that flip in the same way. */
export interface FlipGroup {
  /** `allow`, or the reason of a refusal. */
  readonly from: Reason | "allow";
  readonly to: Reason | "allow";
  readonly count: number;
  readonly teams: readonly Count[];
  readonly keys: readonly Count[];
  readonly models: readonly Count[];
  readonly examples: readonly Example[];
}

/** How often a tool was taken out or its call withheld and is granted now, and the other way. */
export interface ToolChange {
  readonly name: string;
  readonly opened: number;
  readonly closed: number;
  /** Calls that now hang on what they were called with, or on what was called before them, which no record holds. */
  readonly open: number;
}

/** What came of one sort of decisions. */
export interface TallyReport {
  readonly decisions: number;
  /** Of the first and the last; null when there are none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly same: number;
  /** Of `same`: refused again, for another reason. */
  readonly otherReason: number;
  /** Refused before, allowed now; and the other way. */
  readonly opened: number;
  readonly closed: number;
  readonly flips: readonly FlipGroup[];
  /** Requests that are allowed as before and go to another provider first. */
  readonly routes: readonly { readonly from: string; readonly to: string; readonly count: number }[];
  readonly tools: readonly ToolChange[];
  readonly unknown: readonly {
    readonly why: Unknown;
    readonly count: number;
    readonly keys: readonly Count[];
    readonly examples: readonly Example[];
  }[];
}

/** The whole of a replay: requests, and calls of servers of tools, where what is called stands for the model. */
export interface ReplayReport extends TallyReport {
  readonly calls: Pick<TallyReport, "decisions" | "same" | "opened" | "closed" | "flips" | "unknown">;
}

/** What is told of a decision. */
export type Told = Pick<Recorded, "ticket" | "at" | "key" | "team" | "reason" | "model" | "provider">;

export interface Tally {
  /** A decision; `reason` null when it is allowed now, and then its first provider. */
  decided(recorded: Told, reason: Reason | null, provider?: string): void;
  unknown(recorded: Told, why: Unknown): void;
  /** Tools that were taken out of a request, and those that would be now. */
  tools(before: readonly string[], now: readonly string[]): void;
  tool(name: string, granted: boolean): void;
  /** A call that hangs on its arguments now, or on what was called before. */
  open(name: string): void;
  report(): TallyReport;
}

const MOST_EXAMPLES = 3;

interface Growing {
  count: number;
  readonly teams: Map<string, number>;
  readonly keys: Map<string, number>;
  readonly models: Map<string, number>;
  readonly examples: Example[];
}

interface Flip extends Growing {
  readonly from: FlipGroup["from"];
  readonly to: FlipGroup["to"];
}

/** A tally of nothing. */
export function createTally(): Tally {
  let [decisions, same, otherReason, opened, closed] = [0, 0, 0, 0, 0];
  let first: number | null = null;
  let last: number | null = null;
  const flips = new Map<string, Flip>();
  const unknown = new Map<Unknown, Growing>();
  const routes = new Map<string, { from: string; to: string; count: number }>();
  const tools = new Map<string, { opened: number; closed: number; open: number }>();

  const seen = ({ at }: Told): void => {
    decisions++;
    if (first === null || at < first) first = at;
    if (last === null || at > last) last = at;
  };
  const countsOf = (name: string) => {
    const counts = tools.get(name) ?? { opened: 0, closed: 0, open: 0 };
    tools.set(name, counts);
    return counts;
  };
  const tool = (name: string, granted: boolean): void => void countsOf(name)[granted ? "opened" : "closed"]++;
  const route = (from: string | null, to: string | undefined): void => {
    if (from === null || to === undefined || from === to) return;
    const name = `${from} ${to}`;
    const known = routes.get(name);
    if (known === undefined) routes.set(name, { from, to, count: 1 });
    else known.count++;
  };

  return {
    decided(recorded, reason, provider) {
      seen(recorded);
      const from = recorded.reason ?? "allow";
      const to = reason ?? "allow";
      if ((from === "allow") === (to === "allow")) {
        same++;
        if (from !== to) otherReason++;
        if (to === "allow") route(recorded.provider, provider);
        return;
      }
      if (to === "allow") opened++;
      else closed++;
      const name = `${from} ${to}`;
      let flip = flips.get(name);
      if (flip === undefined) {
        flip = { from, to, ...growing() };
        flips.set(name, flip);
      }
      grow(flip, recorded);
    },
    unknown(recorded, why) {
      seen(recorded);
      let group = unknown.get(why);
      if (group === undefined) {
        group = growing();
        unknown.set(why, group);
      }
      grow(group, recorded);
    },
    tools(before, now) {
      if (before.length === now.length) return;
      for (const name of before) if (!now.includes(name)) tool(name, true);
    },
    tool,
    open: (name) => void countsOf(name).open++,
    report: () => ({
      decisions,
      first,
      last,
      same,
      otherReason,
      opened,
      closed,
      flips: [...flips.values()].map(grown).sort(byCount),
      routes: [...routes.values()].sort(byCount),
      tools: [...tools].map(([name, counts]) => ({ name, ...counts })).sort(byTools),
      unknown: UNKNOWNS.flatMap((why) => {
        const group = unknown.get(why);
        if (group === undefined) return [];
        return [{ why, count: group.count, keys: counted(group.keys), examples: group.examples }];
      }),
    }),
  };
}

function growing(): Growing {
  return { count: 0, teams: new Map(), keys: new Map(), models: new Map(), examples: [] };
}

function grow(group: Growing, { ticket, at, team, key, model }: Told): void {
  group.count++;
  count(group.teams, team);
  count(group.keys, key);
  count(group.models, model);
  if (group.examples.length < MOST_EXAMPLES) group.examples.push({ ticket, at });
}

function count(counts: Map<string, number>, name: string | null): void {
  if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
}

function grown(flip: Flip): FlipGroup {
  const { teams, keys, models } = flip;
  return { ...flip, teams: counted(teams), keys: counted(keys), models: counted(models) };
}

function counted(counts: ReadonlyMap<string, number>): Count[] {
  return [...counts].map(([name, amount]) => ({ name, count: amount })).sort(byCount);
}

function byCount(a: { readonly count: number }, b: { readonly count: number }): number {
  return b.count - a.count;
}

/** Those that change first, then those of which nobody knows. */
function byTools(a: ToolChange, b: ToolChange): number {
  return b.opened + b.closed - a.opened - a.closed || b.open - a.open;
}
