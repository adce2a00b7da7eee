/** What is read of a Messages request, and which bodies are not read at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfCall } from "../../../src/wire/anthropic/called.ts";
import type { MessagesRequest } from "../../../src/wire/anthropic/messages.ts";
import { readMessages } from "../../../src/wire/anthropic/read.ts";

const BASE = { model: "claude-opus-4-8", max_tokens: 1024, messages: [{ role: "user", content: "hi" }] };

function read(body: unknown, purpose: "generate" | "count" = "generate"): MessagesRequest {
  const request = readMessages(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), purpose);
  assert.ok(request.kind === "messages", request.kind === "malformed" ? request.message : "");
  return request;
}

function malformed(body: unknown, purpose: "generate" | "count" = "generate"): string {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const request = readMessages(bytes, purpose);
  assert.equal(request.kind, "malformed", String(body));
  return request.kind === "malformed" ? request.message : "";
}

/** `place: text` of every text that guardrails may look at. */
function textsOf(body: unknown): string[] {
  const request = read(body);
  return request.texts.map(({ place, start, end }) => {
    const raw = Buffer.from(request.body).subarray(start, end).toString();
    return `${place}: ${JSON.parse(`"${raw}"`)}`;
  });
}

const withContent = (content: unknown, role = "user") => ({ ...BASE, messages: [{ role, content }] });
const namesOf = (body: unknown): string[] => read(body).tools.map((tool) => `${tool.kind} ${tool.name}`);

test("model, stream and tokens", () => {
  const plain = read(BASE);
  assert.deepEqual([plain.model, plain.stream, plain.maxTokens], ["claude-opus-4-8", false, 1024]);
  assert.equal(read({ ...BASE, stream: true }).stream, true);
  assert.equal(read({ ...BASE, stream: false }).stream, false);
  assert.equal(read({ ...BASE, max_tokens: 0 }).maxTokens, 0);
  assert.equal(read('{"m\\u006fdel":"claude\\u002dx","max_tokens":1,"messages":[]}').model, "claude-x");
  const { max_tokens: _, ...counted } = BASE;
  assert.equal(read(counted, "count").maxTokens, 0);
  assert.match(malformed(counted), /`max_tokens` is missing/);
});

test("tools that the provider carries out come with what the request says of them", () => {
  const search = { type: "web_search_20250305", name: "web_search", max_uses: 8 };
  const server = { type: "url", name: "docs", url: "https://mcp.acme.example/x" };
  const toolset = { type: "mcp_toolset", mcp_server_name: "docs" };
  const own = { name: "Bash", input_schema: { type: "object" } };
  const { definitions } = read({ ...BASE, mcp_servers: [server], tools: [own, search, toolset] });
  assert.deepEqual(definitions, [
    { tool: "connector:mcp.acme.example", definition: server },
    { tool: "server:web_search", definition: search },
    { tool: "connector:mcp.acme.example", definition: toolset },
  ]);
  const twice = '{"type":"web_search_20250305","name":"web_search","max_uses":5,"Max_uses":9}';
  const [first] = read(JSON.stringify({ ...BASE, tools: [] }).replace("[]", `[${twice}]`)).definitions;
  assert.deepEqual(first, { tool: "server:web_search", definition: undefined });
});

test("a body that is the bytes it was", () => {
  const bytes = Buffer.from(JSON.stringify(BASE));
  const request = readMessages(bytes);
  assert.equal(request.kind === "messages" && request.body, bytes);
});

