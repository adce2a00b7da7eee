import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import type { Code } from "../../src/language/codes.ts";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { lockOf, printLock } from "../../src/model/lock.ts";
import { type Built, build } from "../../src/revision/build.ts";
import { sha256 } from "../../src/revision/locks.ts";
import { readBuiltins } from "../../src/revision/packs.ts";
import { contentHash } from "../../src/revision/revision.ts";
import { orgText } from "./policies.ts";

const builtins = await readBuiltins();
const AT = Date.parse("2026-06-01T10:00:00Z");

/** Builds a policy from files given by name. */
function built(files: Readonly<Record<string, string>>): Built {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const content = contentHash(sources);
  return build(sources, builtins, { id: content.slice(0, 12), content, commit: null }, AT);
}
const codes = ({ diagnostics }: Built): readonly Code[] => diagnostics.map(({ code }) => code);
const only = (result: Built, code: Code): Diagnostic => {
  assert.deepEqual(codes(result), [code], JSON.stringify(result.diagnostics, null, 2));
  return result.diagnostics[0]!;
};

suite("from sources to a table", () => {
  test("a good policy has a table that names its revision, and its tests are run", () => {
    const text = `${orgText()}\ntest "t" for team eng {\n  can use models claude-haiku-4-5\n}\n`;
    const { table, report, diagnostics } = built({ "org.policy": text });
    assert.deepEqual(diagnostics, []);
    assert.equal(table?.revision.content, contentHash([{ path: "org.policy", text }]));
    assert.deepEqual([report?.passed, report?.failed], [1, 0]);
  });

  test("its invariants are proved from a moment on; what they promise in vain is a warning", () => {
    const invariant = (promise: string) => `${orgText()}\ninvariant "i" {\n  ${promise}\n}\n`;
    const good = built({ "org.policy": invariant("never allow models claude-haiku-5-5 to team eng") });
    assert.deepEqual([good.proofs?.proved, good.proofs?.broken, codes(good)], [1, 0, []]);
    const bad = built({ "org.policy": invariant("never allow models claude-haiku-* to team eng") });
    assert.deepEqual([bad.proofs?.proved, bad.proofs?.broken, codes(bad)], [0, 1, []]);
    assert.ok(bad.table !== null && bad.report !== null, "a broken promise hides no failing test");
    only(built({ "org.policy": invariant("require every key expires within 5 days") }), "GW5014");
  });

  test("pins deny what is not in their lock, to everybody, in proofs and tests too", () => {
    const tools = [{ name: "get_issue" }, { name: "git.hub" }];
    const lock = printLock(lockOf("github", tools, null, sha256), sha256);
    const policy = `${orgText()}
mcp github {
  url "https://mcp.acme.example"
  pins "mcp/github.lock"
}
team all {
  allow tools mcp:github/*, mcp-prompt:github/*
}
test "t" for team all {
  can use tools mcp:github/*, mcp:github/git_hub, mcp-prompt:github/review
  cannot use tools mcp:github/get_secret, mcp:github/get_issue/x
}
invariant "i" {
  never allow tools mcp:github/*secret* to team all
}
`;
    const good = built({ "org.policy": policy, "mcp/github.lock": lock, "other.lock": "no lock of ours" });
    assert.deepEqual(codes(good), []);
    assert.deepEqual([good.report?.passed, good.proofs?.proved, good.proofs?.broken], [1, 1, 0]);
    const [server] = good.table!.servers;
    assert.deepEqual(
      [server?.pins?.onDrift, server?.pins?.tools.map(([name]) => name)],
      ["block", ["get_issue", "git.hub"]],
    );

    const open = built({ "org.policy": policy.replace(/ {2}pins.*\n/, "") });
    assert.deepEqual([open.report?.failed, open.proofs?.broken], [1, 1]);
    only(built({ "org.policy": policy }), "GW3055");
    only(built({ "org.policy": policy, "mcp/github.lock": lock.replace("server github", "server gitlab") }), "GW3055");
    const { span } = only(
      built({ "org.policy": policy, "mcp/github.lock": lock.replace("get_issue", "get_issues") }),
      "GW3056",
    );
    assert.deepEqual([span.path, span.line, span.end - span.start], ["mcp/github.lock", 7, "tool".length]);
  });

  test("a decision quotes its line as it was written, not what its groups hold", () => {
    const text = orgText("  deny models @small, claude-old-*\n");
    const failing = 'test "t" for team eng {\n  can use models claude-old-1\n}\n';
    const { report } = built({ "org.policy": `${text}\n${failing}` });
    const notes = report?.tests[0]?.failures[0]?.notes.map(({ message }) => message);
    assert.deepEqual(notes, ["decided by `deny models @small, claude-old-*` at org.policy:16"]);
  });

  test("faults of all files come at once, by place", () => {
    const result = built({
      "a.policy": "language 1\n\nteam eng/sub {\n  allow models @nope\n}\n",
      "b.policy": orgText("  alow models claude-haiku-4-5\n"),
      "c.policy": "language 1\n\nkey x in nobody {\n  expires 2099-12-31\n}\n",
    });
    assert.equal(result.table, null);
    assert.deepEqual(
      result.diagnostics.map(({ span }) => span.path),
      ["a.policy", "b.policy", "c.policy", "c.policy"],
    );
  });

  test("one typo is one message, wherever it stands", () => {
    const whole = orgText();
    const typos: readonly (readonly [string, string])[] = [
      ["provider sim", "provder sim"],
      ["kind simulated", "knd simulated"],
      ["models small", "modls small"],
      ["via sim", "va sim"],
      ["team eng {", "taem eng {"],
      ["org acme {", "orrg acme {"],
      ["allow models", "allw models"],
      ["hash sha256", "hsah sha256"],
      ["expires 2099", "expirs 2099"],
      ["key a in", "kye a in"],
    ];
    for (const [right, wrong] of typos) {
      const text = `${whole}\nkey a in eng {\n  hash sha256:${hash("sha256", right, "hex")}\n  expires 2099-12-31\n}\n`;
      const result = built({ "org.policy": text.replace(right, wrong) });
      assert.equal(result.diagnostics.length, 1, `${wrong}: ${JSON.stringify(result.diagnostics, null, 2)}`);
    }
  });

  test("what follows from a broken line is not told: examples of a broken pattern, a secret seen twice", () => {
    const pattern = 'pattern p {\n  match /foo\n  hit "foo"\n}\n';
    only(built({ "org.policy": `${orgText()}\n${pattern}` }), "GW1005");
    const secret = ["sk", "ant", "x".repeat(20)].join("-");
    const provider = `provider p {\n  kind anthropic\n  url "https://x.example"\n  credential "${secret}"\n}\n`;
    assert.ok(!JSON.stringify(only(built({ "org.policy": `${orgText()}\n${provider}` }), "GW4001")).includes(secret));
  });

  test("a builtin pack that does not exist is named, with the nearest one", () => {
    const result = built({ "org.policy": `${orgText()}\nuse antropic from builtin\n` });
    assert.equal(only(result, "GW2010").help, "did you mean `anthropic`?");
  });
});

