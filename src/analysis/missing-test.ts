/**
 * The test that would miss a statement, written out to be pasted. What it says is tried before it is offered: it holds
 * under the policy, and fails without the statement. When nothing can be found to say, the reason is given instead.
 */
import { atomOf } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits, intersect, removeBit, sameBits, subtract, unite } from "../decision/bits.ts";
import { siteOf } from "../decision/call-limits.ts";
import { minuteOfWeek } from "../decision/clock.ts";
import { confirmRulesFor } from "../decision/confirmed-by.ts";
import { type Deeds, deedsOf } from "../decision/deeds.ts";
import type { Kind, Table } from "../decision/table.ts";
import { accessOf, runtimeOf, viewOf } from "../decision/view.ts";
import { closedWindow } from "../decision/windows.ts";
import { dollars, thousands } from "../decision/words.ts";
import { RESERVED } from "../language/tokens.ts";
import { writeJson } from "../language/values.ts";
import { globFault } from "../model/glob.ts";
import type { Model, TestSend, TestStep } from "../model/model.ts";
import type { Predicate } from "../model/predicate.ts";
import { callsDiffer, conditionsAt } from "./condition.ts";
import type { Ground } from "./ground.ts";
import { missingCalls } from "./missing-call.ts";
import { missingResults } from "./missing-result.ts";
import { nameOf } from "./reach.ts";
import type { Statement } from "./statement.ts";
import { DEFAULT_CLOCK, runTest } from "./test.ts";
import { witnessOf } from "./witness.ts";

/** A test as policy text; or why there is none. */
export type Missing =
  | { readonly kind: "test"; readonly text: string }
  /** `idle` when no test could miss the statement, as things stand: nobody would notice that it is gone. */
  | { readonly kind: "none"; readonly reason: string; readonly idle: boolean };

/** A policy, and the same without a statement. */
export interface Pair {
  readonly model: Model;
  readonly ground: Ground;
  readonly mutant: Ground;
  /** Titles that other tests have. */
  readonly titles: Set<string>;
}

/** So many nodes below a statement are tried as subject of a test. */
const MOST_SUBJECTS = 64;
/** So many tools are tried. */
const MOST_BEFORE = 16;
const MINUTE = 60_000;

/** Finds a test that would miss the statement. */
export function missingTest(statement: Statement, pair: Pair): Missing {
  const subjects = pair.ground.family.below(statement.node).slice(0, MOST_SUBJECTS);
  for (const node of subjects) {
    const claim = statement.kind === "access" ? claimAbout(statement, node, pair) : null;
    const lines = claim ?? play(statement, node, pair);
    if (lines !== null) return { kind: "test", text: write(statement, node, lines, pair) };
  }
  const isSilent = statement.kind === "access" && !changes(statement, pair);
  const all = subjects.length === pair.ground.family.below(statement.node).length;
  // A limit or hours that nobody below meets first were played with everybody; a text for a guard can be made up.
  const idle = isSilent || (all && (statement.kind === "limit" || statement.kind === "active"));
  return { kind: "none", reason: isSilent ? SILENT : reasonOf(statement, pair), idle };
}

/** A `deny` above everything that is allowed is a ceiling for days to come, and nothing to be ashamed of. */
const SILENT = "nothing changes without it today: all that it says is so by other lines";

/** Whether anybody below has other access without the statement, or may call what they have with other input. */
function changes({ node, grant: { thing }, ...statement }: AccessStatement, { ground, mutant }: Pair): boolean {
  const now = momentOf(statement);
  const [one, other] = [ground.table, mutant.table];
  if (thing === "tools" && ground.family.below(node).some((index) => callsDiffer(one, other, index, now))) return true;
  const seen = new Map<Uint32Array, Uint32Array>();
  return ground.family.below(node).some((index) => {
    const held = accessOf(ground.table, index, now)[thing];
    const without = accessOf(mutant.table, index, now)[thing];
    if (seen.get(held) === without) return false;
    seen.set(held, without);
    return !sameBits(held, without);
  });
}

function reasonOf(statement: Statement, { model }: Pair): string {
  switch (statement.kind) {
    case "access":
      return "no name that it decides on can be written in a test";
    case "ask":
      return "other lines ask about its calls too, or no call of it that is granted was found to be written in a test";
    case "flow":
      return "other lines withhold its tools from everybody below it, or none of its names can be written in a test";
    case "results":
      return "other lines say the same about all that nobody else decides on, no tool of it is granted below it, or its patterns have no `hit` that a test could send";
    case "guard": {
      const { patterns, ask } = model.guardrails[statement.binding.guardrail]!;
      if (ask !== null) return "it asks a service, and what that would say no test can know";
      if (patterns.every(({ hits }) => hits.length === 0)) return "its patterns have no `hit` that a test could send";
      return "another line guards everybody below it, or nobody there may send a request";
    }
    case "limit":
      if (statement.limit.tools !== null)
        return "another limit is reached first, or nobody below it may call these tools";
      return "another limit is reached first, or nobody below it may send a request";
    case "active":
      return "other lines open the same hours, or nobody below it may send a request";
    default:
      return statement satisfies never;
  }
}

