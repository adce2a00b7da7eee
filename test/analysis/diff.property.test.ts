/**
 * The comparison of policies against plain reckoning: small random policies, every name of up to four letters, every
 * moment around an `until`. What the rows say must be what differs, and nothing else: no rows exactly when nothing does.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { NameSet } from "../../src/analysis/describe.ts";
import { diff } from "../../src/analysis/diff.ts";
import type { Side } from "../../src/analysis/diff-joint.ts";
import type { Diff, Row } from "../../src/analysis/diff-row.ts";
import { compile } from "../../src/decision/compile.ts";
import type { Thing } from "../../src/language/tree.ts";
import type { Access, Active, GuardUse, Limit, Model, Node } from "../../src/model/model.ts";
import { doing, group, limit, model, node, provider, REDACT, REVISION, at as spanAt } from "../decision/models.ts";
import { globMatches, random } from "../decision/oracle.ts";

const CASES = Number(process.env.DIFF_CASES ?? 1_500);
const SEED = Number(process.env.DIFF_SEED ?? 7);

const LETTERS = ["a", "b", "/", "c"];
const NAMES = LETTERS.flatMap((a) => [
  a,
  ...LETTERS.flatMap((b) => [a + b, ...LETTERS.flatMap((c) => [a + b + c, ...LETTERS.map((d) => a + b + c + d)])]),
]);
const TOKENS = ["a", "b", "/", "*", "**", "?", "a", "b"];
const UNTILS = [null, null, null, null, 500, 2_000, 3_000];
const NOW = 1_000;
const MOMENTS = [1_000, 1_999, 2_000, 2_001, 2_500, 3_000, 3_001, 9_000];

type Next = () => number;

function below(next: Next, most: number): number {
  return Math.floor(next() * most);
}
function pick<T>(next: Next, from: readonly T[]): T {
  return from[below(next, from.length)]!;
}

function glob(next: Next): string {
  const text = Array.from({ length: 1 + below(next, 3) }, () => pick(next, TOKENS)).join("");
  return text.replace(/\*{3,}/g, "**");
}

const PROVIDERS = ["p", "q"];

function accessLine(next: Next): Access {
  const thing = pick(next, ["models", "models", "tools", "tools", "providers"] as const);
  const effect = pick(next, ["allow", "allow", "allow", "deny", "only"] as const);
  const globs = Array.from({ length: 1 + below(next, 2) }, () =>
    thing === "providers" ? pick(next, [...PROVIDERS, "*"]) : glob(next),
  );
  const distinct = [...new Set(globs)];
  const span = spanAt(1 + below(next, 90));
  return {
    effect,
    thing,
    globs: distinct,
    written: distinct,
    except: [],
    where: null,
    until: pick(next, UNTILS),
    span,
  };
}

function some<T>(next: Next, most: number, make: () => T): T[] {
  return Array.from({ length: below(next, most + 1) }, make);
}

function guardLine(next: Next): GuardUse {
  return { guardrail: pick(next, ["g", "h"]), observe: false, until: pick(next, UNTILS), span: spanAt(1) };
}

function limitLine(next: Next): Limit {
  const period = pick(next, ["min", "day"] as const);
  const parts = { measure: pick(next, ["requests", "budget"] as const), period, amount: 1 + below(next, 3) };
  return limit(1, { ...parts, per: pick(next, ["block", "key"] as const), until: pick(next, UNTILS) });
}

function activeLine(next: Next): Active {
  const [fromDay, toDay] = [below(next, 7), below(next, 7)];
  const fromMinute = 60 * below(next, 12);
  const toMinute = pick(next, [fromMinute + 60 * (1 + below(next, 12)), 60 * below(next, 12)]);
  return { fromDay, toDay, fromMinute, toMinute, until: pick(next, UNTILS), span: spanAt(1) };
}

function randomNode(next: Next, words: string, parent: number | null): Node {
  const isKey = words.startsWith("key");
  const made = node(1, words, parent, {
    access: some(next, parent === null ? 1 : 3, () => accessLine(next)),
    guards: some(next, 1, () => guardLine(next)),
    limits: some(next, 3, () => limitLine(next)),
    active: below(next, 3) === 0 ? some(next, 2, () => activeLine(next)) : [],
    ungranted: isKey || below(next, 4) > 0 ? null : { action: pick(next, ["strip", "refuse"]), span: spanAt(1) },
  });
  if (made.key === null) return made;
  const expires = pick(next, [null, 500, 600, 5_000, 6_000]);
  return { ...made, key: { ...made.key, digest: words.padEnd(64, "0"), expires } };
}

function randomModel(next: Next): Model {
  const nodes = [randomNode(next, "org acme", null)];
  for (const name of ["team t", "team u"]) if (below(next, 8) > 0) nodes.push(randomNode(next, name, 0));
  const tops = nodes.length - 1;
  if (nodes[1]?.name === "t" && below(next, 3) > 0) nodes.push(randomNode(next, "team t/x", 1));
  const last = nodes.length - 1;
  if (tops > 0) {
    for (const name of ["key k", "key l"])
      if (below(next, 6) > 0) nodes.push(randomNode(next, name, 1 + below(next, last)));
  }
  return whole(nodes, below(next, 4) === 0 ? ["p"] : PROVIDERS);
}

function whole(nodes: readonly Node[], declared: readonly string[]): Model {
  const guardrail = { on: [], in: [], patterns: [], ...doing(REDACT), doc: null, span: spanAt(5) };
  return model({
    nodes,
    providers: declared.map(provider),
    models: [group(1, "all", ["**"], declared), group(2, "as", ["a*", "a"])],
    tools: [group(3, "bs", ["b**", "?b"])],
    guardrails: ["g", "h"].map((name) => ({ ...guardrail, name })),
  });
}

/** The same meaning in other words: lines in another order, lists taken apart, said twice. */
function reworded(next: Next, it: Model): Model {
  const shuffled = <T>(list: readonly T[]): T[] =>
    list
      .map((item) => ({ item, by: next() }))
      .sort((a, b) => a.by - b.by)
      .map(({ item }) => item);
  const split = (line: Access): Access[] =>
    line.effect === "only" ? [line, line] : line.globs.map((one) => ({ ...line, globs: [one], span: spanAt(80) }));
  const nodes = it.nodes.map((each) => ({
    ...each,
    access: shuffled(each.access.flatMap(split)),
    guards: shuffled([...each.guards, ...each.guards]),
  }));
  return { ...it, nodes };
}

