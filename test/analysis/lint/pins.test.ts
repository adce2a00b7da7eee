/** What pins deny is said by the lock, and no line of the policy: nobody is told that it could be deleted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import { lockOf, printLock } from "../../../src/model/lock.ts";
import { sha256 } from "../../../src/revision/locks.ts";
import { sideOf } from "../sides.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const LOCK = { path: "hub.lock", text: printLock(lockOf("hub", [{ name: "find" }], null, sha256), sha256) };

function remarks(org: string, tools: string): readonly string[] {
  const text = `language 1

org acme {
  ${org}
}

provider main {
  kind simulated
}

models all {
  claude-*
  via main
}

mcp hub {
  url "https://mcp.example"
  pins "hub.lock"
}

team eng {
  allow models @all
  allow tools ${tools}
}
`;
  const { model, table } = sideOf([{ path: "acme.policy", text }, LOCK]);
  return lint(model, table, NOW).map(({ code, span }) => `${code} ${text.slice(span.start, span.end)}`);
}

test("pins that another line covers are not remarked", () => {
  assert.deepEqual(remarks("deny tools mcp:hub/drop", "mcp:hub/find"), ["GW6010 deny tools mcp:hub/drop"]);
  assert.deepEqual(remarks("deny tools mcp:*/**", "Read"), []);
});

test("an allow of what is not pinned is remarked", () => {
  assert.deepEqual(remarks('timezone "UTC"', "mcp:hub/drop"), ["GW6020 allow tools mcp:hub/drop"]);
});