// ---- access -----------------------------------------------------------------------------------------------------------

type AccessStatement = Extract<Statement, { kind: "access" }>;

/** A `can` or `cannot` line about one name whose access the statement decides. */
function claimAbout(statement: AccessStatement, node: number, { ground, mutant }: Pair): readonly string[] | null {
  const { thing } = statement.grant;
  const now = momentOf(statement);
  const held = (it: Ground, at: number): Uint32Array => accessOf(it.table, at, now)[thing];
  const lost = held(ground, node).slice();
  subtract(lost, held(mutant, node));
  const gained = emptyBits(ground.table.atoms[thing].atoms);
  const reach = new Set<Uint32Array>();
  for (const index of ground.family.below(node)) {
    const more = held(mutant, index);
    if (!reach.has(more)) unite(gained, more);
    reach.add(more);
    intersect(lost, held(ground, index));
  }
  for (const index of ground.family.below(node)) subtract(gained, held(ground, index));
  if (thing === "providers") for (const bits of [lost, gained]) intersect(bits, ground.known.providers);
  const can = nameIn(ground.table, thing, lost);
  const cannot = can === null ? nameIn(ground.table, thing, gained) : null;
  const claim = can !== null ? `can use ${thing} ${can}` : cannot !== null ? `cannot use ${thing} ${cannot}` : null;
  return claim === null ? null : [...clock(now), claim];
}

const PLAIN = /^[A-Za-z_](?:[\w.:/-]*[\w.-])?$/;

/** A name of the set that can be written: one that stands in the policy before any other. */
function nameIn(table: Table, thing: Kind, bits: Uint32Array): string | null {
  const { examples, members } = table.atoms[thing];
  let other: string | null = null;
  for (const atom of eachBit(bits)) {
    const name = examples[atom]!;
    if (members.has(name) && isPlain(name, thing)) return name;
    // The shortest name of a class may be no name that anything could have: `connector:`.
    other ??=
      [name, `${name}x`, `x${name}`].find((it) => isPlain(it, thing) && atomOf(table.atoms[thing], it) === atom) ??
      null;
  }
  return other;
}

function isPlain(name: string, thing: Kind): boolean {
  return PLAIN.test(name) && !RESERVED.has(name) && globFault(name, thing) === null;
}

// ---- what a request meets ---------------------------------------------------------------------------------------------

/** Lines that play a request which only the statement decides. */
interface Play {
  readonly steps: readonly TestStep[];
  readonly lines: readonly string[];
}

function play(statement: Statement, node: number, pair: Pair): readonly string[] | null {
  const { span } = statement;
  for (const now of momentsOf(statement, node, pair)) {
    for (const { steps, lines } of playsOf(statement, node, pair)) {
      const test = { name: "", node, span, steps: [{ kind: "at", at: now, span } as const, ...steps] };
      if (!runTest(test, pair.ground).passed || runTest(test, pair.mutant).passed) continue;
      return [...clock(now), ...lines];
    }
  }
  return null;
}

function playsOf(statement: Statement, node: number, pair: Pair): readonly Play[] {
  switch (statement.kind) {
    case "access":
      return accessPlays(statement, node, pair);
    case "flow":
      return flowPlays(statement, node, pair);
    case "ask":
      return askPlays(statement, node, pair);
    case "results":
      return resultPlays(statement, node, pair);
    case "guard":
      return guardPlays(statement, pair.model, pair.ground);
    case "limit":
      return statement.limit.tools === null ? limitPlays(statement) : countedPlays(statement, node, pair);
    case "active":
      return activePlays(statement);
    default:
      return statement satisfies never;
  }
}

const BLANK = {
  model: null,
  tool: null,
  input: null,
  text: null,
  place: null,
  microUsd: null,
  tokens: null,
  times: 1,
  result: null,
} as const;

function sending(statement: Statement, parts: Partial<TestSend> & Pick<TestSend, "expect">): TestSend {
  return { kind: "send", ...BLANK, span: statement.span, ...parts };
}

