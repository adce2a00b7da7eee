/** Guards that bind, flow rules, what is asked about, what holds for results, hours in which a node is open, and what becomes of ungranted tools: compared as they add up down the tree. */
import { inForce } from "../decision/access.ts";
import { activeText, listNames, whereText } from "../decision/words.ts";
import type { Access, Active, Flow, Node } from "../model/model.ts";
import { canonicalText } from "../model/predicate-text.ts";
import { askCauses, askChanges } from "./diff-asks.ts";
import { causesOfRoots, lineCauses } from "./diff-causes.ts";
import { flowCauses, flowChanges } from "./diff-flows.ts";
import { fold } from "./diff-fold.ts";
import { groupChanges } from "./diff-group.ts";
import { isRewriting } from "./diff-guardrails.ts";
import {
  causeAt,
  chain,
  flowText,
  type Joint,
  type Pair,
  type Side,
  type Stated,
  statementText,
  unmatched,
} from "./diff-joint.ts";
import { resultCauses, resultChanges } from "./diff-results.ts";
import type { About, Cause, Move, Row } from "./diff-row.ts";

/** A change of a duty, in words. */
interface DutyChange {
  readonly about: About;
  readonly move: Move;
  readonly words: string;
  readonly key: string;
  /** The guardrails that come or go; empty for other duties. */
  readonly guards: readonly string[];
  /** The lines behind it for a pair of nodes; what ended before `since` is none of them. */
  readonly causes: (pair: Pair, since: number) => readonly Cause[];
}

/** The rows about guards, hours and ungranted tools. `renamed` gives guardrails that only changed their name. */
export function dutyRows(joint: Joint, renamed: ReadonlyMap<string, string>): readonly Row[] {
  return [
    ...rows(joint, {
      own: (node) => node.guards,
      changes: (pair, moment) => guardChanges(joint, pair, { moment, renamed }),
    }),
    ...rows(joint, { own: (node) => node.active, changes: (pair, moment) => hourChanges(joint, pair, moment) }),
    ...rows(joint, { own: observedIn, changes: (pair, moment) => observedChanges(joint, pair, moment) }),
    ...rows(joint, { own: (node) => node.flows, changes: (pair, moment) => flowDuties(joint, pair, moment) }),
    ...rows(joint, { own: (node) => node.confirmations, changes: (pair, moment) => askDuties(joint, pair, moment) }),
    ...rows(joint, { own: (node) => node.results, changes: (pair, moment) => resultDuties(joint, pair, moment) }),
    ...rows(joint, { own: ungrantedOf, changes: (pair) => ungrantedChanges(joint, pair) }),
  ];
}

/** Where a duty is written, and how it changes for a pair of nodes at a moment. */
interface Duty {
  readonly own: (node: Node) => readonly { readonly until: number | null }[];
  readonly changes: (pair: Pair, moment: number) => readonly DutyChange[];
}

function rows(joint: Joint, { own, changes }: Duty): readonly Row[] {
  return groupChanges(joint, own, changes).map(({ change, from, until, pairs }): Row => {
    const nodes = pairs.map((pair) => pair.new);
    const since = from === null ? joint.at : from - 1;
    return {
      about: change.about,
      move: change.move,
      subject: fold(joint.new.model.nodes, nodes, joint.added),
      change: change.words,
      names: null,
      example: null,
      from,
      until,
      causes: causesOfRoots(joint, pairs, (pair) => change.causes(pair, since)),
      nodes,
      cache: change.move !== "neutral" && change.guards.some((guard) => rewrites(joint, guard)),
    };
  });
}

/** Guards that put placeholders into requests change what a provider has cached. */
function rewrites(joint: Joint, guard: string): boolean {
  return [joint.old, joint.new].some(({ model }) =>
    model.guardrails.some((it) => it.name === guard && isRewriting(it)),
  );
}