test("bodies that cannot be read say why, without repeating them", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    ["", /not valid JSON/],
    ["hello", /not valid JSON/],
    [JSON.stringify(BASE).slice(0, -1), /not valid JSON: the text ends too early/],
    [`${JSON.stringify(BASE)}x`, /something follows/],
    [Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff]), Buffer.from('"}')]), /UTF-8/],
    [`{"messages":${"[".repeat(600)}${"]".repeat(600)}}`, /nested deeper/],
    ["[]", /an object is expected/],
    ["null", /an object is expected/],
    ['{"model":"a","model":"b","max_tokens":1,"messages":[]}', /same key twice/],
    ['{"model":"a","max_tokens":1,"messages":[],"tools":[{"name":"Read","n\\u0061me":"Bash"}]}', /same key twice/],
    ['{"model":"a","max_tokens":1,"messages":[{"role":"user","content":"a","content":"b"}]}', /same key twice/],
    ['{"model":"a","Model":"b","max_tokens":1,"messages":[]}', /a key is `model` but for the case of its letters/],
    ['{"model":"a","max_tokens":1,"messages":[],"TOOLS":[{"name":"Bash"}]}', /a key is `tools` but for the case/],
    ['{"model":"a","max_tokens":1,"messages":[],"fallbac\\u212as":["b"]}', /a key is `fallbacks` but for the case/],
    ['{"model":"a","max_tokens":1,"messages":[],"meſſages":[]}', /a key is `messages` but for the case/],
    [{ ...BASE, model: undefined }, /`model` is missing/],
    [{ ...BASE, model: 7 }, /`model` is not a string/],
    [{ ...BASE, model: "" }, /1 to 256/],
    [{ ...BASE, model: "m".repeat(257) }, /1 to 256/],
    [{ ...BASE, stream: "true" }, /`stream` is neither/],
    [{ ...BASE, stream: null }, /`stream` is neither/],
    [{ ...BASE, stream: 1 }, /`stream` is neither/],
    [{ ...BASE, max_tokens: -1 }, /`max_tokens` is not/],
    [{ ...BASE, max_tokens: 1.5 }, /`max_tokens` is not/],
    [{ ...BASE, max_tokens: "5" }, /`max_tokens` is not/],
    ['{"model":"a","messages":[],"max_tokens":1e400}', /`max_tokens` is not/],
    ['{"model":"a","messages":[],"max_tokens":9007199254740993}', /`max_tokens` is not/],
    [`{"model":"a","messages":[],"max_tokens":${"9".repeat(5000)}}`, /`max_tokens` is not/],
    [{ ...BASE, messages: undefined }, /`messages` is missing/],
    [{ ...BASE, messages: "hi" }, /`messages` is not a list/],
    [{ ...BASE, messages: ["hi"] }, /an object is expected/],
    [{ ...BASE, messages: [{ role: "user" }] }, /no content/],
    [{ ...BASE, messages: [{ content: "x" }] }, /no role/],
    [{ ...BASE, messages: [{ role: "user", content: 5 }] }, /neither a string nor a list/],
    [{ ...BASE, messages: [{ role: "user", content: ["x"] }] }, /an object is expected/],
    [{ ...BASE, tools: {} }, /`tools` is not a list/],
    [{ ...BASE, tools: ["Bash"] }, /an object is expected/],
    [{ ...BASE, tools: [{ name: ["Bash"] }] }, /`name` is not a string/],
    [{ ...BASE, tools: [{ type: 5, name: "Bash" }] }, /`type` is not a string/],
    [{ ...BASE, tool_choice: "Bash" }, /an object is expected/],
    [{ ...BASE, mcp_servers: "x" }, /`mcp_servers` is not a list/],
  ];
  for (const [body, words] of cases) assert.match(malformed(body), words, String(body));
  assert.doesNotMatch(malformed({ ...BASE, model: 7, note: "hush" }), /hush/);
});

test("fields that policy does not know pass", () => {
  const body = { ...BASE, gw_tag: "t", safeguards: [{ type: "dangerous_tool_use" }], thinking: { type: "adaptive" } };
  assert.deepEqual(read({ ...body, context_management: { edits: [] }, output_config: { effort: "high" } }).doors, []);
});

