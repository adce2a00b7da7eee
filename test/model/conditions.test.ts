/** Conditions held to what tools are called with: what is wrong with them, and what is not. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { parse } from "../../src/language/parse.ts";
import { type Lock, lockOf } from "../../src/model/lock.ts";
import { predicateText } from "../../src/model/predicate-text.ts";
import { resolve } from "../../src/model/resolve.ts";

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const CREATE = {
  name: "create_issue",
  inputSchema: {
    type: "object",
    properties: {
      repo: { $ref: "#/$defs/repo" },
      body: { type: "string" },
      labels: { type: "array", items: { type: "string" } },
      state: { enum: ["open", "closed"] },
      milestone: { anyOf: [{ type: "integer" }, { type: "null" }] },
      dry_run: { type: "boolean" },
      files: { type: "array", items: { type: "object", properties: { path: { type: "string" } } } },
      free: { type: "object" },
      extra: { type: "object", properties: { a: {} }, additionalProperties: true },
      anything: {},
      "odd/name": { type: "string" },
    },
    $defs: { repo: { allOf: [{ type: "object" }, { properties: { owner: { type: "string" } } }] } },
  },
};

const TOOLS: readonly { readonly name: string; readonly inputSchema?: unknown }[] = [
  CREATE,
  { name: "bare" },
  {
    name: "get_issue",
    inputSchema: { type: "object", properties: { number: { type: "integer" } }, additionalProperties: false },
  },
];
const LOCKS: ReadonlyMap<string, Lock> = new Map([["mcp/github.lock", lockOf("github", TOOLS, null, digest)]]);

/** What is said about statements of a team. */
function said(...statements: string[]): string[] {
  const text = `language 1
org acme {
}
mcp github {
  url "https://mcp.acme.example/github"
  pins "mcp/github.lock"
}
mcp files {
  command "server"
}
team eng {
  ${statements.join("\n  ")}
}`;
  const { tree, diagnostics } = parse({ path: "p.policy", text });
  assert.deepEqual(diagnostics, []);
  const found = resolve([tree], new Map(), LOCKS).diagnostics.filter(({ code }) => code !== "GW3026");
  return found.map(({ code, message, help }) => `${code} ${message}${help === null ? "" : ` (${help})`}`);
}

const on = (tool: string, condition: string): string[] => said(`allow tools ${tool} where ${condition}`);
const ISSUE = "mcp:github/create_issue";

test("conditions on fields that there are, of their types, are fine", () => {
  const fine = [
    'repo.owner = "acme" and size(body) <= 8k and size(labels) < 5',
    'every labels in ["bug"] or any labels like "area/*" or labels within ["bug"]',
    'state != "closed" and milestone >= 5 and dry_run = false',
    'any files (path under "/srv" and has path)',
    'free.whatever = 1 and extra.other.deep matches /x+/ and anything like "x" and anything > 5',
    '"/odd~1name" = "x" and has repo',
  ];
  for (const condition of fine) assert.deepEqual(on(ISSUE, condition), [], condition);
  assert.deepEqual(on("mcp:github/bare", "whatever = 1"), []);
  assert.deepEqual(on("Bash", 'command like "git **" and timeout <= 60k'), []);
  assert.deepEqual(on("server:web_search", 'max_uses <= 5 and allowed_domains within ["*.x"]'), []);
  assert.deepEqual(on("OwnTool, client-mcp:own/tool", "whatever = 1"), []);
});

test("a field that a pinned tool does not have is an error, with the nearest one", () => {
  assert.deepEqual(on(ISSUE, 'bodi = "x"'), [
    `GW3081 there is no \`bodi\` in the input of \`${ISSUE}\` (did you mean \`body\`?)`,
  ]);
  assert.deepEqual(on(ISSUE, 'repo.ownr = "x"'), [
    `GW3081 there is no \`ownr\` in \`repo\` in the input of \`${ISSUE}\` (did you mean \`repo.owner\`?)`,
  ]);
  assert.deepEqual(on(ISSUE, 'any files (pth = "x")'), [
    `GW3081 there is no \`pth\` in the input of \`${ISSUE}\` (did you mean \`path\`?)`,
  ]);
  assert.deepEqual(on(ISSUE, "has body.length"), [
    `GW3081 there is no \`length\` in \`body\` in the input of \`${ISSUE}\` (it has none)`,
  ]);
});

