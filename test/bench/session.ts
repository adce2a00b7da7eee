/**
 * What guardrails with the whole pack of secrets cost a conversation: each turn of one that grows by 6 KB at a time, a
 * large one that comes back cold, and how much of an answer is held back while it is written.
 */
import { createHmac } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { compile } from "../../src/decision/compile.ts";
import { createGrowth } from "../../src/decision/growing.ts";
import { changesOf } from "../../src/decision/marks.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import { inTurns } from "../../src/decision/steps.ts";
import type { Table } from "../../src/decision/table.ts";
import { Conversation } from "../../src/gateway/conversation.ts";
import { Guards, guardsOf } from "../../src/gateway/guards.ts";
import { textsOf } from "../../src/gateway/messages.ts";
import type { Texts } from "../../src/gateway/plane.ts";
import { searching } from "../../src/gateway/search.ts";
import { takingTurns } from "../../src/gateway/turns.ts";
import { parse } from "../../src/language/parse.ts";
import { resolve } from "../../src/model/resolve.ts";
import { readBuiltins } from "../../src/revision/packs.ts";
import { judge } from "../../src/wire/anthropic/guard.ts";
import { readMessages } from "../../src/wire/anthropic/read.ts";
import { Tally } from "../../src/wire/anthropic/tally.ts";
import { rulesOf } from "../wire/anthropic/answers.ts";
import { render, type Section } from "./report.ts";
import { quantile } from "./statistics.ts";
import { messagesBody, seeded } from "./traffic.ts";

export interface SessionReport {
  /** Milliseconds for each turn beyond 500 KB: to read the body, and what guardrails add; and the latter without a memory. */
  readonly readMs: readonly number[];
  readonly turnMs: readonly number[];
  readonly wholeMs: readonly number[];
  readonly turns: number;
  /** Milliseconds for a conversation of 1 MB that nothing is known of: in all, and at one stretch. */
  readonly coldMs: readonly number[];
  readonly stretchMs: readonly number[];
  /** The same of a single tool result of 2 MB. */
  readonly largeMs: readonly number[];
  readonly largeStretchMs: readonly number[];
  /** Mean number of letters held back while an answer is written. */
  readonly held: number;
}

const POLICY = `language 1
use secrets from builtin
org acme {
  guard secrets
}
guardrail secrets {
  on request, response
  match @secrets
  action redact restore tool-input
}
`;
const STEP = 6_000;
const LARGE = 500_000;
const MB = 1 << 20;
const ROUNDS = 3;
/** Bodies of which nothing is known. */
const COLD = 15;

/** Measures a session from its first turn to 620 KB, a cold one of 1 MB, and an answer. */
export async function benchSession(): Promise<SessionReport> {
  const table = await tableOf();
  const guards = guardsOf(table, [0]);
  const readMs: number[] = [];
  const turnMs: number[] = [];
  const wholeMs: number[] = [];
  let turns = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const conversation = conversationOf();
    for (const body of bodies(620_000, round)) {
      const begun = performance.now();
      const request = readMessages(body);
      const read = performance.now();
      await guarded(guards, request, conversation);
      const ended = performance.now();
      turns += 1;
      if (body.length < LARGE) continue;
      readMs.push(read - begun);
      turnMs.push(ended - read);
      // Guardrails of their own have found nothing yet.
      const fresh = new Guards(table, [0]);
      const alone = performance.now();
      await guarded(fresh, request, conversationOf());
      wholeMs.push(performance.now() - alone);
    }
  }
  const cold = await benchCold(table, (round) => messagesBody(MB, seeded(9_000 + round)));
  const large = await benchCold(table, largeResult);
  const [coldMs, stretchMs, largeMs, largeStretchMs] = [cold.allMs, cold.stretchMs, large.allMs, large.stretchMs];
  return { readMs, turnMs, wholeMs, turns, coldMs, stretchMs, largeMs, largeStretchMs, held: heldBack(table) };
}

/** A request whose last message is one result of 2 MB, with a secret at its end. */
function largeResult(round: number): Uint8Array {
  const request = JSON.parse(Buffer.from(messagesBody(MB, seeded(9_500 + round))).toString());
  const lines = JSON.stringify(request.messages).match(/.{1,90}/gs) ?? [];
  const content = `${[...lines, ...lines].join("\n").slice(0, 2 * MB - 100)}\nAWS_ACCESS_KEY_ID=AKIAZ7Q3J5KX2LM4N${round}PR\n`;
  const result = { type: "tool_result", tool_use_id: "toolu_1", content };
  return Buffer.from(JSON.stringify({ ...request, messages: [{ role: "user", content: [result] }] }));
}

async function benchCold(
  table: Table,
  bodyOf: (round: number) => Uint8Array,
): Promise<{ readonly allMs: readonly number[]; readonly stretchMs: readonly number[] }> {
  const all: number[] = [];
  const stretches: number[] = [];
  // What making them leaves behind would have to be cleared away while one is measured.
  const bodies = Array.from({ length: COLD }, (_, round) => bodyOf(round));
  for (const body of bodies) {
    const request = readMessages(body);
    // Those of a policy are made once; these have seen nothing yet.
    const guards = new Guards(table, [0]);
    let since = performance.now();
    const begun = since;
    let longest = 0;
    const turn = takingTurns(() => performance.now());
    const rest = () => {
      const pause = turn();
      if (pause === null) return null;
      longest = Math.max(longest, performance.now() - since);
      return pause.then(() => {
        since = performance.now();
      });
    };
    await guarded(guards, request, conversationOf(), rest);
    all.push(performance.now() - begun);
    stretches.push(Math.max(longest, performance.now() - since));
    await setImmediate();
  }
  return { allMs: all, stretchMs: stretches };
}

