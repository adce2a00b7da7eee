/** Flow rules over the course of a conversation, from policy text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Course, courseOf } from "../../src/decision/course.ts";
import type { Principal } from "../../src/decision/principal.ts";
import type { Table } from "../../src/decision/table.ts";
import { modelOf } from "../model/policies.ts";
import { tableOf } from "./models.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");

const POLICY = `language 1

org acme {
  deny tools mcp:mail/* after tools WebFetch, server:web_search
  observe deny tools Write after tools Read
}

mcp mail {
  url "https://mail.acme.example/mcp"
}

team eng {
  deny tools Bash after tools mcp:mail/send, client-mcp:*/* until 2026-06-30
  deny tools Once after tools Once
}

team idle {
}

key ada in eng {
  hash sha256:${"a".repeat(64)}
  expires 2027-03-31
  deny tools Edit, mcp:mail/* after tools Bash
}

key bob in idle {
  hash sha256:${"b".repeat(64)}
  expires 2027-03-31
}
`;

const TABLE = tableOf(modelOf([{ path: "acme.policy", text: POLICY }], new Map()));

function courseFor(key: string, table: Table = TABLE, now = NOW): Course {
  const row = [...table.keys.values()].find(({ name }) => name === key)!;
  const principal: Principal = { key: row, node: row.node };
  const course = courseOf(table, principal, now);
  assert.ok(course);
  return course;
}

function placeOf(course: Course, tool: string): string | null {
  const denial = course.denial(tool);
  return denial === null ? null : `${denial.after} ${denial.origin.place}`;
}

test("nothing is closed before anything was called, and nothing but what a rule names after", () => {
  const course = courseFor("bob");
  assert.equal(course.denial("mcp:mail/send"), null);
  course.call("Read");
  assert.equal(course.denial("mcp:mail/send"), null);
  course.call("WebFetch");
  assert.equal(placeOf(course, "mcp:mail/send"), "WebFetch acme.policy:4");
  assert.equal(course.denial("Bash"), null);
});

test("rules add up from the org down to the key, and the first line that closes a tool is told", () => {
  const course = courseFor("ada");
  course.call("Bash");
  assert.equal(placeOf(course, "Edit"), "Bash acme.policy:23");
  assert.equal(placeOf(course, "mcp:mail/list"), "Bash acme.policy:23");
  course.call("server:web_search");
  assert.equal(placeOf(course, "mcp:mail/list"), "Bash acme.policy:23");
});

test("a tool is the same under the label of a client, on either side of a rule", () => {
  const course = courseFor("ada");
  course.call("client-mcp:gw/mail__send");
  assert.equal(placeOf(course, "Bash"), "mcp:mail/send acme.policy:13");
  course.call("WebFetch");
  assert.equal(placeOf(course, "client-mcp:mail/send"), "WebFetch acme.policy:4");
});

test("a tool may close itself, and a name that no family has closes nothing and is never closed", () => {
  const course = courseFor("ada");
  assert.equal(course.denial("Once"), null);
  course.call("Once");
  course.call("unknown:Once");
  assert.equal(placeOf(course, "Once"), "Once acme.policy:14");
  assert.equal(course.denial("unknown:Once"), null);
});

test("a rule ends by itself, and one that is observed binds nobody", () => {
  const later = courseFor("ada", TABLE, Date.parse("2026-07-01T00:00:00Z"));
  later.call("client-mcp:x/y");
  assert.equal(later.denial("Bash"), null);
  const course = courseFor("ada");
  course.call("client-mcp:x/y");
  assert.equal(placeOf(course, "Bash"), "client-mcp:x/y acme.policy:13");
  course.call("Read");
  assert.equal(course.denial("Write"), null);
  const observed = courseFor("ada", TABLE.observed!);
  observed.call("Read");
  assert.equal(placeOf(observed, "Write"), "Read acme.policy:5");
  observed.call("WebFetch");
  assert.equal(placeOf(observed, "mcp:mail/x"), "WebFetch acme.policy:4");
});

test("a caller whom no rule binds has no course to follow", () => {
  const plain = tableOf(modelOf([{ path: "a.policy", text: POLICY.replaceAll(/^.* after .*$/gm, "") }], new Map()));
  for (const row of plain.keys.values()) assert.equal(courseOf(plain, { key: row, node: row.node }, NOW), null);
  assert.equal(plain.observed, null);
});

test("what one tool closes is told whatever was called by now", () => {
  const course = courseFor("bob");
  assert.equal(course.denialAfter("server:web_search", "mcp:mail/x")?.origin.place, "acme.policy:4");
  assert.equal(course.denialAfter("mcp:mail/x", "server:web_search"), null);
});