test("a condition is held to each tool that its statement names, and what is wrong with several is said once", () => {
  assert.deepEqual(said('allow tools mcp:github/*_issue where body = "x"'), [
    "GW3081 there is no `body` in the input of `mcp:github/get_issue` (there are `number`)",
  ]);
  assert.deepEqual(said("deny tools mcp:github/* where nothing = 1"), [
    "GW3081 there is no `nothing` in the input of `mcp:github/create_issue`, `mcp:github/get_issue`",
  ]);
});

test("a value is compared with what it can be", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["body > 5", /`body` is a text .*`>` compares numbers/],
    ["body = 5", /`body` is a text .*this compares it with a number/],
    ['dry_run = "true"', /`dry_run` is `true` or `false` .*with a text/],
    ["labels = 5", /`labels` is a list /],
    ['labels like "x"', /`labels` is a list .*of a list, write `every … like` or `any … like`/],
    ["every body = 5", /`body` is a text .*`every` is about lists/],
    ["every labels > 5", /an entry is a text .*`>` compares numbers/],
    ["size(dry_run) < 5", /`dry_run` is `true` or `false` .*`size` is about texts and lists/],
    ['milestone like "x"', /`milestone` is a number or null .*`like` is about texts/],
    ['files within ["x"]', /`files` is an object .*|an entry is an object/],
    ['state = "opne"', /`opne` is no value of `state` .*did you mean `open`\?/],
    ['state in ["open", "done"]', /`done` is no value of `state` .*there are `open`, `closed`/],
  ];
  for (const [condition, message] of wrong) {
    const [first = "", ...more] = on(ISSUE, condition);
    assert.match(first, /^GW3082 /, condition);
    assert.match(first, message);
    assert.deepEqual(more, []);
  }
});

test("what makes no sense whatever the tool is an error", () => {
  assert.match(on(ISSUE, 'size(body) = "x"')[0]!, /^GW3083 a size is a number/);
  assert.match(on(ISSUE, 'anything in ["x", 5]')[0]!, /^GW3083 the values of a list are of one type/);
  assert.match(on(ISSUE, 'body under "docs"')[0]!, /^GW3083 `docs` is not an absolute path/);
  assert.match(on(ISSUE, 'body under "/../x"')[0]!, /^GW3083 /);
  assert.match(on(ISSUE, "it = 5")[0]!, /^GW3083 `it` stands for an entry of a list, and there is none here/);
  assert.match(on(ISSUE, "every labels (has it)")[0]!, /^GW3083 `has it` always holds/);
  assert.match(on(ISSUE, 'body like "a***"')[0]!, /^GW3015 /);
  assert.match(on(ISSUE, "body matches /(?=x)/")[0]!, /^GW4002 /);
  assert.match(on(ISSUE, "body matches /x*/")[0]!, /^GW4009 /);
});

test("a condition stands where something is called", () => {
  const one = (statement: string): string[] => said(statement).filter((it) => it.startsWith("GW3080"));
  assert.match(one("allow models claude-x where a = 1")[0]!, /`where` has no meaning for models/);
  for (const name of ["mcp-prompt:github/x", "mcp-resource:github/x://y", "connector:x"]) {
    assert.match(one(`allow tools ${name} where a = 1`)[0]!, /only calls of tools are judged by their input/);
  }
});

test("what nobody pinned, and fields of the client's tools that are not known, are warned of", () => {
  assert.deepEqual(on("mcp:files/write", 'path = "x"'), [
    "GW3084 what tools of `files` are called with is not known, so this condition is not checked (`gw mcp pin files` pins them; until then a misspelt field allows nothing and denies everything)",
  ]);
  assert.match(on("mcp:**", "a = 1")[0]!, /^GW3084 .*`files`/);
  assert.deepEqual(on("Bash", 'comand = "x"'), [
    "GW3085 there is no `comand` in the input of `Bash` (did you mean `command`?)",
  ]);
  assert.match(on("Write", "file_path > 5")[0]!, /^GW3085 `file_path` is a text/);
});

test("a condition is kept as it was written, with its paths worked out", () => {
  const text = `language 1
org acme {
  allow tools X where not (a = 1 or b != "x") and path under "/srv/./docs/" and c in ["b", "a"]
}`;
  const { tree } = parse({ path: "p.policy", text });
  const { model } = resolve([tree], new Map());
  const [statement] = model!.nodes[0]!.access;
  const words = 'not (a = 1 or b != "x") and path under "/srv/docs" and c in ["b", "a"]';
  assert.equal(predicateText(statement!.where!), words);
});
