/** What pins deny is said by the lock, and no line of the policy: nobody is told that it could be deleted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { lint } from "../../../src/analysis/lint.ts";
import { lockOf, printLock } from "../../../src/model/lock.ts";
import { sha256 } from "../../../src/revision/locks.ts";
import { digest, sideOf } from "../sides.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const lock = (...names: string[]) => {
  const definitions = names.map((name) => ({ name }));
  return { path: "hub.lock", text: printLock(lockOf("hub", definitions, null, sha256), sha256) };
};

function remarks(org: string, tools: string, locked = lock("find")): readonly string[] {
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

key dev in eng {
  hash sha256:${digest(1)}
  expires 2099-12-31
}
`;
  const { model, table } = sideOf([{ path: "acme.policy", text }, locked]);
  const found = lint(model, table, NOW);
  return found.map(({ code, span, message }) =>
    code === "GW6041" ? `${code} ${message}` : `${code} ${text.slice(span.start, span.end)}`,
  );
}

test("pins that another line covers are not remarked", () => {
  assert.deepEqual(remarks("deny tools mcp:hub/drop", "mcp:hub/find"), ["GW6010 deny tools mcp:hub/drop"]);
  assert.deepEqual(remarks("deny tools mcp:*/**", "Read"), []);
});

test("an allow of what is not pinned is remarked", () => {
  assert.deepEqual(remarks('timezone "UTC"', "mcp:hub/drop"), ["GW6020 allow tools mcp:hub/drop"]);
});

test("pinned tools that somebody is granted, and nobody can say behind the address of all servers, are remarked", () => {
  const [fits, long, longer] = ["f".repeat(50), "l".repeat(51), "m".repeat(53)] as const;
  const locked = lock("find", fits, long, longer);
  const left = `GW6041 \`/mcp\` leaves out \`mcp:hub/${long}\`: clients would know it as \`mcp__gw__hub__${long}\`, which has 65 characters`;
  assert.deepEqual(remarks('timezone "UTC"', "mcp:hub/*", locked), [`${left}, and 1 more`]);
  assert.deepEqual(remarks('timezone "UTC"', "mcp:hub/l*, mcp:hub/find", locked), [left]);
  assert.deepEqual(remarks('timezone "UTC"', "mcp:hub/f*", locked), []);
});

test("a grant counts while it lasts", () => {
  const long = "l".repeat(51);
  const told = (until: string) =>
    remarks('timezone "UTC"', `mcp:hub/f*\n  allow tools mcp:hub/l* until ${until}`, lock("find", long));
  assert.equal(
    told("2026-05-01").some((line) => line.startsWith("GW6041")),
    false,
  );
  assert.equal(
    told("2027-05-01").some((line) => line.startsWith("GW6041")),
    true,
  );
});