function conversationOf(): Conversation {
  return new Conversation((value) => createHmac("sha256", "bench").update(value).digest("hex"));
}

async function guarded(
  guards: Guards,
  request: ReturnType<typeof readMessages>,
  conversation: Conversation,
  rest: () => Promise<void> | null = () => null,
): Promise<number> {
  if (request.kind !== "messages") throw new Error(request.message);
  const texts = textsOf(request);
  return inTurns(editing(texts, guards, conversation), rest);
}

function* editing(texts: Texts, guards: Guards, conversation: Conversation): Generator<void, number> {
  const { marks } = yield* searching(texts, guards, conversation);
  let edits = 0;
  for (const [index, of] of marks.entries()) {
    if (of.length > 0) edits += (yield* texts.editing(texts.spans[index]!, changesOf(of))).length;
  }
  return edits;
}

/** The bodies of one session, each the one before it and a turn; the cache mark moves on to the last block. */
function* bodies(size: number, seed: number): Generator<Buffer> {
  const random = seeded(seed);
  const { messages, system, tools, ...fixed } = JSON.parse(messagesBody(60_000, random).toString());
  while (true) {
    const last = messages.at(-1);
    const marked = {
      ...last,
      content: last.content.map((block: object) => ({ ...block, cache_control: { type: "ephemeral" } })),
    };
    const body = Buffer.from(JSON.stringify({ ...fixed, messages: [...messages.slice(0, -1), marked], system, tools }));
    if (body.length > size) return;
    yield body;
    const grown = JSON.parse(messagesBody(STEP + 2_500, random).toString()).messages;
    messages.push(...grown.slice(1));
  }
}

/** Letters that wait at each moment of an answer of prose and code, in pieces as models write them. */
function heldBack(table: Table): number {
  const rules = rulesOf({
    scanner: createScanner(table, [0], "response"),
    growth: createGrowth(table, [0], "response"),
  });
  if (rules.scanner === null) throw new Error("the pack looks for nothing");
  const random = seeded(31);
  const text = CODE.repeat(6) + JSON.parse(messagesBody(40_000, random).toString()).messages[0].content[0].text;
  let context = "";
  let pending = "";
  let held = 0;
  let pieces = 0;
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() * 8);
    pending += text.slice(at, at + size);
    at += size;
    const { cut } = judge({ ...rules, scanner: rules.scanner }, new Tally(), {
      context,
      pending,
      final: false,
      signs: null,
    });
    context = (context + pending.slice(0, cut)).slice(-256);
    pending = pending.slice(cut);
    held += pending.length;
    pieces += 1;
  }
  return held / pieces;
}

const CODE = `Here is how the token is read, and what happens when the password is wrong:

\`\`\`ts
export async function login(request: Request, { users, secrets }: World): Promise<Session | Refusal> {
  const { name, password } = await request.json();
  const key = await secrets.get("signing-key", { version: 3 });
  if (!(await users.verify(name, password))) return refuse("wrong password", 401);
  return sign({ user: name, expires: Date.now() + 60 * 60 * 1000 }, key);
}
\`\`\`

The api_key of the service stands in \`config/production.yml\`; run \`npm test -- --watch\` to see that it is found.

`;

async function tableOf(): Promise<Table> {
  const pack = (await readBuiltins()).get("secrets");
  if (pack === undefined) throw new Error("there is no pack of secrets");
  const { model } = resolve(
    [parse({ path: "bench.policy", text: POLICY }).tree],
    new Map([["secrets", parse(pack).tree]]),
  );
  const { table } = compile(model!, { id: "bench", content: "", commit: null });
  return table!;
}

/** The report as a table. */
export function sessionSection(report: SessionReport): Section {
  const row = (name: string, times: readonly number[]): string[] => [
    name,
    ...[0.5, 0.99].map((share) => ms(quantile(times, share))),
  ];
  return {
    title: "Guardrails with the pack of secrets, in a conversation",
    columns: ["", "p50", "p99"],
    rows: [
      row("reading the body, 500 to 620 KB", report.readMs),
      row("guardrails, 6 KB of it new", report.turnMs),
      row("guardrails, all of it new", report.wholeMs),
      row("1 MB that nothing is known of", report.coldMs),
      row("  of that at one stretch", report.stretchMs),
      row("a result of 2 MB that nothing is known of", report.largeMs),
      row("  of that at one stretch", report.largeStretchMs),
      ["letters held back in a stream (mean)", report.held.toFixed(1), ""],
    ],
    notes: [
      `${report.turns} turns of ${ROUNDS} sessions that grow by 6 KB a turn, their cache mark moving. Only turns beyond 500 KB count.`,
    ],
  };
}

function ms(value: number): string {
  return `${value.toFixed(2)} ms`;
}

if (import.meta.main) process.stdout.write(`${render(sessionSection(await benchSession()))}\n`);
