/** Canonical names of tools. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfEntry, nameOfServer, nameOfTool } from "../../../src/wire/anthropic/names.ts";

const entry = (type: string | null, name: string | null = null, server: string | null = null): string =>
  nameOfEntry({ type, name, server }, new Map([["gh", "connector:mcp.acme.example"]]));

test("names as a client calls them", () => {
  assert.equal(nameOfTool("Bash"), "Bash");
  assert.equal(nameOfTool("mcp__github__get_issue"), "client-mcp:github/get_issue");
  assert.equal(nameOfTool("mcp__a_b__c__d"), "client-mcp:a_b/c__d");
});

test("no name reaches into another name space", () => {
  const names = [
    "server:web_search",
    "mcp:github/get",
    "connector:x",
    "a b",
    "a/b",
    "",
    "mcp__x",
    "mcp__",
    "mcp__x__",
    "é",
  ];
  for (const name of names) assert.match(nameOfTool(name), /^unknown:/, name);
  assert.match(nameOfTool("x".repeat(300)), /^unknown:x{64}$/);
  assert.equal(nameOfTool("a\nb"), "unknown:a?b");
});

test("entries of tools by type", () => {
  assert.equal(entry(null, "Read"), "Read");
  assert.equal(entry("custom", "Read"), "Read");
  assert.equal(entry("bash_20250124", "bash"), "bash");
  assert.equal(entry("text_editor_20250728", "str_replace_based_edit_tool"), "str_replace_based_edit_tool");
  assert.equal(entry("memory_20250818", "memory"), "memory");
  assert.equal(entry("computer_20250124", "computer"), "computer");
  assert.equal(entry("web_search_20250305", "web_search"), "server:web_search");
  assert.equal(entry("web_search_20260209", "anything"), "server:web_search");
  assert.equal(entry("web_fetch_20250910", "web_fetch"), "server:web_fetch");
  assert.equal(entry("code_execution_20250825", "code_execution"), "server:code_execution");
  assert.equal(entry("advisor_20260301", "advisor"), "server:advisor");
  assert.equal(entry("tool_search_tool_bm25_20251119", "x"), "server:tool_search_tool_bm25");
  assert.equal(entry("mcp_toolset", null, "gh"), "connector:mcp.acme.example");
});

test("what is not known is named as unknown", () => {
  assert.equal(entry("browser_toolset_20260801"), "unknown:browser_toolset_20260801");
  assert.equal(entry("computer_toolset_20260801"), "unknown:computer_toolset_20260801");
  assert.equal(entry("telepathy_20270101", "Bash"), "unknown:telepathy_20270101");
  assert.equal(entry("mcp_toolset", null, "other"), "unknown:mcp_toolset");
  assert.equal(entry("bash_20250124"), "unknown:bash_20250124");
  assert.equal(entry(null), "unknown:tool");
});

test("servers by the host of their address", () => {
  assert.equal(nameOfServer("https://MCP.Acme.example:8443/github?x=1"), "connector:mcp.acme.example");
  assert.equal(nameOfServer("https://good.example"), "connector:good.example");
  assert.equal(nameOfServer("no address"), "unknown:mcp_servers");
  assert.equal(nameOfServer(null), "unknown:mcp_servers");
});

test("an address whose host readers could find in different places has no name", () => {
  const addresses = [
    "https://good.example@evil.example/",
    "https://good.example\\@evil.example/",
    "https:\\\\good.example/",
    "https:good.example/",
    "https://good.exa\nmple/",
    " https://good.example/",
    "https://good.example.",
    "https://good%2eexample/",
    "https://2130706433/",
    "https://good。example/",
    "wss://good.example/",
  ];
  for (const address of addresses) assert.equal(nameOfServer(address), "unknown:mcp_servers", address);
});
