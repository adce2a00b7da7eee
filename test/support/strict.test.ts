/** The rules of the strict provider: each must catch what it is there for, or tests that lean on it prove nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bindingOf, faultOf, type StrictBody, type StrictMessage } from "./strict.ts";

const user = (content: StrictMessage["content"]): StrictMessage => ({ role: "user", content });
const BASH = { name: "Bash" };
const LATE = { name: "mcp__crm__list", defer_loading: true };
const ASKED: StrictBody = { system: "be kind", tools: [BASH, LATE], messages: [user("hello")] };

/** A conversation of one answered turn, changed afterwards. */
function answered(change: Partial<StrictBody> = {}, first: StrictMessage["content"] = "hello"): StrictBody {
  const thinking = { type: "thinking", signature: bindingOf(ASKED) };
  const answer = { role: "assistant", content: [thinking, { type: "text", text: "hi" }] };
  return { ...ASKED, messages: [user(first), answer, user("and now?")], ...change };
}

test("sound bodies pass", () => {
  assert.equal(faultOf(ASKED), null);
  assert.equal(faultOf(answered()), null);
  assert.equal(faultOf(answered({}, [{ type: "text", text: "hello" }])), null);
  assert.equal(faultOf(answered({ tools: [BASH] })), null);
});

test("nothing that stands before thinking may change", () => {
  const bound = /thinking is bound/;
  assert.match(faultOf(answered({ tools: [LATE, BASH, { name: "Read" }] })) ?? "", bound);
  assert.match(faultOf(answered({ tools: [{ name: "Read" }] })) ?? "", bound);
  assert.match(faultOf(answered({ system: "be quick" })) ?? "", bound);
  assert.match(faultOf(answered({}, "hallo")) ?? "", bound);
});

test("references, choices, servers and results must have what they speak of", () => {
  const with_ = (change: Partial<StrictBody>): string => faultOf({ ...ASKED, ...change }) ?? "";
  const result = (content: StrictMessage["content"]) => [
    user("hello"),
    { role: "assistant", content: [{ type: "tool_use", id: "t1" }] },
    user([{ type: "tool_result", tool_use_id: "t1", content }]),
  ];
  assert.equal(with_({ messages: result([{ type: "tool_reference", tool_name: LATE.name }]) }), "");
  assert.match(with_({ messages: result([{ type: "tool_reference", tool_name: "Gone" }]) }), /reference Gone/);
  const searched = (tool_name: string) => {
    const found = { type: "tool_search_tool_search_result", tool_references: [{ type: "tool_reference", tool_name }] };
    return [user("hello"), { role: "assistant", content: [{ type: "tool_search_tool_result", content: found }] }];
  };
  assert.equal(with_({ messages: searched(LATE.name) }), "");
  assert.match(with_({ messages: searched("Gone") }), /reference Gone/);
  assert.match(with_({ messages: result(""), tools: [] }), /must not be empty/);
  assert.match(with_({ messages: result("ok"), tools: [] }), /must be given/);
  assert.match(with_({ messages: result("ok").slice(0, 2) }), /do not belong together/);
  assert.match(with_({ tools: [LATE] }), /defer_loading/);
  assert.match(with_({ tools: [BASH, { ...LATE, cache_control: {} }] }), /cache_control/);
  assert.match(with_({ tools: [BASH, BASH] }), /unique/);
  assert.match(with_({ tool_choice: { type: "tool", name: "Read" } }), /Read is not in tools/);
  assert.match(with_({ tools: [], tool_choice: { type: "auto" } }), /together with tools/);
  assert.match(with_({ mcp_servers: [{ name: "crm" }] }), /mcp_toolset/);
  assert.match(with_({ messages: [{ role: "assistant", content: "hi" }] }), /first/);
});