function guardPlays(statement: Extract<Statement, { kind: "guard" }>, model: Model, { table }: Ground): Play[] {
  const guardrail = table.guardrails[statement.binding.guardrail]!;
  const { on, name } = guardrail;
  const place = on.includes("request") ? null : "answer";
  return model.guardrails[statement.binding.guardrail]!.patterns.flatMap((pattern) => {
    const expected = expectedOf(deedsOf(guardrail, pattern.name), name);
    if (expected === null) return [];
    return pattern.hits.map(({ text }): Play => {
      const line = `send text ${quoteText(text)}${place === null ? "" : " in answer"} expect ${expected.words}`;
      return { steps: [sending(statement, { text, place, expect: expected.expect })], lines: [line] };
    });
  });
}

/** What a test may expect of a finding; null when nothing is done about it. */
function expectedOf({ done, observed }: Deeds, guardrail: string) {
  const kind = done?.kind ?? (observed === null ? null : "observe");
  switch (kind) {
    case null:
      return null;
    case "reject":
      return { expect: { kind: "refuse", reason: "guardrail" } as const, words: "refuse guardrail" };
    case "redact":
    case "mask":
      return { expect: { kind, guardrail, to: null } as const, words: `${kind} ${guardrail}` };
    case "flag":
    case "observe":
      return { expect: { kind, guardrail } as const, words: `${kind} ${guardrail}` };
    default:
      return kind satisfies never;
  }
}

/** What a team has and a key below it has not cannot be claimed, but a key right below the team can send it. */
function accessPlays(statement: AccessStatement, node: number, pair: Pair): Play[] {
  const { thing } = statement.grant;
  if (thing === "providers") return [];
  return [...offerPlays(statement, node, pair), ...(thing === "tools" ? callPlays(statement, node, pair) : [])];
}

function offerPlays(statement: AccessStatement, node: number, { ground, mutant }: Pair): Play[] {
  const { thing } = statement.grant;
  const now = momentOf(statement);
  const lost = accessOf(ground.table, node, now)[thing].slice();
  subtract(lost, accessOf(mutant.table, node, now)[thing]);
  const name = nameIn(ground.table, thing, lost);
  if (name === null) return [];
  const part = thing === "models" ? "model" : "tool";
  const steps = [sending(statement, { [part]: name, expect: { kind: "allow", remaining: null } })];
  return [{ steps, lines: [`send ${part} ${name} expect allow`] }];
}

/** One of the tools that it closes and that is granted, after each tool that may be called before; a few are tried. */
function flowPlays(statement: Extract<Statement, { kind: "flow" }>, node: number, { ground }: Pair): Play[] {
  const granted = statement.rule.tools.slice();
  intersect(granted, accessOf(ground.table, node, momentOf(statement)).tools);
  const tool = nameIn(ground.table, "tools", granted);
  if (tool === null) return [];
  const before = [...eachBit(statement.rule.after)].slice(0, MOST_BEFORE);
  const names = before.flatMap((atom) => namesOfAtom(ground.table, atom));
  return names.map((name): Play => {
    const called: TestStep = { kind: "called", tools: [name], span: statement.span };
    const refusal = sending(statement, { tool, expect: { kind: "refuse", reason: "flow" } });
    return { steps: [called, refusal], lines: [`given called ${name}`, `send tool ${tool} expect refuse flow`] };
  });
}

/** Calls that the statement's condition decides. */
function callPlays(statement: AccessStatement, node: number, { ground, mutant }: Pair): Play[] {
  const now = momentOf(statement);
  const nameOfAtom = (atom: number): string | null => {
    const bits = emptyBits(ground.table.atoms.tools.atoms);
    addBit(bits, atom);
    return nameIn(ground.table, "tools", bits);
  };
  const before = conditionsAt(ground.table, node, now);
  return missingCalls(before, conditionsAt(mutant.table, node, now), nameOfAtom).map(
    ({ tool, input, expect }): Play => {
      const line = `send tool ${tool} input ${writeJson(input)} expect ${expect.kind === "allow" ? "allow" : "refuse arguments"}`;
      return { steps: [sending(statement, { tool, input, expect })], lines: [line] };
    },
  );
}

