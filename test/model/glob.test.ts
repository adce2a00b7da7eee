import assert from "node:assert/strict";
import { test } from "node:test";
import { globFault, globMatches, MAX_NAME } from "../../src/model/glob.ts";

test("a star stops at a slash, two stars do not, a question mark is one character", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["claude-*", "claude-opus-5", true],
    ["claude-*", "claude-x/y", false],
    ["claude-**", "claude-x/y", true],
    ["claude-opus-4-20??????", "claude-opus-4-20250514", true],
    ["claude-opus-4-20??????", "claude-opus-4-8-20250514", false],
    ["a?b", "a/b", false],
    ["a.b", "axb", false],
    ["mcp:*/get_*", "mcp:github/get_issue", true],
    ["Read", "read", false],
  ];
  for (const [glob, name, expected] of cases) assert.equal(globMatches(glob, name), expected, `${glob} on ${name}`);
});

test("names of tools that can match something are valid", () => {
  const valid = [
    "Read",
    "Task*",
    "*",
    "**",
    "mcp:github/get_*",
    "mcp:*/*",
    "mcp:**",
    "client-mcp:crm/*",
    "*mcp:github/x",
    "server:web_*",
    "connector:mcp.acme.example",
  ];
  for (const name of valid) assert.equal(globFault(name, "tools"), null, name);
});

test("names of tools that can match nothing are not", () => {
  for (const name of ["mcp:github", "mcp:*", "mcp:", "server:a/b", "a/b", "x***", ""]) {
    assert.equal(globFault(name, "tools")?.code, "GW3015", name);
  }
  for (const name of ["mpc:a/b", ":x", "Server:x"]) assert.equal(globFault(name, "tools")?.code, "GW3016", name);
});

test("names of models are any text of at most 256 characters", () => {
  assert.equal(globFault("my-org/custom-model:v1", "models"), null);
  assert.equal(globFault("x".repeat(MAX_NAME), "models"), null);
  assert.equal(globFault("x".repeat(MAX_NAME + 1), "models")?.code, "GW3015");
});
