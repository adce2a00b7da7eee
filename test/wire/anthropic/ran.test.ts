/** Calls that a client says it has carried out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessages } from "../../../src/wire/anthropic/read.ts";

const use = (id: string, name: string) => ({ type: "tool_use", id, name, input: {} });
const result = (tool_use_id: string, more: object = {}) => ({
  type: "tool_result",
  tool_use_id,
  content: "x",
  ...more,
});
const user = (...content: object[]) => ({ role: "user", content });
const assistant = (...content: object[]) => ({ role: "assistant", content });
const HELLO = user({ type: "text", text: "hello" });

function ranIn(...messages: object[]) {
  const request = readMessages(Buffer.from(JSON.stringify({ model: "m", max_tokens: 1, messages })));
  assert.ok(request.kind === "messages");
  return request.ran;
}

test("results of the last answer's calls count, of tools of servers and when they did not fail", () => {
  const asked = assistant(
    use("t1", "mcp__crm__list"),
    use("t2", "mcp__crm__get"),
    use("t3", "Bash"),
    use("t4", "mcp__a__b"),
  );
  const ran = ranIn(
    HELLO,
    asked,
    user(result("t1"), result("t2", { is_error: true }), result("t3"), result("t4", { is_error: false })),
  );
  assert.deepEqual(ran, [
    { id: "t1", name: "client-mcp:crm/list" },
    { id: "t4", name: "client-mcp:a/b" },
  ]);
});

test("what was carried out earlier was told earlier", () => {
  const first = [HELLO, assistant(use("t1", "mcp__crm__list")), user(result("t1"))];
  assert.equal(ranIn(...first).length, 1);
  const system = { role: "system", content: "be brief" };
  assert.equal(ranIn(...first, system, user({ type: "text", text: "and?" })).length, 1);
  assert.deepEqual(
    ranIn(...first, assistant({ type: "text", text: "so it is" }), user({ type: "text", text: "and?" })),
    [],
  );
});

test("results without a call, twice, or by odd ids are nobody's", () => {
  const asked = assistant(use("t1", "mcp__crm__list"), use("t 2", "mcp__crm__get"));
  assert.deepEqual(ranIn(HELLO, asked, user(result("t1"), result("t1"), result("t 2"), result("t9"))), [
    { id: "t1", name: "client-mcp:crm/list" },
  ]);
});