/** One of the granted tools that it is about; several are tried, since other lines may ask about some of them. */
function askPlays(statement: Extract<Statement, { kind: "ask" }>, node: number, pair: Pair): Play[] {
  const { ground } = pair;
  const granted = statement.rule.tools.slice();
  intersect(granted, accessOf(ground.table, node, momentOf(statement)).tools);
  const tools = [...eachBit(granted)].slice(0, MOST_BEFORE).flatMap((atom) => namesOfAtom(ground.table, atom));
  return tools.flatMap((tool): Play[] => {
    const input = statement.rule.where === null ? null : askedInput(statement, tool, node, pair);
    if (input === null && statement.rule.where !== null) return [];
    const steps = [sending(statement, { tool, input, expect: { kind: "ask" } })];
    const called = input === null ? "" : ` input ${writeJson(input)}`;
    return [{ steps, lines: [`send tool ${tool}${called} expect ask`] }];
  });
}

/** One of the granted tools that it is about gives back what only the line holds, if any does. */
function resultPlays(statement: Extract<Statement, { kind: "results" }>, node: number, { ground }: Pair): Play[] {
  const granted = statement.bound.tools.slice();
  intersect(granted, accessOf(ground.table, node, momentOf(statement)).tools);
  const tools = [...eachBit(granted)].slice(0, MOST_BEFORE).flatMap((atom) => namesOfAtom(ground.table, atom));
  const results = missingResults(statement.rule);
  return tools.flatMap((tool) =>
    results.map(({ result, expect }): Play => {
      const back = result?.kind === "text" ? quoteText(result.text) : thousands(result?.bytes ?? 0);
      const words = expect.kind === "found" ? `${expect.deed} ${expect.by?.written.join()}` : expect.kind;
      const line = `send tool ${tool} result ${back} expect ${words}`;
      return { steps: [sending(statement, { tool, result, expect })], lines: [line] };
    }),
  );
}

/** An input for which the line asks, no other line does, and the call is granted; null when none was found. */
function askedInput(
  statement: Extract<Statement, { kind: "ask" }>,
  tool: string,
  node: number,
  { ground, mutant }: Pair,
): TestSend["input"] {
  const now = momentOf(statement);
  const others = confirmRulesFor(mutant.table, { node }, tool, now).flatMap(({ where }) => where ?? []);
  const granted = conditionsAt(ground.table, node, now).get(runtimeOf(ground.table).atomOf.tools(tool));
  const own = [statement.rule.where, granted].flatMap((part) => part ?? []);
  return witnessOf({ kind: "and", of: [...own, ...others.map((of): Predicate => ({ kind: "not", of }))] });
}

/** A name of one class that can be written; none when there is none. */
function namesOfAtom(table: Table, atom: number): readonly string[] {
  const alone = emptyBits(table.atoms.tools.atoms);
  addBit(alone, atom);
  const name = nameIn(table, "tools", alone);
  return name === null ? [] : [name];
}

const A_CENT = 10_000;

type LimitStatement = Extract<Statement, { kind: "limit" }>;

/** The limit is used up; or, when it replaces a tighter one, used up but for one request. */
function limitPlays(statement: LimitStatement): Play[] {
  const { measure, amount } = statement.limit;
  const unit = measure === "budget" ? Math.min(A_CENT, amount) : 1;
  const cost = measure === "budget" ? `cost ${dollars(unit)} ` : "";
  const microUsd = measure === "budget" ? unit : null;
  const refusal = sending(statement, { microUsd, expect: { kind: "refuse", reason: measure } });
  const passage = sending(statement, { microUsd, expect: { kind: "allow", remaining: null } });
  const full = given(statement, amount);
  const nearly = given(statement, amount - unit);
  return [
    { steps: [full.step, refusal], lines: [full.line, `send ${cost}expect refuse ${measure}`] },
    { steps: [nearly.step, passage], lines: [nearly.line, `send ${cost}expect allow`] },
  ];
}

/** The same for a limit on calls, which a tool that may be used has to be called for. */
function countedPlays(statement: LimitStatement, node: number, { ground: { table } }: Pair): Play[] {
  const { amount } = statement.limit;
  const callable = table.slots[statement.slot]!.tools!.bits.slice();
  intersect(callable, accessOf(table, node, momentOf(statement)).tools);
  for (const atom of eachBit(callable.slice())) {
    if (siteOf(table, table.atoms.tools.examples[atom]!) === null) removeBit(callable, atom);
  }
  const tool = nameIn(table, "tools", callable);
  if (tool === null) return [];
  const refusal = sending(statement, { tool, expect: { kind: "refuse", reason: "calls" } });
  const passage = sending(statement, { tool, expect: { kind: "allow", remaining: null } });
  const full = given(statement, amount);
  const nearly = given(statement, amount - 1);
  return [
    { steps: [full.step, refusal], lines: [full.line, `send tool ${tool} expect refuse calls`] },
    { steps: [nearly.step, passage], lines: [nearly.line, `send tool ${tool} expect allow`] },
  ];
}