function guardChanges(
  joint: Joint,
  pair: Pair,
  { moment, renamed }: { moment: number; renamed: ReadonlyMap<string, string> },
): readonly DutyChange[] {
  const before = guardsAt(joint.old, pair.old, moment);
  const now = guardsAt(joint.new, pair.new, moment);
  const heirs = (names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].map((name) => renamed.get(name) ?? name));
  const old = { binding: heirs(before.binding), observed: heirs(before.observed) };
  const changeOf = (move: Move, verb: string, guards: readonly string[]): readonly DutyChange[] => {
    if (guards.length === 0) return [];
    const words = `${verb} by ${listNames(guards)}`;
    const named = (node: Node) => node.guards.filter(({ guardrail }) => guards.includes(guardrail));
    const causes = (at: Pair) => statementCauses(joint, at, named);
    return [{ about: "guards", move, words, key: words, guards, causes }];
  };
  return [
    ...changeOf("tighter", "is guarded", added(old.binding, now.binding)),
    ...changeOf("wider", "is no longer guarded", added(now.binding, old.binding)),
    ...changeOf("neutral", "is observed", added(old.observed, now.observed)),
    ...changeOf("neutral", "is no longer observed", added(now.observed, old.observed)),
  ];
}

function added(old: ReadonlySet<string>, now: ReadonlySet<string>): readonly string[] {
  return [...now].filter((name) => !old.has(name)).sort();
}

interface GuardsAt {
  readonly binding: ReadonlySet<string>;
  /** Those that only record what they would do. */
  readonly observed: ReadonlySet<string>;
}

function guardsAt(side: Side, node: number, moment: number): GuardsAt {
  const uses = chain(side, node).flatMap(({ guards }) => guards.filter(({ until }) => inForce(until, moment)));
  const names = (observe: boolean) => uses.filter((use) => use.observe === observe).map(({ guardrail }) => guardrail);
  const binding = new Set(names(false));
  return { binding, observed: new Set(names(true).filter((name) => !binding.has(name))) };
}

function flowDuties(joint: Joint, pair: Pair, moment: number): readonly DutyChange[] {
  return flowChanges(joint, pair, moment).map((change) => ({
    ...change,
    about: "flows",
    key: `${change.words} ${change.tools.join()} ${change.after.join()}`,
    guards: [],
    causes: (at, since) => flowCauses(joint, at, change, since),
  }));
}

function askDuties(joint: Joint, pair: Pair, moment: number): readonly DutyChange[] {
  return askChanges(joint, pair, moment).map((change) => ({
    ...change,
    about: "asks",
    key: `${change.words} ${change.bits.join()}`,
    guards: [],
    causes: (at, since) => askCauses(joint, at, change, since),
  }));
}

function resultDuties(joint: Joint, pair: Pair, moment: number): readonly DutyChange[] {
  return resultChanges(joint, pair, moment).map((change) => ({
    ...change,
    about: "results",
    key: `${change.words} ${change.bits.join()} ${JSON.stringify(change.part)}`,
    guards: [],
    causes: (at, since) => resultCauses(joint, at, change, since),
  }));
}

/** Lines that decide nothing; what they say is compared as written out. */
function observedChanges(joint: Joint, pair: Pair, moment: number): readonly DutyChange[] {
  const at = (side: Side, node: number): readonly Observed[] =>
    chain(side, node)
      .flatMap(observedIn)
      .filter(({ until }) => inForce(until, moment));
  const left = unmatched(at(joint.old, pair.old), at(joint.new, pair.new), observedKey);
  const changeOf = (verb: string, line: Observed): DutyChange => {
    const words = `${verb} \`${observedText(line)}\``;
    const key = observedKey(line);
    const same = (node: Node) => observedIn(node).filter((it) => observedKey(it) === key);
    const causes = (pair: Pair) => statementCauses(joint, pair, same);
    return { about: "observed", move: "neutral", words, key: `${words} ${key}`, guards: [], causes };
  };
  return [
    ...left.new.map((line) => changeOf("observes", line)),
    ...left.old.map((line) => changeOf("no longer observes", line)),
  ];
}

type Observed = Access | Flow;

function observedText(line: Observed): string {
  if ("after" in line) return flowText(line);
  return `${line.effect} ${line.thing} ${listNames(line.written, 3)}${whereText(line.where)}`;
}

function observedIn({ observed, flows }: Node): readonly Observed[] {
  return [...observed, ...flows.filter(({ observe }) => observe)];
}

