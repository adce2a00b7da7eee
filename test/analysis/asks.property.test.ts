/**
 * Random `ask` lines on a small tree. Once with those that the lint says ask nobody and once without them: of every call that
 * is granted it is decided alike whether a person confirms it, at every time from then on. And beside other such lines:
 * where a person confirms another call than before, a comparison says so, and which way it goes.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "../../src/analysis/diff.ts";
import { lint } from "../../src/analysis/lint.ts";
import { principalOf } from "../../src/analysis/question.ts";
import { callGranted } from "../../src/decision/call-granted.ts";
import { confirmedBy } from "../../src/decision/confirmed-by.ts";
import type { Table } from "../../src/decision/table.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";
import { sideOf } from "./sides.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const MOMENTS = ["2026-06-01T12:00:01Z", "2026-08-01T00:00Z", "2027-01-01T00:00Z"].map((text) => Date.parse(text));
const CALLED = ["a", "ab", "b", "bc", "c"].map((name) => `mcp:s/${name}`);
const INPUTS = [
  {},
  { p: "/tmp/x" },
  { p: "/etc" },
  { p: 3 },
  { p: "/tmp/x", q: 1 },
  { q: 1 },
  { q: 2, p: "/etc" },
  { q: "1" },
];
const WHERE = ['p under "/tmp"', 'not p under "/tmp"', "q = 1", 'q = 1 and p under "/tmp"', "has p", "q in [1, 2]"];

/** Lines of the org, a team and a team below it. */
function randomLines(chance: Chance): string[][] {
  const tools = () => chance.pick(["mcp:s/*", "mcp:s/a*", "mcp:s/b*", "mcp:s/a", "mcp:s/b, mcp:s/c", "mcp:s/bc"]);
  const until = () => chance.pick(["", "", "", " until 2026-07-01", " until 2026-09-01"]);
  const where = () => (chance.below(2) === 0 ? "" : ` where ${chance.pick(WHERE)}`);
  const line = (): string => {
    const kind = chance.below(8);
    if (kind === 0) return `deny tools ${tools()}${where()}${until()}`;
    if (kind === 1) return `only tools mcp:s/a*, mcp:s/b*${until()}`;
    return `ask tools ${tools()}${where()}${until()}`;
  };
  return [0, 1, 2].map(() => Array.from({ length: chance.below(4) }, line));
}

function textOf([org, team, inner]: readonly (readonly string[])[]): string {
  const body = (lines: readonly string[] = []) => lines.map((line) => `  ${line}\n`).join("");
  return [
    "language 1\n",
    `org o {\n  allow tools mcp:s/*\n${body(org)}}\n`,
    "provider p {\n  kind simulated\n}\n",
    'mcp s {\n  url "https://s.example/mcp"\n}\n',
    `team t {\n${body(team)}}\n`,
    `team t/u {\n${body(inner)}}\n`,
  ].join("\n");
}

/** Which granted calls a person confirms; null for a call that is not granted. */
function confirmed(table: Table): (boolean | null)[] {
  return table.nodes.flatMap((_, node) =>
    MOMENTS.flatMap((now) =>
      CALLED.flatMap((tool) =>
        INPUTS.map((input) => {
          const principal = principalOf(table, node);
          const { granted } = callGranted(table, principal, { tool, input }, now);
          return granted ? confirmedBy(table, principal, { tool, input: () => input }, now) !== null : null;
        }),
      ),
    ),
  );
}

test("lines that are said to ask nobody can be left out, all together", () => {
  let gone = 0;
  for (let seed = 1; seed <= 150; seed++) {
    const text = textOf(randomLines(chanceOf(seed)));
    const { model, table } = sideOf([{ path: "a.policy", text }]);
    const idle = lint(model, table, NOW).filter(({ code }) => code === "GW6015");
    gone += idle.length;
    const cut = new Set(idle.map(({ span }) => span.line));
    const left = text
      .split("\n")
      .filter((_, index) => !cut.has(index + 1))
      .join("\n");
    assert.deepEqual(confirmed(sideOf([{ path: "a.policy", text: left }]).table), confirmed(table), text);
  }
  assert.ok(gone > 60, `${gone} lines`);
});

/** Calls at a node about which only one policy has a person asked; grants are not looked at, as they are told apart. */
function differing(one: Table, other: Table, node: number): boolean {
  const asks = (table: Table, tool: string, input: object, now: number): boolean =>
    confirmedBy(table, principalOf(table, node), { tool, input: () => input }, now) !== null;
  return MOMENTS.some((now) =>
    CALLED.some((tool) => INPUTS.some((input) => asks(one, tool, input, now) && !asks(other, tool, input, now))),
  );
}

test("a comparison says at whom a person confirms more, less or other calls than before", () => {
  const told = { wider: 0, tighter: 0, changed: 0, neutral: 0 };
  for (let seed = 1; seed <= 150; seed++) {
    const chance = chanceOf(seed);
    const [old, now] = [randomLines(chance), randomLines(chance)].map((lines) =>
      sideOf([{ path: "a.policy", text: textOf(lines) }]),
    ) as [ReturnType<typeof sideOf>, ReturnType<typeof sideOf>];
    const rows = diff(old, now, NOW)!.rows.filter(({ about }) => about === "asks");
    for (const { move } of rows) told[move] += 1;
    for (const node of now.table.nodes.keys()) {
      const moves = rows.filter(({ nodes }) => nodes.includes(node)).map(({ move }) => move);
      const is = (...wanted: string[]): boolean => moves.some((move) => wanted.includes(move));
      if (differing(old.table, now.table, node)) assert.ok(is("wider", "changed"), `${seed}: less at ${node}`);
      if (differing(now.table, old.table, node)) assert.ok(is("tighter", "changed"), `${seed}: more at ${node}`);
    }
  }
  assert.ok(told.wider > 50 && told.tighter > 50 && told.changed > 5, JSON.stringify(told));
});
