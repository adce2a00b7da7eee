/** Tools cut out of request bodies. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cutTools } from "../../../src/wire/anthropic/edit.ts";
import { readMessages } from "../../../src/wire/anthropic/read.ts";
import { splice } from "../../../src/wire/splice.ts";

const HEAD = '"model":"m","max_tokens":1,"messages":[]';

/** The body after the cut, or the tool that stands in its way. */
function cut(body: string, ...tools: string[]): string {
  const request = readMessages(Buffer.from(body));
  assert.ok(request.kind === "messages", request.kind === "malformed" ? request.message : "");
  const result = cutTools(request, ({ name }) => tools.includes(name));
  if ("refuse" in result) return `refuse ${result.refuse}`;
  const edited = Buffer.from(splice(request.body, result.edits)).toString();
  JSON.parse(edited);
  return edited;
}

const body = (tools: string, more = ""): string => `{${HEAD},"tools":[${tools}]${more}}`;
const tool = (name: string, more = ""): string => `{"name":"${name}"${more}}`;

test("an entry goes from every place, with one comma", () => {
  const [a, b, c, d] = ["A", "B", "C", "D"].map((name) => tool(name));
  const all = body(`${a},${b},${c},${d}`);
  assert.equal(cut(all, "A"), body(`${b},${c},${d}`));
  assert.equal(cut(all, "B"), body(`${a},${c},${d}`));
  assert.equal(cut(all, "D"), body(`${a},${b},${c}`));
  assert.equal(cut(all, "A", "B"), body(`${c},${d}`));
  assert.equal(cut(all, "B", "C"), body(`${a},${d}`));
  assert.equal(cut(all, "A", "C"), body(`${b},${d}`));
  assert.equal(cut(all, "A", "D"), body(`${b},${c}`));
  assert.equal(cut(all, "A", "B", "D"), body(`${c}`));
  assert.equal(cut(all, "B", "C", "D"), body(`${a}`));
  assert.equal(cut(all, "A", "B", "C", "D"), body(""));
});

test("blanks and line ends around entries leave valid JSON, and the rest as it came", () => {
  const spaced = body(` \n ${tool("A")} ,\n ${tool("B")}\n,${tool("C")} \n`);
  assert.equal(cut(spaced, "A"), body(` \n ${tool("B")}\n,${tool("C")} \n`));
  assert.equal(cut(spaced, "B"), body(` \n ${tool("A")}\n,${tool("C")} \n`));
  assert.equal(cut(spaced, "C"), body(` \n ${tool("A")} ,\n ${tool("B")} \n`));
  assert.equal(cut(spaced, "A", "B", "C"), body(" \n  \n"));
});

test("nothing to cut gives no edits", () => {
  const request = readMessages(Buffer.from(body(tool("A"))));
  assert.ok(request.kind === "messages");
  assert.deepEqual(
    cutTools(request, () => false),
    { edits: [] },
  );
});

test("a tool that is forced cannot go, nor the last when there is a choice", () => {
  const tools = `${tool("A")},${tool("B")}`;
  assert.equal(cut(body(tools, ',"tool_choice":{"type":"tool","name":"A"}'), "A"), "refuse A");
  assert.equal(
    cut(body(tools, ',"tool_choice":{"type":"tool","name":"A"}'), "B"),
    body(tool("A"), ',"tool_choice":{"type":"tool","name":"A"}'),
  );
  assert.equal(cut(body(tools, ',"tool_choice":{"type":"auto"}'), "A", "B"), "refuse B");
  assert.equal(
    cut(body(tools, ',"tool_choice":{"type":"any"}'), "A"),
    body(tool("B"), ',"tool_choice":{"type":"any"}'),
  );
});

test("the last tool stays when the model has called tools before", () => {
  const call = '{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"A","input":{}}]}';
  const called = (tools: string) => `{"model":"m","max_tokens":1,"messages":[${call}],"tools":[${tools}]}`;
  assert.equal(cut(called(`${tool("A")},${tool("B")}`), "A"), called(tool("B")));
  assert.equal(cut(called(tool("A")), "A"), "refuse A");
});

test("deferred tools never stay alone", () => {
  const tools = `${tool("A")},${tool("B", ',"defer_loading":true')}`;
  assert.equal(cut(body(tools), "A"), "refuse A");
  assert.equal(cut(body(tools), "B"), body(tool("A")));
  assert.equal(cut(body(tools), "A", "B"), body(""));
});

test("servers and their toolsets go together", () => {
  const server = (name: string, host: string) => `{"type":"url","url":"https://${host}/","name":"${name}"}`;
  const set = (name: string) => `{"type":"mcp_toolset","mcp_server_name":"${name}"}`;
  const servers = (list: string) => `,"mcp_servers":[${list}]`;
  const all = body(
    `${tool("A")},${set("x")},${set("y")}`,
    servers(`${server("x", "x.example")},${server("y", "y.example")}`),
  );
  assert.equal(cut(all, "connector:x.example"), body(`${tool("A")},${set("y")}`, servers(server("y", "y.example"))));
});

test("mentions go with the tool, and an empty list of blocks says so", () => {
  const reference = (name: string) => `{"type":"tool_reference","tool_name":"${name}"}`;
  const result = (content: string) =>
    `{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[${content}]}]}]}`;
  const said = '{"type":"text","text":"(this tool is not granted here)"}';
  assert.equal(cut(result(`${reference("A")},${reference("B")}`), "A"), result(reference("B")));
  assert.equal(cut(result(`${reference("A")},${reference("B")}`), "A", "B"), result(said));
  const search = (list: string) =>
    `{"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_search_tool_result","content":{"type":"tool_search_tool_search_result","tool_references":[${list}]}}]}]}`;
  assert.equal(cut(search(reference("A")), "A"), search(""));
  const change = (list: string) => `{"model":"m","max_tokens":1,"messages":[{"role":"system","content":[${list}]}]}`;
  const addition = '{"type":"tool_addition","tool":{"type":"tool_reference","name":"A"}}';
  assert.equal(cut(change(`{"type":"text","text":"x"},${addition}`), "A"), change('{"type":"text","text":"x"}'));
  assert.equal(cut(change(addition), "A"), change(said));
});

test("as many tools as a body holds are cut in one pass", () => {
  const offers = Array.from({ length: 100_000 }, (_, index) => tool(`T${index}`));
  const cutOnes = offers.map((_, index) => `T${index}`).filter((name) => name !== "T7");
  const request = readMessages(Buffer.from(body(offers.join())));
  assert.ok(request.kind === "messages");
  const strip = new Set(cutOnes);
  const result = cutTools(request, ({ name }) => strip.has(name));
  assert.ok("edits" in result);
  assert.equal(Buffer.from(splice(request.body, result.edits)).toString(), body(tool("T7")));
});