/** A policy with a few lines of another one. */
function edited(next: Next, it: Model): Model {
  const other = randomModel(next);
  const nodes = it.nodes.map((each) => {
    const twin = other.nodes.find(({ kind, name }) => kind === each.kind && name === each.name);
    if (twin === undefined || below(next, 3) === 0) return each;
    const part = pick(next, ["access", "guards", "limits", "active", "ungranted", "key"] as const);
    return { ...each, [part]: twin[part] };
  });
  return { ...it, nodes };
}

function sideOf(it: Model): Side | null {
  const { table } = compile(it, REVISION);
  return table === null ? null : { model: it, table, texts: new Map() };
}

// --- plain reckoning

type Mask = readonly boolean[];

const masks = new Map<string, Mask>();

/** Which of the names a glob matches; the names of providers are few and known. */
function maskOf(pattern: string, names: readonly string[]): Mask {
  if (names.length === 1) return [globMatches(pattern, names[0]!)];
  const key = `${names.length} ${pattern}`;
  const known = masks.get(key) ?? names.map((name) => globMatches(pattern, name));
  masks.set(key, known);
  return known;
}

function anyOf(patterns: readonly string[], names: readonly string[]): Mask {
  const each = patterns.map((pattern) => maskOf(pattern, names));
  return names.map((_, i) => each.some((mask) => mask[i]));
}

function chainOf(it: Model, index: number): readonly Node[] {
  const own = it.nodes[index]!;
  return own.parent === null ? [own] : [...chainOf(it, own.parent), own];
}

function holds(until: number | null, moment: number): boolean {
  return until === null || moment <= until;
}

