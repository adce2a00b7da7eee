import assert from "node:assert/strict";
import { test } from "node:test";
import { complete } from "../../src/editor/complete.ts";
import { SERVICE_KINDS } from "../../src/model/model.ts";
import { placeAt, placeIn } from "./marked.ts";

/** The labels that are proposed at the cursor `‸` of a file. */
function proposed(marked: string): readonly string[] {
  return complete(placeIn(marked))?.list.map(({ label }) => label) ?? [];
}

/** Asserts that some labels are among the proposals, and others are not. */
function offers(marked: string, some: readonly string[], none: readonly string[] = []): void {
  const labels = proposed(marked);
  for (const label of some) assert.ok(labels.includes(label), `${marked}: no ${label} among ${labels}`);
  for (const label of none) assert.ok(!labels.includes(label), `${marked}: ${label} is proposed`);
}

test("outside of blocks stand the words of declarations, written out as a whole", () => {
  const list = complete(placeIn("‸"))?.list ?? [];
  assert.ok(list.length >= 14);
  const team = list.find(({ label }) => label === "team");
  assert.match(team?.snippet?.marked ?? "", /^team \$\{1:eng\} \{\n {2}allow models \$\{2:@everyday\}/);
  assert.match(team?.snippet?.plain ?? "", /^team eng \{\n/);
  offers("te‸", ["team", "test"]);
  offers("team ops {\n}\n‸\nteam more {\n}\n", ["team", "key"], ["allow"]);
  offers("use claude-code from builtin\n‸", ["use", "org"]);
});

test("in a block stand the statements that have a meaning there", () => {
  offers("team ops {\n  ‸\n}", ["allow", "limit", "on"], ["hash", "timezone", "team"]);
  offers("key ops in eng {\n  ‸\n}", ["hash", "expires", "label", "allow"], ["timezone", "on"]);
  offers("org x {\n  ‸", ["timezone", "on"], ["hash"]);
  offers("guardrail x {\n  ‸\n}", ["on", "in", "match", "action"], ["allow"]);
  offers('test "x" for team eng {\n  ‸\n}', ["can", "cannot", "send", "given", "otherwise", "at"]);
  offers('invariant "x" {\n  ‸\n}', ["never", "allow", "require"], ["deny"]);
});

test("behind each word stands what may follow it", () => {
  assert.deepEqual(proposed("team x {\n  limit ‸\n}"), ["calls", "requests", "tokens", "concurrency"]);
  assert.deepEqual(proposed("team x {\n  allow ‸\n}"), ["models", "tools", "providers"]);
  assert.deepEqual(proposed("guardrail x {\n  on ‸\n}"), ["request", "response", "error"]);
  assert.deepEqual(proposed("guardrail x {\n  decode ‸\n}"), ["base64", "percent", "hex"]);
  assert.deepEqual(proposed("guardrail x {\n  in user, ‸\n}"), [
    "user",
    "tool-result",
    "tool-input",
    "system",
    "document",
  ]);
  assert.deepEqual(proposed("guardrail x {\n  action ‸\n}"), ["flag", "mask", "redact", "reject"]);
  assert.deepEqual(proposed("provider x {\n  kind ‸\n}"), ["anthropic", "simulated"]);
  assert.deepEqual(proposed("provider x {\n  credential ‸\n}"), ["env", "file", "aws", "google"]);
  assert.deepEqual(
    proposed("provider x {\n  credential env ‸\n}").filter((label) => label === "env"),
    [],
  );
  assert.deepEqual(proposed("team x {\n  on ungranted tool ‸\n}"), ["strip", "refuse"]);
  assert.deepEqual(proposed('test "x" for ‸'), ["team", "key", "org"]);
  assert.deepEqual(proposed('test "x" for team eng {\n  send expect ‸\n}'), [
    "allow",
    "ask",
    "refuse",
    "redact",
    "mask",
    "flag",
    "route",
    "observe",
  ]);
  assert.deepEqual(proposed("service x {\n  kind ‸\n}"), [...SERVICE_KINDS]);
  assert.deepEqual(proposed("team x {\n  budget $‸\n}"), ["$50/day"]);
  offers("team x {\n  limit requests 5/min ‸\n}", ["per", "until", "allow"]);
});

test("what a limit on calls counts are tools, and what follows them is a rate", () => {
  offers("team x {\n  limit calls ‸\n}", ["@look", "Bash"], ["claude-haiku-4-5", "server:web_search", "10/min", "100"]);
  offers("team x {\n  limit calls Bash, ‸\n}", ["@look"], ["per"]);
  offers("team x {\n  limit calls @lo‸\n}", ["@look"]);
  assert.ok(proposed("team x {\n  limit calls Bash ‸\n}").some((label) => /^\d+\/min$/.test(label)));
  offers("team x {\n  limit calls Bash 5/min ‸\n}", ["per", "until"]);
});

test("results are those of tools of the gateway's servers, have a size, and are looked through", () => {
  const server = 'mcp files {\n  command "x"\n}\n';
  offers(
    `${server}team x {\n  results ‸\n}`,
    ["mcp:files/*", "@look"],
    ["Bash", "claude-haiku-4-5", "server:web_search"],
  );
  offers("team x {\n  results @lo‸\n}", ["@look"], ["@anthropic.haiku"]);
  assert.ok(proposed(`${server}team x {\n  results mcp:files/* ‸\n}`).includes("max"));
  offers(`${server}team x {\n  results mcp:files/* max 64k ‸\n}`, ["until", "redact", "flag"], ["per"]);
  const patterns = `${server}pattern own {\n  match /OWN-1/\n}\n`;
  offers(`${patterns}team x {\n  results mcp:files/* redact ‸\n}`, ["own", "@secrets"], ["mcp:files/*", "@look"]);
  offers(`${patterns}team x {\n  results mcp:files/* max 1k redact own, @se‸\n}`, ["@secrets"], ["@look"]);
  offers(`${patterns}team x {\n  results mcp:files/* redact own ‸\n}`, ["flag", "until"], ["per"]);
  offers(`${patterns}team x {\n  results mcp:files/* redact own flag ‸\n}`, ["own"], ["mcp:files/*"]);
});

test("names are those of the kind that belongs there", () => {
  assert.deepEqual(proposed("key x in ‸"), ["eng", "eng/payments"]);
  assert.deepEqual(proposed("team x {\n  guard ‸\n}"), ["no-secrets"]);
  assert.deepEqual(proposed("models x {\n  claude-*\n  via ‸\n}"), ["anthropic"]);
  assert.deepEqual(proposed("team x {\n  only providers ‸\n}"), ["anthropic"]);
  assert.deepEqual(proposed('test "x" for key ‸'), ["dana"]);
  assert.deepEqual(proposed('invariant "x" {\n  never allow models a to team eng, key ‸\n}'), ["dana"]);
  assert.deepEqual(proposed('invariant "x" {\n  require every key in ‸\n}'), ["eng", "eng/payments"]);
  assert.deepEqual(proposed('delegate "a/**" to team ‸'), ["eng", "eng/payments"]);
  assert.deepEqual(proposed("use ‸"), ["anthropic", "claude-code", "pii", "secrets"]);
  assert.deepEqual(proposed("team ‸"), ["eng/", "eng/payments/"]);
  offers('test "x" for team eng {\n  send expect refuse ‸\n}', ["budget", "model", "tool", "expired"], ["then", "to"]);
  offers('test "x" for team eng {\n  send expect redact ‸\n}', ["no-secrets", "to"], ["budget", "then"]);
  offers('test "x" for team eng {\n  send expect route anthropic ‸\n}', ["then"], ["to"]);
  const back = 'test "x" for team eng {\n  send tool mcp:files/read result "x" expect ';
  assert.deepEqual(proposed(`${back}‸\n}`), ["allow", "redact", "flag", "withhold"]);
  offers(`${back}redact ‸\n}`, ["employee-id", "@secrets", "to"], ["no-secrets", "then"]);
  offers(`${back}withhold ‸\n}`, ["send"], ["employee-id", "@secrets", "to"]);
  offers('test "x" for team eng {\n  send expect redact ‸\n}', ["no-secrets"], ["employee-id", "@secrets"]);
});

test("models and tools are those that policy and packs know, and their groups", () => {
  offers("team x {\n  allow models ‸\n}", ["claude-haiku-4-5", "@everyday", "@anthropic.opus"], ["Read", "@look"]);
  offers(
    "team x {\n  allow tools Read, ‸\n}",
    ["Bash", "@look", "@claude-code.read", "client-mcp:github/get_*"],
    ["@everyday"],
  );
  offers("tools x {\n  ‸\n}", ["Grep", "@look"], ["claude-haiku-4-5"]);
  offers("team x {\n  allow models @‸\n}", ["@everyday"], ["claude-haiku-4-5"]);
  offers('test "x" for team eng {\n  send model ‸\n}', ["claude-haiku-4-5"], ["@everyday"]);
  offers("guardrail x {\n  match ‸\n}", ["employee-id", "@secrets", "@secrets.github-token"]);
});

test("a group comes with its documentation", () => {
  const { list = [] } = complete(placeIn("team x {\n  allow models @‸\n}")) ?? {};
  assert.equal(list.find(({ label }) => label === "@everyday")?.doc, "What most work needs.");
});

test("inside of a pack its own groups go without its name", () => {
  const at = placeAt("org.policy", "language 1");
  const path = "builtin:claude-code";
  const offset = at.policy.treeOf(path)!.source.text.indexOf("@base") + 1;
  const labels = complete({ ...at, path, offset })?.list.map(({ label }) => label) ?? [];
  assert.ok(labels.includes("@edit") && !labels.includes("@claude-code.edit"), String(labels));
});

test("strings are proposed where their content is known", () => {
  offers('org x {\n  timezone "Eur‸', ['"Europe/Berlin"'], []);
  offers('use own from "‸', ['"teams.policy"'], ["builtin"]);
  assert.deepEqual(proposed('key x in eng {\n  owner "‸"\n}'), []);
});

test("a fault further up does not take the proposals away", () => {
  offers("team x {\n  buget $5/day\n  allow models @evry\n  guard ‸\n}", ["no-secrets"]);
  offers("team x {\n  limit requests\n  ‸\n}", ["allow", "budget"]);
});

test("in a comment nothing is proposed, and a word under the cursor is replaced from its beginning", () => {
  assert.deepEqual(proposed("team x {\n  # allow ‸\n}"), []);
  const at = placeIn("team x {\n  allow models @every‸\n}");
  const text = at.policy.texts.get(at.path)!;
  assert.equal(text.slice(complete(at)!.start, at.offset), "@every");
});

test("of thousands of names those are proposed that go on with what is written", () => {
  const keys = Array.from({ length: 1200 }, (_, index) => `key k-${index} in eng {\n}\n`).join("\n");
  const at = (written: string) => complete(placeIn(`${keys}\ntest "x" for key ${written}‸`));
  assert.deepEqual([at("")?.isWhole, at("")?.list.length], [false, 500]);
  assert.deepEqual([at("k-111")?.isWhole, at("k-111")?.list.length], [true, 11]);
});

test("behind `where` stand the fields of the tools that the statement names, then what may be asked of them", () => {
  offers("team x {\n  allow tools Bash where ‸\n}", ["command", "not", "has", "every", "size"], ["file_path"]);
  offers("team x {\n  allow tools Bash, Write where has command and ‸\n}", ["command", "file_path"]);
  offers("team x {\n  allow tools Bash where command ‸\n}", ["like", "matches", "in", "within"], ["command"]);
  offers('team x {\n  allow tools Bash where command like "x" ‸\n}', ["and", "or", "until"]);
  offers("team x {\n  ask tools Bash where ‸\n}", ["command", "not", "has"], ["file_path"]);
  offers('test "x" for team eng {\n  send tool Bash input { ‸ }\n}', ['"command"', '"timeout"'], ['"file_path"']);
  offers('test "x" for team eng {\n  send tool Bash input { "command": ‸ }\n}', ["true", "null"], ['"timeout"']);
});

test("what was called before follows `deny tools` and `given called`, and a person is asked about tools", () => {
  const has = (text: string, word: string): boolean => proposed(text).includes(word);
  assert.ok(has("team x {\n  deny tools Bash ‸\n}", "after"));
  assert.ok(has("team x {\n  observe deny tools Bash ‸\n}", "after"));
  for (const line of ["allow tools Bash", "only tools Bash", "deny models claude-x"]) {
    assert.ok(!has(`team x {\n  ${line} ‸\n}`, "after"), line);
  }
  assert.deepEqual(proposed("team x {\n  deny tools Bash after ‸\n}"), ["tools"]);
  assert.deepEqual(proposed("team x {\n  ask ‸\n}"), ["tools"]);
  const tools = "tools own {\n  Bash\n}\n";
  for (const line of ["deny tools Bash after tools ‸", "ask tools ‸"]) {
    assert.ok(has(`${tools}team x {\n  ${line}\n}`, "@own"), line);
  }
  assert.ok(has(`${tools}test "x" for team x {\n  given called ‸\n}`, "Bash"));
});