test("tools by all ways in which they are offered", () => {
  const tools = [
    { name: "Bash", input_schema: { type: "object", properties: { name: { type: "string" } } } },
    { type: "custom", name: "mcp__github__get_issue", defer_loading: true },
    { type: "web_search_20250305", name: "web_search" },
    { type: "mcp_toolset", mcp_server_name: "gh" },
    { type: "browser_toolset_20260801" },
  ];
  const mcp_servers = [{ type: "url", url: "https://mcp.acme.example/gh", name: "gh" }];
  const request = read({ ...BASE, tools, mcp_servers });
  assert.deepEqual(
    request.tools.map((tool) => `${tool.kind} ${tool.name} ${tool.deferred}`),
    [
      "server connector:mcp.acme.example false",
      "offer Bash false",
      "offer client-mcp:github/get_issue true",
      "offer server:web_search false",
      "offer connector:mcp.acme.example false",
      "offer unknown:browser_toolset_20260801 false",
    ],
  );
  const bash = request.tools[1]!;
  assert.deepEqual(JSON.parse(Buffer.from(request.body).subarray(bash.start, bash.end).toString()), tools[0]);
});

test("the tool that is forced", () => {
  const tools = [{ type: "web_search_20250305", name: "web_search" }, { name: "Bash" }];
  const choice = (tool_choice: unknown) => read({ ...BASE, tools, tool_choice });
  assert.equal(choice({ type: "tool", name: "Bash" }).toolChoice, "Bash");
  assert.equal(choice({ type: "tool", name: "web_search" }).toolChoice, "server:web_search");
  assert.deepEqual([choice({ type: "auto" }).toolChoice, choice({ type: "auto" }).choosesTool], [null, true]);
  assert.deepEqual([choice(null).toolChoice, choice(null).choosesTool], [null, false]);
});

test("tools that are only mentioned", () => {
  const reference = (tool_name: string) => ({ type: "tool_reference", tool_name });
  const result = { type: "tool_result", tool_use_id: "t", content: [reference("mcp__a__b"), reference("Bash")] };
  assert.deepEqual(namesOf(withContent([result])), ["mention client-mcp:a/b", "mention Bash"]);
  const found = { type: "tool_search_tool_search_result", tool_references: [reference("Read")] };
  const search = { type: "tool_search_tool_result", tool_use_id: "t", content: found };
  assert.deepEqual(namesOf(withContent([search], "assistant")), ["mention Read"]);
  const addition = { type: "tool_addition", tool: { type: "tool_reference", name: "Write" } };
  const removal = { type: "tool_removal", tool: { type: "tool_reference", name: "Edit" } };
  assert.deepEqual(namesOf(withContent([addition, removal], "system")), ["mention Write", "mention Edit"]);
});

test("a mention means what is offered under its name", () => {
  const tools = [{ type: "web_search_20250305", name: "web_search" }];
  const reference = { type: "tool_reference", tool_name: "web_search" };
  const result = { type: "tool_result", tool_use_id: "t", content: [reference] };
  assert.deepEqual(namesOf({ ...withContent([result]), tools }), [
    "offer server:web_search",
    "mention server:web_search",
  ]);
});

test("doors", () => {
  const doorsOf = (body: unknown): readonly string[] => read(body).doors;
  assert.deepEqual(doorsOf({ ...BASE, thread: { type: "continue" } }), ["thread"]);
  assert.deepEqual(doorsOf({ ...BASE, container: { skills: [] } }), ["container"]);
  assert.deepEqual(doorsOf({ ...BASE, fallbacks: [{ model: "x" }] }), ["fallbacks"]);
  assert.deepEqual(doorsOf({ ...BASE, container: null }), []);
  assert.deepEqual(doorsOf('{"model":"a","max_tokens":1,"messages":[],"thre\\u0061d":{}}'), ["thread"]);
  const inline = { type: "tool_addition", tool: { type: "tool_definition", definition: { name: "Bash" } } };
  assert.deepEqual(doorsOf(withContent([inline], "system")), ["inline tool definition"]);
  const toolset = { type: "tool_addition", tool: { type: "mcp_toolset", mcp_server_name: "x" } };
  assert.deepEqual(doorsOf(withContent([toolset], "system")), ["inline tool definition"]);
  const compaction = { type: "compaction", content: "so far", tool_changes: [] };
  assert.deepEqual(doorsOf(withContent([compaction], "assistant")), ["tool_changes"]);
  const advisor = (model: string) => ({ ...BASE, tools: [{ type: "advisor_20260301", name: "advisor", model }] });
  assert.deepEqual(doorsOf(advisor("another-model")), ["a model named by a tool"]);
  assert.deepEqual(doorsOf(advisor(BASE.model)), []);
});

