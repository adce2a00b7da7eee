/** The moment from which time alone changes what a key may see of tools. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "../../src/decision/next-turn.ts";
import { sideOf } from "../analysis/sides.ts";

function turnsFrom(team: string, from: string, zone = "UTC"): string | null {
  const text = `language 1

org acme {
  timezone "${zone}"
}

provider main {
  kind simulated
}

models all {
  claude-*
  via main
}

team eng {
  allow models @all
${team}
}

key dev in eng {
  hash sha256:${"5a11e".repeat(12)}0001
  expires 2099-12-31
}
`;
  const { table } = sideOf([{ path: "acme.policy", text }]);
  const [key] = table.keys.values();
  const turn = nextTurn(table, key!.node, Date.parse(from));
  return turn === null ? null : new Date(turn).toISOString();
}

test("grants of tools end, one after the other; other statements are none of its business", () => {
  const team = `  allow tools Read
  allow tools Bash until 2026-06-01T12:00Z
  deny tools Write until 2026-07-01T12:00Z
  limit requests 10/hour until 2026-05-20T12:00Z
  allow models gpt-* until 2026-05-21T12:00Z`;
  assert.equal(turnsFrom(team, "2026-05-01T00:00:00Z"), "2026-06-01T12:00:00.001Z");
  assert.equal(turnsFrom(team, "2026-06-01T12:00:00Z"), "2026-06-01T12:00:00.001Z");
  assert.equal(turnsFrom(team, "2026-06-01T12:00:00.001Z"), "2026-07-01T12:00:00.001Z");
  assert.equal(turnsFrom(team, "2026-08-01T00:00:00Z"), null);
});

test("hours begin and end, over midnight, the week's end and a change of the clock", () => {
  const day = "  allow tools Read\n  active mon-fri 07:00-19:00";
  assert.equal(turnsFrom(day, "2026-06-01T03:00:00Z"), "2026-06-01T07:00:00.000Z");
  assert.equal(turnsFrom(day, "2026-06-01T07:00:00Z"), "2026-06-01T19:00:00.000Z");
  assert.equal(turnsFrom(day, "2026-06-05T19:00:30Z"), "2026-06-08T07:00:00.000Z");
  const night = "  allow tools Read\n  active sun 22:00-24:00\n  active mon 00:00-02:00";
  assert.equal(turnsFrom(night, "2026-06-07T23:00:00Z"), "2026-06-08T02:00:00.000Z");
  // The clock goes forward in the night to Sunday, 29 March: 07:00 is an hour earlier by then.
  assert.equal(turnsFrom(day, "2026-03-28T12:00:00Z", "Europe/Berlin"), "2026-03-30T05:00:00.000Z");
  assert.equal(turnsFrom("  allow tools Read\n  active mon-sun 00:00-24:00", "2026-06-01T03:00:00Z"), null);
});
