/** The list of models. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { modelsBody } from "../../../src/wire/anthropic/models.ts";

const listOf = (...models: string[]) => JSON.parse(Buffer.from(modelsBody(models)).toString());

test("models in order, on one page", () => {
  const { data, ...page } = listOf("claude-a", "claude-b");
  assert.deepEqual(page, { has_more: false, first_id: "claude-a", last_id: "claude-b" });
  const model = { type: "model", id: "claude-a", display_name: "claude-a", created_at: "1970-01-01T00:00:00Z" };
  assert.deepEqual(data[0], model);
  assert.deepEqual(listOf(), { data: [], has_more: false, first_id: null, last_id: null });
});