test("texts of the system prompt, without the client's accounting line", () => {
  const billing = { type: "text", text: "x-anthropic-billing-header: cc_version=2; cch=00000;" };
  assert.deepEqual(textsOf({ ...BASE, system: [billing, { type: "text", text: "be\nkind" }] }), [
    "system: be\nkind",
    "user: hi",
  ]);
  assert.deepEqual(textsOf({ ...BASE, system: "be kind" }), ["system: be kind", "user: hi"]);
  const second = [{ type: "text", text: "a" }, billing];
  assert.equal(textsOf({ ...BASE, system: second }).length, 3);
  const long = { type: "text", text: `x-anthropic-billing-header: ${"s".repeat(600)}` };
  assert.equal(textsOf({ ...BASE, system: [long] }).length, 2);
  assert.deepEqual(textsOf(withContent("names of tools", "system")), ["system: names of tools"]);
});

test("texts of users, assistants and tools", () => {
  assert.deepEqual(textsOf(withContent([{ type: "text", text: "a", cache_control: { type: "ephemeral" } }])), [
    "user: a",
  ]);
  assert.deepEqual(textsOf(withContent([{ type: "text", text: "b", citations: [{ cited_text: "c" }] }], "assistant")), [
    "user: b",
  ]);
  const call = {
    type: "tool_use",
    id: "toolu_1",
    name: "Bash",
    input: { command: "ls", more: [{ deep: "x" }, 5, "y"] },
  };
  assert.deepEqual(textsOf(withContent([call], "assistant")), ["tool-input: ls", "tool-input: x", "tool-input: y"]);
  const result = (content: unknown) => withContent([{ type: "tool_result", tool_use_id: "toolu_1", content }]);
  assert.deepEqual(textsOf(result("out")), ["tool-result: out"]);
  const nested = [
    { type: "text", text: "one" },
    { type: "document", title: "t", source: { type: "text", data: "two" } },
  ];
  assert.deepEqual(textsOf(result(nested)), ["tool-result: one", "tool-result: t", "tool-result: two"]);
  const mcp = { type: "mcp_tool_result", tool_use_id: "m", content: [{ type: "text", text: "three" }] };
  assert.deepEqual(textsOf(withContent([mcp], "assistant")), ["tool-result: three"]);
  const run = { type: "code_execution_result", stdout: "four", stderr: "five", return_code: 0 };
  const code = { type: "code_execution_tool_result", tool_use_id: "c", content: run };
  assert.deepEqual(textsOf(withContent([code], "assistant")), ["tool-result: four", "tool-result: five"]);
});

test("texts of documents and of blocks that are not known", () => {
  const plain = { type: "document", title: "t", source: { type: "text", media_type: "text/plain", data: "d" } };
  assert.deepEqual(textsOf(withContent([plain])), ["document: t", "document: d"]);
  const blocks = { type: "document", source: { type: "content", content: [{ type: "text", text: "e" }] } };
  assert.deepEqual(textsOf(withContent([blocks])), ["document: e"]);
  const search = {
    type: "search_result",
    source: "https://x.example",
    title: "s",
    content: [{ type: "text", text: "f" }],
  };
  assert.deepEqual(textsOf(withContent([search])), ["document: s", "document: f"]);
  const future = { type: "hologram", id: "no", data: "no", text: "g", parts: [{ body: "h", shape: "no" }] };
  assert.deepEqual(textsOf(withContent([future])), ["user: g", "user: h"]);
  const call = { type: "tool_use", id: "no", input: { command: "i" } };
  const nested = { type: "hologram", call, thought: { type: "thinking", text: "no" } };
  assert.deepEqual(textsOf(withContent([nested])), ["tool-input: i"]);
});

