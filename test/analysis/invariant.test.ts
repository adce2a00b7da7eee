import assert from "node:assert/strict";
import { test } from "node:test";
import { type ProofReport, prove } from "../../src/analysis/invariant.ts";
import { compile } from "../../src/decision/compile.ts";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { frame } from "../../src/language/frame.ts";
import { REVISION, tableOf } from "../decision/models.ts";
import { modelOf } from "../model/policies.ts";
import { runOracle, windowsIn } from "./invariant-oracle.ts";

const AT = Date.parse("2026-06-01T10:00:00Z");

const POLICY = `language 1

org acme {
  timezone "Europe/Berlin"
  deny models claude-opus-4-8 until 2026-12-24
  budget $60_000/month
}

provider main {
  kind simulated
}

provider second {
  kind simulated
}

models frontier {
  claude-opus-*
  via main
}

models small {
  claude-haiku-5-5
  via main
}

team eng {
  allow models @frontier
  allow tools Read, client-mcp:git/get_*
  budget $100/day per key until 2026-09-30
}

team support {
  allow models @small
}

team support/vip {
  allow models claude-opus-4-*
}

team empty {
}

key dana in eng {
  hash sha256:0000000000000000000000000000000000000000000000000000000000000001
  expires 2027-03-31
}

key erik in eng {
  hash sha256:0000000000000000000000000000000000000000000000000000000000000002
  expires 2026-06-30
}

key sue in support/vip {
  hash sha256:0000000000000000000000000000000000000000000000000000000000000003
  expires 2026-06-30
  budget $1/hour
}
`;

function proved(promises: string, at = AT): ProofReport {
  const model = modelOf([{ path: "p.policy", text: `${POLICY}\ninvariant "it" {\n${promises}\n}\n` }]);
  return prove(model, tableOf(model), at);
}

function holds(promises: string, at = AT): void {
  const { proved: count, broken, invariants } = proved(promises, at);
  const said = invariants.flatMap(({ failures, warnings }) => [...failures, ...warnings]);
  assert.deepEqual([count, broken, said.map(({ message }) => message)], [1, 0, []]);
}

/** The only failure, in words. */
function fails(promises: string, at = AT): Diagnostic {
  const { proved: count, broken, invariants } = proved(promises, at);
  assert.deepEqual([count, broken], [0, 1]);
  assert.equal(invariants[0]!.failures.length, 1);
  return invariants[0]!.failures[0]!;
}

function warns(promises: string): string {
  const { proved: count, invariants } = proved(promises);
  assert.equal(count, 1);
  assert.deepEqual(
    invariants[0]!.warnings.map(({ code }) => code),
    ["GW5014"],
  );
  return invariants[0]!.warnings[0]!.message;
}

test("what a broken promise says: a name, the line that lets it through, the path from the org, and who else", () => {
  const text = `${POLICY}\ninvariant "no opus" {\n  never allow models @frontier to team support\n}\n`;
  const model = modelOf([{ path: "p.policy", text }]);
  const [failure] = prove(model, tableOf(model), AT).invariants[0]!.failures;
  assert.equal(
    frame(failure!, text),
    `error[GW5010]: invariant "no opus" does not hold: team support/vip can use model \`claude-opus-4-\`
  --> p.policy:61:3
   |
61 |   never allow models @frontier to team support
   |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   = \`allow models claude-opus-4-*\` allows it (p.policy:38)
   = the path is org acme → team support → team support/vip (p.policy:37)
   = the same goes for key sue`
      .replaceAll(/^/gm, " ")
      .slice(1),
  );
});

test("`never allow` speaks of the node and all below it, and of every possible name", () => {
  holds("never allow tools mcp:**, Read to team support");
  holds("never allow models claude-opus-* to team empty");
  assert.match(
    fails("never allow models claude-opus-4-* to key sue").message,
    /: key sue can use model `claude-opus-4-`$/,
  );
  assert.match(
    fails("never allow tools client-mcp:*/get_secret to org acme").message,
    /: team eng can use tool `client-mcp:git\/get_secret`$/,
  );
  assert.match(
    fails("never allow tools client-mcp:*/get_secret, Read to team empty, eng, key sue").message,
    /team eng can use tool `Read`$/,
  );
});

test("`only to` speaks of everybody else, teams above included", () => {
  holds("allow tools Read only to team eng");
  holds("allow tools Read only to team support, eng");
  assert.match(
    fails("allow tools Read only to key dana, erik").message,
    /: team eng, outside of key dana, key erik, can use tool `Read`$/,
  );
  assert.match(fails("allow models @small only to team support/vip").message, /: team support, outside of /);
  assert.equal(fails("allow tools Read only to key dana").code, "GW5011");
});

test("of providers the declared ones count, and without an `allow providers` all of them", () => {
  const { message, notes } = fails("never allow providers sec* to team eng");
  assert.match(message, /team eng can use provider `second`$/);
  assert.match(notes[0]!.message, /no `allow providers` is on the path/);
});