function given({ limit, span }: LimitStatement, amount: number): { readonly step: TestStep; readonly line: string } {
  const { measure, period } = limit;
  if (measure === "concurrency" || period === null) {
    return { step: { kind: "flight", amount, span }, line: `given used concurrency ${thousands(amount)}` };
  }
  if (measure === "budget") {
    return {
      step: { kind: "spent", microUsd: amount, period, span },
      line: `given spent ${dollars(amount)}/${period}`,
    };
  }
  const line = `given used ${measure} ${thousands(amount)}/${period}`;
  return { step: { kind: "used", measure, amount, period, span }, line };
}

/** Whether the line opens hours or closes others hangs on the lines beside it. */
function activePlays(statement: Statement): Play[] {
  const closed = sending(statement, { expect: { kind: "refuse", reason: "window" } });
  const open = sending(statement, { expect: { kind: "allow", remaining: null } });
  return [
    { steps: [closed], lines: ["send expect refuse window"] },
    { steps: [open], lines: ["send expect allow"] },
  ];
}

// ---- time -------------------------------------------------------------------------------------------------------------

/** A moment at which the statement holds. */
function momentOf({ until }: Pick<Statement, "until">): number {
  if (until === null || until >= DEFAULT_CLOCK) return DEFAULT_CLOCK;
  return until - (until % MINUTE) - MINUTE;
}

const DAY = 24 * 60;
const WEEK = 7 * DAY;

/** The moments to try: those at which the subject is served; of an `active`, the first that it decides. */
function momentsOf(statement: Statement, node: number, { ground, mutant }: Pair): number[] {
  const base = momentOf(statement);
  const isOpen = (at: number, { table } = ground): boolean => {
    const { windows } = viewOf(runtimeOf(table), node, at);
    return windows === null || closedWindow(table.timezone, windows, at) === null;
  };
  const find = (from: number, holds: (at: number) => boolean): number[] => {
    // What ends is looked for before its end, everything else after today.
    const at = momentsNear(from, statement.until !== null, node, ground.table).find(holds);
    return at === undefined ? [] : [at];
  };
  if (statement.kind === "active") return find(base, (at) => isOpen(at) !== isOpen(at, mutant));
  const ends = statement.kind === "limit" ? ground.table.slots[statement.slot]!.amounts : [];
  const later = ends.flatMap(({ until }) => (until === null ? [] : [until - (until % MINUTE) + MINUTE]));
  return [base, ...later].flatMap((from) => find(from, (at) => isOpen(at)));
}

/** A moment, and those of the week after (or before) it at which hours of a node begin or end, the nearest first. */
function momentsNear(from: number, before: boolean, node: number, table: Table): number[] {
  const minutes = table.nodes[node]!.windows.flatMap((id) =>
    table.windows[id]!.spans.flatMap(({ fromDay, toDay, fromMinute, toMinute }) => {
      const days = Array.from({ length: toDay - fromDay + 1 }, (_, day) => (fromDay + day) * DAY);
      return days.flatMap((day) => [day + fromMinute, day + toMinute]);
    }),
  );
  const now = minuteOfWeek(table.timezone, from);
  const away = minutes.map((minute) => ((before ? now - minute : minute - now) + 2 * WEEK) % WEEK);
  const sorted = [...new Set([0, ...away])].sort((a, b) => a - b);
  return sorted.map((distance) => from + (before ? -distance : distance) * MINUTE);
}

// ---- text -------------------------------------------------------------------------------------------------------------

function clock(now: number): string[] {
  return now === DEFAULT_CLOCK ? [] : [`at ${new Date(now).toISOString().replace(/(:00)?\.\d+Z$/, "Z")}`];
}

function write({ text }: Statement, node: number, lines: readonly string[], { ground, titles }: Pair): string {
  const { kind, name } = ground.table.nodes[node]!;
  const title = freshTitle(`${nameOf(ground.table, node)}: ${text}`, titles);
  return `test ${quoteText(title)} for ${kind} ${name} {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

/** Names of tests are unique; a statement with a long list is cut short in its title. */
function freshTitle(title: string, titles: Set<string>): string {
  let fresh = title;
  for (let number = 2; titles.has(fresh); number++) fresh = `${title} (${number})`;
  titles.add(fresh);
  return fresh;
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text as the language writes it. */
function quoteText(text: string): string {
  const plain = text.replace(/["\\\n\r\t]|\p{Cc}|\p{Cf}/gu, (sign) => {
    return ESCAPES[sign] ?? `\\u{${sign.codePointAt(0)!.toString(16)}}`;
  });
  return `"${plain}"`;
}
