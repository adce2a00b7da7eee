/** What a test of a policy says of a result is what the gateway makes of it. */
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { playResult } from "../../../src/analysis/send-result.ts";
import { heldResult } from "../../../src/decision/held-result.ts";
import type { Principal } from "../../../src/decision/principal.ts";
import { Secrets } from "../../../src/decision/secrets.ts";
import { SearchNotes } from "../../../src/gateway/mcp/search-notes.ts";
import { Sieve } from "../../../src/gateway/mcp/sieve.ts";
import { tableOf } from "../../decision/models.ts";
import { modelOf, shippedPacks } from "../../model/policies.ts";

const POLICY = `language 1

use secrets from builtin

mcp files {
  command "server"
}

pattern employee-id {
  match /\\bEMP-(\\d{6})\\b/
}

pattern order {
  match /\\bEMP-\\d{6}\\/\\d{4}\\b/
}

org acme {
  results mcp:files/* redact employee-id, @secrets flag order
}

team eng {
  allow tools mcp:files/*
  results mcp:files/read redact order
}
`;

const TEXTS = [
  "nothing",
  "EMP-447021",
  "447021, EMP-447021, 447021",
  "EMP-447021/2026 and EMP-447021",
  'password = "correct horse battery" \\n "correct horse battery"',
  'line\nEMP-447021\t"EMP-447022" \u{1f600} EMP-447021',
  '{"id": "EMP-447021", "again": "447021"}',
];
const NOW = Date.UTC(2026, 0, 5);

const key = randomBytes(32);
const hmac = (text: string) => createHmac("sha256", key).update(text).digest("hex");

test("a test finds what the gateway finds, and expects the text that it lets through", async () => {
  const table = tableOf(modelOf([{ path: "acme.policy", text: POLICY }], shippedPacks()));
  const node = table.nodes.findIndex(({ name }) => name === "eng");
  const { origin } = table.nodes[node]!;
  const principal: Principal = { key: { name: "k", node, owner: null, expires: null, origin }, node };
  let changes = 0;
  for (const tool of ["mcp:files/read", "mcp:files/list"]) {
    const lines = heldResult(table, principal, tool, NOW)?.searches ?? assert.fail(tool);
    for (const text of TEXTS) {
      const notes = new SearchNotes();
      const sieve = new Sieve(table, lines, { notes, secrets: new Secrets(hmac), rest: () => null });
      const message = { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text }] } };
      const sifted = await sieve.sift(Buffer.from(JSON.stringify(message)));
      const out = sifted.kind === "changed" ? JSON.parse(Buffer.from(sifted.bytes).toString()) : message;
      const words = String(out.result.content[0].text).replace(/(\[\[secret:[^:]+:)[a-z2-7]{10}\]\]/g, "$1*]]");
      const back = playResult(table, principal, { tool, result: { kind: "text", text } }, NOW);
      assert.ok(back.kind === "through");
      assert.equal(back.text, words, `${tool}: ${text}`);
      const found = (notes.search?.found ?? []).map(({ rule, pattern, done }) => `${done} ${pattern} ${rule}`);
      const played = back.finds.map(({ deed, pattern, origin: { place } }) => `${deed} ${pattern} ${place}`);
      assert.deepEqual([...new Set(played)].sort(), [...new Set(found)].sort(), `${tool}: ${text}`);
      if (sifted.kind === "changed") changes += 1;
    }
  }
  assert.ok(changes > 6, String(changes));
});