test("a promise holds in every stretch of time that is still to come", () => {
  const failure = fails("never allow models claude-opus-4-8 to team support");
  assert.match(failure.message, /can use model `claude-opus-4-8` from 2026-12-25 00:00 on$/);
  assert.match(failure.notes[0]!.message, /`deny models claude-opus-4-8 until .*` ends then/);
  assert.match(
    fails("never allow models claude-opus-4-8 to key sue", Date.parse("2027-01-01T00:00Z")).message,
    /`claude-opus-4-8`$/,
  );
});

test("keys end within so many days of the calendar, or are named with the day that would do", () => {
  holds("require every key in support expires within 29 days");
  const late = fails("require every key expires within 302 days");
  assert.match(late.message, /: key dana expires on 2027-03-31, 303 days from 2026-06-01$/);
  assert.equal(late.help, "write `expires 2027-03-30` or an earlier date");
  holds("require every key expires within 303 days");
  // In Berlin the day begins earlier than in UTC.
  holds("require every key expires within 302 days", Date.parse("2026-06-01T22:30:00Z"));
  holds("require every key expires within 1 days", Date.parse("2030-01-01T00:00:00Z"));
});

test("a budget keeps a key to an amount, whatever its scope and period, at every time", () => {
  holds("require every key budget at most $60_000/day");
  holds("require every key in support budget at most $26/day");
  const later = fails("require every key in eng budget at most $100/day");
  assert.match(later.message, /: key dana may spend more than \$100\/day from 2026-10-01 00:00 on$/);
  assert.deepEqual(
    later.notes.map(({ message }) => message.replace(/until \S+`/, "until …`")),
    [
      "`budget $60_000/month` keeps it to $60_000/day",
      "`budget $100/day per key until …` ends then",
      "the path is org acme → team eng → key dana",
      "the same goes for key erik",
    ],
  );
  const now = fails("require every key budget at most $25/day");
  assert.match(now.message, /: key dana may spend more than \$25\/day$/);
  assert.match(now.notes.at(-1)!.message, /the same goes for key erik, key sue/);
});

test("windows of days, weeks and months touch each other as often as the calendar has it", () => {
  const touching = (["day week", "day month", "week month", "month week", "week day", "month day"] as const).map(
    (it) => {
      const [period, window] = it.split(" ") as ["day", "week"];
      return windowsIn(period, window);
    },
  );
  assert.deepEqual(touching, [7, 31, 6, 2, 1, 1]);
});

test("a promise about nobody or nothing is warned about", () => {
  assert.match(warns("require every key in empty expires within 5 days"), /there is no key in team empty/);
  assert.match(warns("allow models @small only to org acme"), /everybody is among them/);
  assert.match(
    warns("never allow models claud-opus-* to team support"),
    /no line of the policy speaks about .* claud-opus-\*/,
  );
  assert.match(warns(""), /invariant "it" promises nothing/);
});

const WILD = [..."abcdefghijk"].map((letter) => `*${letter}${letter}*`);

/** A policy whose team eng is allowed the first five wild globs, and promises about others, one for each list. */
function wild(...promises: readonly (readonly string[])[]) {
  const lines = promises.map((globs) => `  never allow tools ${globs.join(", ")} to team support, eng\n`);
  const text = POLICY.replace("allow tools Read,", `allow tools ${WILD.slice(0, 5).join(", ")}, Read,`);
  const model = modelOf([{ path: "p.policy", text: `${text}\ninvariant "it" {\n${lines.join("")}}\n` }]);
  const { table, diagnostics } = compile(model, REVISION);
  assert.deepEqual(
    diagnostics.map(({ code, severity }) => [code, severity]),
    [["GW5016", "warning"]],
  );
  return prove(model, table!, AT).invariants[0]!.failures;
}

test("too many globs together: a warning says so, and each promise is proved by itself, as exactly", () => {
  const failures = wild(WILD.slice(5, 8), WILD.slice(8, 11));
  assert.deepEqual(
    failures.map(({ code }) => code),
    ["GW5010", "GW5010"],
  );
  // Both wild: a name that one of eng's globs and one of the promise's hold.
  const witness = /team eng can use tool `(.*)`$/.exec(failures[0]!.message)![1]!;
  assert.match(witness, /(aa|bb|cc|dd|ee)/);
  assert.match(witness, /(ff|gg|hh)/);
});

test("what even alone is too much is not taken for true", () => {
  const failures = wild(WILD.slice(5, 11));
  assert.deepEqual(
    failures.map(({ code }) => code),
    ["GW5015"],
  );
  assert.match(failures[0]!.message, /is not proved: its globs and those that team eng is under/);
});

test("proofs agree with an independent oracle on random policies", () => {
  const { cases, held, broken } = runOracle(3_000, 7);
  assert.ok(cases >= 3_000 && held > 500 && broken > 500, `${held} held, ${broken} broken`);
});