function observedKey(line: Observed): string {
  const names = [...line.globs].sort().join();
  if ("after" in line) return `flow ${names} after ${[...line.after].sort().join()}`;
  const where = line.where === null ? "" : ` where ${canonicalText(line.where)}`;
  return `${line.effect} ${line.thing} ${names}${where}`;
}

const DAY = 1_440;
const WEEK = 7 * DAY;
const ALWAYS = "always";

function hourChanges(joint: Joint, pair: Pair, moment: number): readonly DutyChange[] {
  const old = hoursAt(joint.old, pair.old, moment);
  const now = hoursAt(joint.new, pair.new, moment);
  if (old.text === now.text) return [];
  const gains = now.open.some((open, minute) => open === 1 && old.open[minute] === 0);
  const loses = old.open.some((open, minute) => open === 1 && now.open[minute] === 0);
  if (!gains && !loses) return [];
  const words = `is active ${old.text} → ${now.text}`;
  const move = gains && loses ? "changed" : gains ? "wider" : "tighter";
  const causes = (at: Pair) => statementCauses(joint, at, ({ active }) => active);
  return [{ about: "hours", move, words, key: `${words} ${joint.old.model.timezone}`, guards: [], causes }];
}

/** The minutes of the week in which a node is open: any line of a block suffices, every block must be open. */
function hoursAt(side: Side, node: number, moment: number): { readonly text: string; readonly open: Uint8Array } {
  const open = new Uint8Array(WEEK).fill(1);
  const texts: string[] = [];
  for (const { active } of chain(side, node)) {
    const lines = active.filter(({ until }) => inForce(until, moment));
    if (lines.length === 0) continue;
    const own = openMinutes(lines);
    for (let minute = 0; minute < WEEK; minute++) open[minute]! &= own[minute]!;
    texts.push(lines.map(activeText).join(", "));
  }
  return { text: texts.length === 0 ? ALWAYS : texts.join(" and within "), open };
}

function openMinutes(lines: readonly Active[]): Uint8Array {
  const open = new Uint8Array(WEEK);
  for (const { fromDay, toDay, fromMinute, toMinute } of lines) {
    const days = (((toDay - fromDay) % 7) + 7) % 7;
    // A night belongs to the day on which it begins.
    const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + DAY;
    for (let day = 0; day <= days; day++) {
      const start = ((fromDay + day) % 7) * DAY + fromMinute;
      for (let minute = 0; minute < length; minute++) open[(start + minute) % WEEK] = 1;
    }
  }
  return open;
}

function ungrantedOf({ ungranted }: Node): readonly { readonly until: null }[] {
  return ungranted === null ? [] : [{ until: null }];
}

function ungrantedChanges(joint: Joint, pair: Pair): readonly DutyChange[] {
  const old = ungrantedAction(joint.old, pair.old);
  const now = ungrantedAction(joint.new, pair.new);
  if (old === now) return [];
  const words =
    now === "refuse"
      ? "is refused for ungranted tools, not stripped of them"
      : "is stripped of ungranted tools, not refused for them";
  const move = now === "refuse" ? "tighter" : "wider";
  return [{ about: "ungranted", move, words, key: words, guards: [], causes: (at) => ungrantedCauses(joint, at) }];
}

function ungrantedCauses(joint: Joint, pair: Pair): readonly Cause[] {
  const last = (side: Side, node: number) =>
    chain(side, node)
      .flatMap(({ ungranted }) => ungranted ?? [])
      .slice(-1);
  const left = unmatched(last(joint.old, pair.old), last(joint.new, pair.new), ({ action }) => action);
  return (["new", "old"] as const).flatMap((side) =>
    left[side].map(({ span, action }) => causeAt(joint, side, span, `on ungranted tool ${action}`)),
  );
}

function ungrantedAction(side: Side, node: number): "strip" | "refuse" {
  return chain(side, node).findLast(({ ungranted }) => ungranted !== null)?.ungranted?.action ?? "strip";
}

/** The lines among those of a node that only one policy has. */
function statementCauses<L extends Stated>(
  joint: Joint,
  pair: Pair,
  of: (node: Node) => readonly L[],
): readonly Cause[] {
  return lineCauses(joint, pair, { of, key: (line) => `${statementText(line)} ${line.until}`, bears: () => true });
}
