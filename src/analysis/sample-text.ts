/**
 * The text on which patterns are measured: always the same, and made of what conversations of a coding agent hold, so
 * that a pattern's cost is the one that requests will pay. Nothing in it has the form of a credential.
 */

const LINES: readonly string[] = [
  "The failing test is in handler.test.ts; it passes when it runs alone, so something before it leaves state behind.",
  "I will read the module first, then change the parser, and run the whole suite again before I commit anything.",
  "    const response = await fetch(new URL(path, base), { method: 'POST', headers, body: JSON.stringify(order) });",
  "    if (!response.ok) throw new HttpError(response.status, `upstream said no`);",
  "export interface Session { readonly id: string; readonly user: string | null; readonly startedAt: number }",
  '  {"id": #, "name": "order-#", "amount": 12#.50, "currency": "EUR", "tags": ["new", "web"], "paid": false},',
  "2026-05-04T10:#:07.123Z INFO  request finished method=GET path=/v1/orders/# status=200 duration_ms=#",
  "2026-05-04T10:#:08.456Z WARN  retry 2 of 5 for job 7f3c9a#e-52b1-4d0e-9c44-1f0a6b#d8e21: connection reset",
  "import { createServer } from 'node:http'; import type { Socket } from 'node:net';",
  "    at Object.<anonymous> (/app/node_modules/pkg-#/lib/index.js:#:17)",
  "SELECT o.id, o.total, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id > # ORDER BY 1;",
  "password: $DB_PASSWORD   # read from the environment, never written here",
  "commit 9b1f#0c4e7d2a6538f1b09c3d5e7a9b1c3d5e7f9 (HEAD -> main, origin/main)",
  '    "integrity": "sha512-pQ#vXyZk3mNw8rTtUuVvWwXxYyZz00112233445566778899AaBbCcDdEeFfGgHhIiJjKkLlMmNn==",',
  "See https://docs.example.com/guides/setup?page=#&lang=en#install or write to team-#@mail.example for help.",
  "| column # | the quick brown fox jumps over the lazy dog | 10.#.3.4 | 555-01# | yes |",
];

const SIZE = 64 * 1024;

/** The text: its lines in turn, with other numbers each time. */
export function sampleText(): string {
  let text = "";
  for (let turn = 0; text.length < SIZE; turn++) {
    const number = String((turn * 7_919) % 997);
    text += `${LINES[turn % LINES.length]!.replaceAll("#", number)}\n`;
  }
  return text.slice(0, SIZE);
}