test("nobody's texts", () => {
  const blocks = [
    { type: "thinking", thinking: "secret thought", signature: "c2ln" },
    { type: "redacted_thinking", data: "ZGF0YQ==" },
    { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
    { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" } },
    { type: "tool_use", id: "toolu_1", name: "Bash", input: {} },
    { type: "text", text: "" },
  ];
  assert.deepEqual(textsOf(withContent(blocks, "assistant")), []);
});

test("long keys of an input and what tools are said to do are looked at, and fixed", () => {
  const input = { short: 1, "a-rather-long-key": { "another-long-key": "v" } };
  const schema = { type: "object", properties: { path: { type: "string", description: "the path" } } };
  const body = {
    ...withContent([{ type: "tool_use", id: "t", name: "n", input }], "assistant"),
    tools: [{ name: "Read", description: "reads", input_schema: schema }, { name: "Bare" }],
    system: "be good",
  };
  assert.deepEqual(textsOf(body), [
    "system: reads",
    "system: the path",
    "system: be good",
    "tool-input: a-rather-long-key",
    "tool-input: another-long-key",
    "tool-input: v",
  ]);
  assert.deepEqual(
    read(body).texts.map(({ fixed }) => fixed),
    [true, true, false, true, true, false],
  );
});

test("texts know whose they are, which turn they belong to, and what they stand right behind", () => {
  const text = (words: string) => ({ type: "text", text: words });
  const messages = [
    { role: "user", content: [text("a"), text("b"), { type: "image", source: {} }, text("c")] },
    { role: "system", content: "d" },
    { role: "assistant", content: [text("e")] },
    { role: "assistant", content: "f" },
    { role: "user", content: [{ type: "tool_result", content: [text("g"), text("h")] }, text("i")] },
  ];
  const request = read({ ...BASE, system: [text("s"), text("t")], messages });
  assert.deepEqual(
    request.texts.map(({ author, turn, follows }) => `${author} ${turn} ${follows}`),
    [
      ...["client 0 false", "client 0 true"],
      ...["client 0 false", "client 0 true", "client 0 false", "client 0 false"],
      ...["model 1 false", "model 1 false"],
      ...["client 1 false", "client 1 true", "client 1 false"],
    ],
  );
  assert.deepEqual(request.end, { turn: 1, author: "client" });
  assert.equal(request.session, null);
  const user = (user_id: unknown) => read({ ...BASE, metadata: { user_id } }).session;
  assert.equal(user(JSON.stringify({ device_id: "d", session_id: "5c1e-a" })), "5c1e-a");
  assert.deepEqual([user(5), user("plain"), read({ ...BASE, metadata: null }).session], [null, null, null]);
});

test("what was called before, by the tool's name and by who carries it out", () => {
  const server = { type: "url", name: "docs", url: "https://mcp.acme.example/x" };
  const call = (type: string, name: string, more: object = {}) => ({ type, id: "t1", name, input: {}, ...more });
  const content = [
    call("tool_use", "mcp__github__get_issue"),
    call("server_tool_use", "web_search"),
    call("server_tool_use", "bash_code_execution"),
    call("server_tool_use", "rm -rf"),
    call("mcp_tool_use", "find", { server_name: "docs" }),
    call("mcp_tool_use", "find", { server_name: "gone/../x" }),
    { type: "tool_use", id: "t2", input: {} },
    { type: "tool_result", tool_use_id: "t1", content: [call("tool_use", "Read")] },
  ];
  const messages = [
    { role: "user", content: "hi" },
    { role: "assistant", content },
  ];
  const request = read({ ...BASE, mcp_servers: [server], messages });
  assert.deepEqual(
    request.calls.map((each) => nameOfCall(each, request.hosts)),
    [
      "client-mcp:github/get_issue",
      "server:web_search",
      "server:code_execution",
      "unknown:rm?-rf",
      "connector:mcp.acme.example",
      "connector:gone?..?x",
      "Read",
    ],
  );
  assert.ok(request.called);
  assert.deepEqual(read(BASE).calls, []);
});