suite("packs from files", () => {
  const pack = "language 1\n\nmodels tiny {\n  claude-haiku-5-5\n}\n";
  const policy = (path: string, digest: string) =>
    `${orgText("  allow models @mine.tiny\n")}\nuse mine from "${path}" sha256:${digest}\n`;
  const digest = hash("sha256", pack, "hex");

  test("a pinned file is a pack and no part of the policy", () => {
    const result = built({ "org.policy": policy("packs/x.policy", digest), "packs/x.policy": pack });
    assert.deepEqual(result.diagnostics, []);
    assert.ok(result.model?.models.some(({ name }) => name === "mine.tiny"));
    assert.ok(!result.model?.models.some(({ name }) => name === "tiny"));
    assert.deepEqual(
      built({ "org.policy": policy("./packs/x.policy", digest), "packs/x.policy": pack }).diagnostics,
      [],
    );
  });

  test("a file that is not the pinned one is refused, and its hash is told", () => {
    const changed = `${pack}# changed\n`;
    const result = built({ "org.policy": policy("packs/x.policy", digest), "packs/x.policy": changed });
    const { help } = only(result, "GW3018");
    assert.ok(help?.includes(hash("sha256", changed, "hex")));
  });

  test("a file that is not there is missed, with the nearest one", () => {
    const result = built({ "org.policy": policy("packs/y.policy", digest), "packs/x.policy": pack });
    assert.ok(result.diagnostics.some(({ code, help }) => code === "GW3019" && help?.includes("`packs/x.policy`")));
  });

  test("a file outside of the policy directory cannot be a pack", () => {
    assert.equal(only(built({ "org.policy": policy("../x.policy", digest) }), "GW3019").span.path, "org.policy");
  });
});
