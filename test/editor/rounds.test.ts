import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../../src/editor/judge.ts";
import type { Judgement } from "../../src/editor/open-policy.ts";
import { Rounds } from "../../src/editor/rounds.ts";
import { startWholeCheck, type WholeCheck } from "../../src/editor/whole-check.ts";
import { FILES, openPolicy, TEAMS, TESTS } from "./policies.ts";

const NOTHING: Judgement = { changed: new Map(), tests: [] };

/** A check that answers when it is told to, and notes what it was asked. */
function slowCheck() {
  const asked: { change: Change; answer: (judgement: Judgement) => void; fail: (error: Error) => void }[] = [];
  const check: WholeCheck = {
    check: (change) => new Promise((answer, fail) => asked.push({ change, answer, fail })),
    effective: async () => null,
    close: async () => {},
  };
  return { asked, check };
}

function begun() {
  const { asked, check } = slowCheck();
  const policy = openPolicy();
  const heard: string[] = [];
  const rounds = new Rounds({ dir: "p", policy }, check, {
    judged: (paths) => heard.push([...paths].join()),
    failed: (error) => heard.push(String(error)),
  });
  return { asked, policy, heard, rounds };
}

test("what changes while a check is under way is checked after it, all at once", async () => {
  const { asked, policy, heard, rounds } = begun();
  rounds.changed(policy.paths);
  const settled = rounds.settled();
  assert.equal(asked.length, 1);
  assert.deepEqual([asked[0]?.change.anew, asked[0]?.change.put.length], [true, 3]);
  policy.put({ path: "teams.policy", text: `${TEAMS}\n` });
  rounds.changed(["teams.policy"]);
  policy.drop("tests.policy");
  rounds.changed(["tests.policy"]);
  assert.equal(asked.length, 1);
  asked[0]?.answer(NOTHING);
  while (asked.length < 2) await new Promise(setImmediate);
  const { anew, put, drop } = asked[1]!.change;
  assert.deepEqual([anew, put, drop], [false, [{ path: "teams.policy", text: `${TEAMS}\n` }], ["tests.policy"]]);
  asked[1]?.answer({ changed: new Map([["tests.policy", []]]), tests: [] });
  await settled;
  assert.deepEqual(heard, ["org.policy,teams.policy", "tests.policy"]);
});

test("a check that fails is told, and the next change is checked again", async () => {
  const { asked, heard, rounds } = begun();
  rounds.changed(["org.policy"]);
  const settled = rounds.settled();
  asked[0]?.fail(new Error("no"));
  await settled;
  assert.deepEqual(heard, ["Error: no"]);
  rounds.changed(["org.policy"]);
  const again = rounds.settled();
  asked[1]?.answer(NOTHING);
  await again;
  assert.equal(asked.length, 2);
});

test("who closes hears no more", async () => {
  const { asked, heard, rounds } = begun();
  rounds.changed(["org.policy"]);
  const settled = rounds.settled();
  rounds.close();
  asked[0]?.answer(NOTHING);
  await settled;
  assert.deepEqual(heard, []);
  rounds.changed(["org.policy"]);
  await rounds.settled();
  assert.equal(asked.length, 1);
});

test("the thread checks what it is given, keeps it, and answers about nodes", async () => {
  const check = startWholeCheck();
  const at = Date.parse("2026-05-04T12:00Z");
  const put = Object.entries(FILES).map(([path, text]) => ({ path, text }));
  const first = await check.check({ policy: "p", anew: true, put, drop: [] }, at);
  assert.deepEqual([first.changed.size, first.tests?.length], [0, 2]);
  const broken = { path: "tests.policy", text: TESTS.replace("WebFetch", "Read") };
  const second = await check.check({ policy: "p", anew: false, put: [broken], drop: [] }, at);
  assert.deepEqual([...second.changed.keys()], ["tests.policy"]);
  const team = await check.effective("p", { kind: "team", name: "eng" }, at);
  assert.equal(team?.access.models.text, "@everyday");
  await check.close();
  await assert.rejects(check.check({ policy: "p", anew: true, put, drop: [] }, at), /has ended/);
});