/** Which of some names a node may use. */
function mayUse(
  it: Model,
  index: number,
  { thing, names, moment }: { thing: Thing; names: readonly string[]; moment: number },
): Mask {
  const lines = chainOf(it, index).flatMap(({ access }) => access.filter((line) => line.thing === thing));
  const now = lines.filter(({ until }) => holds(until, moment));
  const of = (effect: Access["effect"]): Mask[] =>
    now.filter((line) => line.effect === effect).map(({ globs }) => anyOf(globs, names));
  const [allow, only, deny] = [of("allow"), of("only"), of("deny")];
  const isOpen = thing === "providers" && !lines.some(({ effect }) => effect === "allow");
  const isDeclared = (name: string): boolean => thing !== "providers" || it.providers.some((one) => one.name === name);
  return names.map((name, i) => {
    const isWithin = isDeclared(name) && !deny.some((mask) => mask[i]) && only.every((mask) => mask[i]);
    return isWithin && (isOpen || allow.some((mask) => mask[i]));
  });
}

function guardsOf(it: Model, index: number, moment: number): string {
  const uses = chainOf(it, index).flatMap(({ guards }) => guards.filter(({ until }) => holds(until, moment)));
  return [...new Set(uses.map(({ guardrail }) => guardrail))].sort().join();
}

function hoursOf(it: Model, index: number, moment: number): string {
  const blocks = chainOf(it, index)
    .map(({ active }) => active.filter(({ until }) => holds(until, moment)))
    .filter((lines) => lines.length > 0);
  let hours = "";
  for (let hour = 0; hour < 168; hour++) {
    const [day, minute] = [Math.floor(hour / 24), (hour % 24) * 60 + 1];
    const isDay = ({ fromDay, toDay }: Active, it: number) => {
      for (let at = fromDay; ; at = (at + 1) % 7) {
        if (at === it) return true;
        if (at === toDay) return false;
      }
    };
    const isOpen = (line: Active): boolean =>
      line.fromMinute < line.toMinute
        ? isDay(line, day) && minute >= line.fromMinute && minute < line.toMinute
        : (isDay(line, day) && minute >= line.fromMinute) || (isDay(line, (day + 6) % 7) && minute < line.toMinute);
    hours += blocks.every((lines) => lines.some(isOpen)) ? "1" : "0";
  }
  return hours;
}

function limitsOf(it: Model, index: number, moment: number): string {
  const own = it.nodes[index]!.limits.filter(({ until }) => holds(until, moment));
  const end = ({ until }: Limit) => until ?? Number.POSITIVE_INFINITY;
  const counters = new Map<string, Limit>();
  for (const line of own) {
    const name = `${line.measure}/${line.period} per ${line.per}`;
    const known = counters.get(name);
    const wins =
      known === undefined || end(line) < end(known) || (end(line) === end(known) && line.amount < known.amount);
    if (wins) counters.set(name, line);
  }
  return [...counters]
    .map(([name, { amount }]) => `${name} ${amount}`)
    .sort()
    .join();
}

const DUTIES = {
  guards: guardsOf,
  hours: hoursOf,
  limits: limitsOf,
  ungranted: (it: Model, index: number) =>
    chainOf(it, index).findLast(({ ungranted }) => ungranted !== null)?.ungranted?.action ?? "strip",
} as const;

// --- the comparison

function inRow({ from, until }: Row, moment: number): boolean {
  return (from === null || moment >= from) && (until === null || moment <= until);
}

function globsOf(side: Side, thing: Thing, word: string): readonly string[] | null {
  if (!word.startsWith("@") || thing === "providers") return [word];
  return side.model[thing].find(({ name }) => name === word.slice(1))?.globs ?? null;
}

/** Which of some names a set in words holds. */
function setMask(
  sides: readonly Side[],
  thing: Thing,
  { set, names }: { set: NameSet; names: readonly string[] },
): Mask {
  const of = (word: string): Mask =>
    anyOf(sides.map((side) => globsOf(side, thing, word)).find((it) => it !== null)!, names);
  const terms = set.map(({ all, except }) => ({ all: all.map(of), except: except.map(of) }));
  return names.map((_, i) =>
    terms.some(({ all, except }) => all.every((mask) => mask[i]) && !except.some((mask) => mask[i])),
  );
}

