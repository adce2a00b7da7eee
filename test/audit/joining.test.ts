/** What shows when calls that models ask for and calls of servers of tools are held against each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Body, CallBody, Entry, JoinBody } from "../../src/audit/entry.ts";
import { Joining, type JoiningBounds } from "../../src/audit/joining.ts";
import { called as call, decision, outcome, toolUse } from "./bodies.ts";

const ISSUE = "client-mcp:github/get_issue";

/** A record that is written while the test goes on, with what becomes known by each body. */
class Trail {
  readonly #joining: Joining;
  #seq: number;
  #now = Date.parse("2026-05-04T10:00:00.000Z");

  constructor(parts: { bounds?: Partial<JoiningBounds>; seq?: number } = {}) {
    this.#seq = parts.seq ?? 1;
    this.#joining = new Joining({ most: 100, answering: 10, waiting: 10, blindMs: 60_000, ...parts.bounds });
  }

  get size(): number {
    return this.#joining.size;
  }

  pass(ms: number): void {
    this.#now += ms;
  }

  add(body: Body): JoinBody[] {
    const at = new Date(this.#now).toISOString();
    const entry: Entry = { v: 1, seq: this.#seq++, at, boot: "b", log: "l", body, prev: "", hash: "" };
    return this.#joining.take(entry);
  }

  /** An answer that asks for a call. */
  answer(ticket: string, id: string, name = ISSUE, granted = true): JoinBody[] {
    this.add(decision(ticket, { session: "s", agent: "a" }));
    return this.add(
      outcome(ticket, {
        toolUses: [toolUse(name, { id, granted }), toolUse("Bash")],
      }),
    );
  }
}

const ELSE = { key: "somebody-else", team: "eng", fingerprint: null };

const called = (toolUse: string | null, parts: Partial<CallBody> = {}) => call("call_1", { toolUse, ...parts });

const told = (found: JoinBody[]) =>
  found.map(({ finding, toolUse, call, answer, session }) => [finding, toolUse, call, answer, session]);

test("a call is joined with the answer that asked for it, once", () => {
  const trail = new Trail();
  assert.deepEqual(trail.answer("req_1", "toolu_1"), []);
  const found = trail.add(called("toolu_1"));
  assert.deepEqual(told(found), [["joined", "toolu_1", "call_1", "req_1", "s"]]);
  assert.deepEqual([found[0]?.name, found[0]?.agent], ["mcp:github/get_issue", "a"]);
  assert.deepEqual(trail.add(called("toolu_1", { ticket: "call_2" })), []);
  assert.deepEqual(trail.add(called(null)), []);
});

test("the client's label does not matter, the tool does", () => {
  const trail = new Trail();
  for (const [index, name] of [
    "client-mcp:x/get_issue",
    "client-mcp:gw/github__get_issue",
    "client-mcp:github/merge",
  ].entries()) {
    trail.answer(`req_${index}`, `toolu_${index}`, name);
  }
  assert.equal(trail.add(called("toolu_0"))[0]?.finding, "joined");
  assert.equal(trail.add(called("toolu_1"))[0]?.finding, "joined");
  assert.equal(trail.add(called("toolu_2"))[0]?.finding, "mismatched");
});

test("an id that was joined covers no other tool, however often it is used", () => {
  const trail = new Trail();
  trail.answer("req_1", "toolu_1");
  assert.equal(trail.add(called("toolu_1"))[0]?.finding, "joined");
  for (const ticket of ["call_2", "call_3"]) {
    const found = trail.add(called("toolu_1", { ticket, name: "mcp:github/merge" }));
    assert.deepEqual(told(found), [["mismatched", "toolu_1", ticket, "req_1", "s"]]);
  }
  assert.deepEqual(trail.add(called("toolu_1", { ticket: "call_4" })), []);
});

test("an id that no answer gave to this key", () => {
  const trail = new Trail();
  trail.answer("req_1", "toolu_1");
  trail.answer("req_2", "toolu_withheld", ISSUE, false);
  assert.deepEqual(told(trail.add(called("toolu_made_up"))), [["unissued", "toolu_made_up", "call_1", null, null]]);
  assert.equal(trail.add(called("toolu_withheld"))[0]?.finding, "unissued");
  assert.equal(trail.add(called("toolu_1", { actor: ELSE }))[0]?.finding, "unissued");
});

test("a call may come before the end of its answer, and waits for those that are under way", () => {
  const trail = new Trail();
  trail.add(decision("req_1"));
  trail.add(decision("req_2"));
  trail.add(decision("req_3", { actor: ELSE }));
  assert.deepEqual(trail.add(called("toolu_1")), []);
  assert.deepEqual(trail.add(called("toolu_2", { ticket: "call_2" })), []);
  assert.deepEqual(trail.add(outcome("req_1")), []);
  const toolUses = [toolUse(ISSUE, { id: "toolu_1" })];
  assert.deepEqual(told(trail.add(outcome("req_2", { toolUses }))), [
    ["joined", "toolu_1", "call_1", "req_2", null],
    ["unissued", "toolu_2", "call_2", null, null],
  ]);
});

test("a tool that was carried out and never called here ran elsewhere", () => {
  const trail = new Trail();
  trail.answer("req_1", "toolu_1");
  trail.answer("req_2", "toolu_2");
  trail.add(called("toolu_2"));
  const ran = (id: string, name: string) => trail.add(decision("req_9", { session: "s", ran: [{ id, name }] }));
  assert.deepEqual(told(ran("toolu_1", "mcp:github/get_issue")), [["bypassed", "toolu_1", null, "req_1", "s"]]);
  assert.deepEqual(ran("toolu_1", "mcp:github/get_issue"), []);
  assert.deepEqual(ran("toolu_2", "mcp:github/get_issue"), []);
  assert.deepEqual(told(ran("toolu_3", "client-mcp:mine/x")), [["outside", "toolu_3", null, null, "s"]]);
});

test("where something was forgotten or came before, an id that is not known says nothing for a while", () => {
  const late = new Trail({ seq: 7 });
  late.answer("req_1", "toolu_1");
  assert.deepEqual(late.add(called("toolu_before")), []);
  assert.deepEqual(late.add(decision("req_2", { ran: [{ id: "toolu_before", name: "mcp:github/x" }] })), []);
  assert.equal(late.add(called("toolu_1"))[0]?.finding, "joined");
  late.add(outcome("req_2"));
  late.pass(60_000);
  assert.equal(late.add(called("toolu_now"))[0]?.finding, "unissued");

  const full = new Trail({ bounds: { most: 2, waiting: 1 } });
  for (const id of ["1", "2", "3"]) full.answer(`req_${id}`, `toolu_${id}`);
  assert.equal(full.size, 2);
  assert.deepEqual(full.add(called("toolu_1")), []);
  full.pass(60_000);
  assert.equal(full.add(called("toolu_0"))[0]?.finding, "unissued");
  const few = new Trail({ bounds: { answering: 1 } });
  for (const ticket of ["req_1", "req_2"]) few.add(decision(ticket));
  assert.deepEqual(few.add(called("toolu_1")), []);
  assert.equal(few.add(outcome("req_2"))[0]?.finding, "unissued");

  full.add(decision("req_4"));
  full.add(called("toolu_4"));
  full.add(called("toolu_5"));
  const toolUses = ["4", "5"].map((id) => toolUse(ISSUE, { id: `toolu_${id}` }));
  assert.deepEqual(told(full.add(outcome("req_4", { toolUses }))), [["joined", "toolu_5", "call_1", "req_4", null]]);
});
