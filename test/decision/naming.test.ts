/** A tool of a server that the gateway holds has one name, under whatever label a client knows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toolGranted } from "../../src/decision/decide.ts";
import { createNaming } from "../../src/decision/naming.ts";
import type { Server } from "../../src/model/model.ts";
import { access, at, holder, model, node, tableOf } from "./models.ts";

const github: Server = {
  name: "github",
  reach: { kind: "http", url: "https://mcp.acme.example", credential: null },
  patience: { idle: 1, total: 1 },
  may: [],
  pins: null,
  span: at(1),
};

test("labels of the gateway's own servers, and of all of them together, lead to the server", () => {
  const nameOf = createNaming([
    { name: "github", pins: null },
    { name: "my_files", pins: null },
  ]);
  const names = {
    "client-mcp:github/get_issue": "mcp:github/get_issue",
    "client-mcp:gw/github__get__issue": "mcp:github/get__issue",
    "client-mcp:gw/my_files__read": "mcp:my_files/read",
    "mcp:github/get_issue": "mcp:github/get_issue",
    "client-mcp:gw/jira__get": "client-mcp:gw/jira__get",
    "client-mcp:gw/github": "client-mcp:gw/github",
    "client-mcp:other/github__get": "client-mcp:other/github__get",
    "client-mcp:jira/get": "client-mcp:jira/get",
    Bash: "Bash",
  };
  for (const [told, name] of Object.entries(names)) assert.equal(nameOf(told), name, told);
});

test("a pinned tool is found by what clients write for its name", () => {
  const digest = "0".repeat(64);
  const tools = ["issues.get", "issues/list", "a.b", "a_b", "c.d", "c d", "plain"].map(
    (name) => [name, digest] as const,
  );
  const pins = {
    onDrift: "block",
    tools,
    told: [],
    instructions: null,
    origin: { place: "a.policy:1", text: "" },
  } as const;
  const nameOf = createNaming([{ name: "github", pins }]);
  const names = {
    "client-mcp:github/issues_get": "mcp:github/issues.get",
    "client-mcp:gw/github__issues_get": "mcp:github/issues.get",
    "client-mcp:github/issues_list": "mcp:github/issues/list",
    "client-mcp:github/a_b": "mcp:github/a_b",
    "client-mcp:github/c_d": "mcp:github/c_d",
    "client-mcp:github/plain": "mcp:github/plain",
    "client-mcp:github/not_pinned": "mcp:github/not_pinned",
    "client-mcp:other/issues_get": "client-mcp:other/issues_get",
  };
  for (const [told, name] of Object.entries(names)) assert.equal(nameOf(told), name, told);
});

test("without servers every name is its own", () => {
  assert.equal(createNaming([])("client-mcp:gw/github__get"), "client-mcp:gw/github__get");
});

test("one grant decides about a tool on both planes", () => {
  const org = node(2, "org acme", null, { access: [access(3, "allow tools mcp:github/get_*")] });
  const table = tableOf(model({ servers: [github], nodes: [org, node(4, "team eng", 0), node(5, "key dana", 1)] }));
  const granted = (tool: string) => toolGranted(table, holder(table, "dana"), tool, 0).granted;
  assert.equal(granted("mcp:github/get_issue"), true);
  assert.equal(granted("client-mcp:github/get_issue"), true);
  assert.equal(granted("client-mcp:gw/github__get_issue"), true);
  assert.equal(granted("client-mcp:github/delete_issue"), false);
  assert.equal(granted("client-mcp:else/get_issue"), false);
});
