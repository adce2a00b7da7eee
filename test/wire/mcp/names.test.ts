/** What a request is about, and by which names: one by one, and behind the address that joins all servers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jointList, jointName, jointResult, renamed, splitName } from "../../../src/wire/mcp/joint.ts";
import { messageOf, type Request } from "../../../src/wire/mcp/message.ts";
import { aimOf, canonicalName, type Target } from "../../../src/wire/mcp/target.ts";

function request(method: string, params: Record<string, string | Record<string, string>> = {}): Request {
  const message = messageOf({ jsonrpc: "2.0", id: 1, method, params });
  assert.ok(message.kind === "request");
  return message;
}

const TARGETS: readonly [Request, string][] = [
  [request("tools/call", { name: "get" }), "mcp:s/get"],
  [request("prompts/get", { name: "p" }), "mcp-prompt:s/p"],
  [request("resources/read", { uri: "repo://a" }), "mcp-resource:s/repo://a"],
  [request("resources/subscribe", { uri: "repo://a" }), "mcp-resource:s/repo://a"],
  [request("completion/complete", { ref: { type: "ref/prompt", name: "p" } }), "mcp-prompt:s/p"],
  [request("completion/complete", { ref: { type: "ref/resource", uri: "repo://{x}" } }), "mcp-resource:s/repo://{x}"],
];

test("a request is about what its body names", () => {
  for (const [it, name] of TARGETS) {
    const aim = aimOf(it, "sessions");
    assert.ok(aim.kind === "target");
    assert.equal(canonicalName("s", aim.target), name);
  }
});

test("a method belongs to its era, and one that nobody knows to none", () => {
  const kind = (method: string, era: "sessions" | "stateless") => aimOf(request(method, { uri: "x" }), era).kind;
  for (const method of ["initialize", "ping", "logging/setLevel"]) {
    assert.deepEqual([kind(method, "sessions"), kind(method, "stateless")], ["plain", "unknown"], method);
  }
  for (const method of ["server/discover", "subscriptions/listen"]) {
    assert.deepEqual([kind(method, "sessions"), kind(method, "stateless")], ["unknown", "plain"], method);
  }
  assert.deepEqual(
    [kind("resources/subscribe", "sessions"), kind("resources/subscribe", "stateless")],
    ["target", "unknown"],
  );
  for (const method of ["tools/callAll", "tasks/get", "TOOLS/CALL", ""])
    assert.equal(kind(method, "sessions"), "unknown");
});

test("a joint name leads back to its server and its own name", () => {
  const targets: readonly Target[] = [
    { family: "mcp", name: "get__issue" },
    { family: "mcp-prompt", name: "review" },
    { family: "mcp-resource", name: "repo://a+b" },
  ];
  for (const target of targets) {
    const name = jointName("git-hub", target);
    assert.deepEqual(splitName({ ...target, name }), { server: "git-hub", target });
  }
  for (const name of ["get", "__get", ""]) assert.equal(splitName({ family: "mcp", name }), null);
});

test("a request is renamed where its name stands, and nowhere else", () => {
  const call = renamed(request("tools/call", { name: "s__get", arguments: { name: "kept" } }), {
    family: "mcp",
    name: "get",
  });
  assert.deepEqual(call.whole, {
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "get", arguments: { name: "kept" } },
  });
  const ref = renamed(request("completion/complete", { ref: { type: "ref/prompt", name: "s__p" } }), {
    family: "mcp-prompt",
    name: "p",
  });
  assert.deepEqual(ref.params.ref, { type: "ref/prompt", name: "p" });
});

test("entries of lists have joint names; those that clients could not say are left out", () => {
  const tools = [{ name: "get", icons: [] }, { name: "x".repeat(60) }, { title: "nameless" }, 3];
  const entries = [{ name: "s__get", icons: [] }];
  assert.deepEqual(jointList("s", "tools/list", { tools }), { entries, leftOut: ["x".repeat(60)] });
  assert.deepEqual(jointList("s", "tools/list", {}), { entries: [], leftOut: [] });
  // `mcp__gw__s__` leaves 52 characters; prompts are not said to a model by their names.
  const [fits, long] = ["x".repeat(52), "x".repeat(53)] as const;
  assert.deepEqual(jointList("s", "tools/list", { tools: [{ name: fits }, { name: long }] }).leftOut, [long]);
  assert.deepEqual(jointList("s", "prompts/list", { prompts: [{ name: long }] }).entries, [{ name: `s__${long}` }]);
});

test("resources that a result names are known by their joint addresses", () => {
  const link = { type: "resource_link", uri: "repo://a", name: "a" };
  const embedded = { type: "resource", resource: { uri: "repo://b", text: "b" } };
  assert.deepEqual(
    jointResult("s", {
      content: [link, embedded, { type: "text", text: "repo://a" }],
      structuredContent: { uri: "c" },
    }),
    {
      content: [
        { ...link, uri: "s+repo://a" },
        { type: "resource", resource: { uri: "s+repo://b", text: "b" } },
        { type: "text", text: "repo://a" },
      ],
      structuredContent: { uri: "c" },
    },
  );
});