function check(old: Side, now: Side, found: Diff): void {
  let differs = false;
  // There is no provider but those that one of the policies declares.
  const declared = PROVIDERS.filter((name) =>
    [old, now].some((side) => side.model.providers.some((it) => it.name === name)),
  );
  const byNode = new Map<number, Row[]>();
  for (const row of found.rows) for (const index of row.nodes) byNode.set(index, [...(byNode.get(index) ?? []), row]);
  for (const [index, { kind, name, key, parent }] of now.model.nodes.entries()) {
    const before = old.model.nodes.findIndex((it) => it.kind === kind && it.name === name);
    const rows = byNode.get(index) ?? [];
    const who = `${kind} ${name}`;
    if (before < 0) {
      assert.ok(
        rows.some(({ about }) => about === "keys" || about === "teams"),
        `${who} is new`,
      );
      differs = true;
      continue;
    }
    for (const moment of MOMENTS) {
      const live = rows.filter((row) => inRow(row, moment));
      for (const [about, of] of Object.entries(DUTIES)) {
        const isOther = of(old.model, before, moment) !== of(now.model, index, moment);
        assert.equal(
          live.some((row) => row.about === about),
          isOther,
          `${who} ${about} at ${moment}`,
        );
        differs ||= isOther;
      }
      for (const thing of ["models", "tools", "providers"] as const) {
        const told = live.filter((row) => row.about === thing);
        const names = thing === "providers" ? declared : NAMES;
        const was = mayUse(old.model, before, { thing, names, moment });
        const is = mayUse(now.model, index, { thing, names, moment });
        for (const verb of ["gains", "loses"] as const) {
          const row = told.filter(({ change }) => change.startsWith(verb));
          assert.ok(row.length <= 1, `${who} ${verb} ${thing} in one row`);
          const mask =
            row[0] === undefined ? names.map(() => false) : setMask([now, old], thing, { set: row[0].names!, names });
          const expected = names.map((_, i) => (verb === "gains" ? is[i]! && !was[i]! : was[i]! && !is[i]!));
          assert.deepEqual(mask, expected, `${who} ${verb} ${thing} at ${moment}`);
          differs ||= expected.includes(true);
          if (row[0] === undefined) continue;
          const one = [row[0].example!];
          const [wasOne] = mayUse(old.model, before, { thing, names: one, moment });
          const [isOne] = mayUse(now.model, index, { thing, names: one, moment });
          assert.deepEqual(
            [wasOne, isOne],
            verb === "gains" ? [false, true] : [true, false],
            `${who} ${verb} ${one[0]}`,
          );
          differs = true;
        }
      }
    }
    if (key !== null) {
      const twin = old.model.nodes[before]!;
      const isOver = (end: number | null) => end !== null && end < NOW;
      const [was, is] = [twin.key!.expires, key.expires];
      const isOther = was !== is && !(isOver(was) && isOver(is));
      assert.equal(
        rows.some(({ about }) => about === "expiry"),
        isOther,
        `${who} expiry`,
      );
      const isMoved = old.model.nodes[twin.parent!]!.name !== now.model.nodes[parent!]!.name;
      assert.equal(
        rows.some(({ about }) => about === "keys"),
        isMoved,
        `${who} moves`,
      );
      differs ||= isOther || isMoved;
    }
  }
  const gone = old.model.nodes.some(
    ({ kind, name }) => !now.model.nodes.some((it) => it.kind === kind && it.name === name),
  );
  assert.equal(found.rows.length > 0, differs || gone, "rows exactly when something differs");
  assert.equal(found.verdict === "none", found.rows.length === 0);
}

suite("the comparison of policies against plain reckoning", () => {
  test(`${CASES} pairs of small random policies`, () => {
    const next = random(SEED);
    let empty = 0;
    let done = 0;
    while (done < CASES) {
      const it = randomModel(next);
      const way = below(next, 4);
      const other = way === 0 ? reworded(next, it) : way === 1 ? randomModel(next) : edited(next, it);
      const [old, now] = [sideOf(it), sideOf(other)];
      if (old === null || now === null) continue;
      done++;
      const found = diff(old, now, NOW);
      assert.ok(found !== null);
      if (way === 0) assert.deepEqual(found.rows, [], "other words, equal meaning");
      if (found.rows.length === 0) empty++;
      check(old, now, found);
    }
    assert.ok(empty > CASES / 10 && empty < CASES * 0.8, `${empty} of ${CASES} equal`);
  });
});
