/**
 * Requests as Claude Code makes them: a long system prompt, a dozen tools with schemas, and a conversation that grew by
 * tool calls, results and signed thoughts. A session sends all that it sent before and one turn more; a first request
 * differs from every other throughout, so that nothing of it can be remembered. The same seed gives the same bodies.
 */

/** A source of numbers in [0, 1) that always gives the same sequence for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const WORDS = (
  "the a of to in is that for function return const await import export interface readonly string number request " +
  "response header token key secret password config error stream buffer parse value index length index.ts README.md " +
  "src/server/handler.ts node_modules package.json => === !== {} [] () // TODO: fix null undefined true false " +
  "@param @returns @acme/design-system git@git.example:acme/app.git dana@acme.example node:test postgres redis " +
  "we should check whether this test still passes after moving it to https://example.com/docs?page=2 and then commit"
).split(" ");
const HEX = "0123456789abcdef";
const TOOLS = "Agent Bash Edit ListAgents Read ReportFindings ScheduleWakeup Skill ToolSearch Workflow Write Glob";

/** One request and the session that sends it. */
export interface Sent {
  readonly session: string;
  readonly body: Buffer;
}

/** So many sessions take turns. */
const SESSIONS = 8;
/** A turn of a session, in bytes; a small request is no turn of anything. */
const TURN = 6_000;

/**
 * The next requests of some sessions in turns, each of about `size` bytes: a session begins with a little less and grows
 * to a little more, turn by turn, and then another takes its place.
 */
export function sessionTraffic(size: number, count: number, random: () => number): Sent[] {
  const sessions: Sent[][] = Array.from({ length: SESSIONS }, () => []);
  return Array.from({ length: count }, (_, at) => {
    const queue = sessions[at % SESSIONS]!;
    if (queue.length === 0) queue.push(...session(size, random));
    return queue.shift()!;
  });
}

/** Requests that nothing came before: each a session of its own. */
export function firstRequests(size: number, count: number, random: () => number): Sent[] {
  return Array.from({ length: count }, () => ({ session: sessionId(random), body: messagesBody(size, random) }));
}

/** All requests of one session. */
function session(size: number, random: () => number): Sent[] {
  const name = sessionId(random);
  const spread = Math.min(size / 4, 6 * TURN);
  if (spread < TURN) return [{ session: name, body: messagesBody(size, random) }];
  const request = JSON.parse(messagesBody(size - spread, random).toString());
  const sent: Sent[] = [];
  for (let turn = 1_000, length = size - spread; length < size + spread; turn += 1, length += TURN) {
    sent.push({ session: name, body: Buffer.from(JSON.stringify(request)) });
    request.messages.push(...toolTurn(turn, TURN, random));
  }
  return sent;
}

function sessionId(random: () => number): string {
  return `00000000-0000-4000-8000-${hex(12, random)}`;
}

/** A Messages body of about `size` bytes. */
export function messagesBody(size: number, random: () => number): Buffer {
  const model = "claude-opus-5-5";
  const fixed = { metadata: { user_id: identity(random) }, max_tokens: 128_000, thinking: { type: "adaptive" } };
  const share = Math.floor(size / 5);
  const system = [
    { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.330.d01; cc_entrypoint=sdk-cli;" },
    { type: "text", text: prose(Math.min(share, 14_000), random), cache_control: { type: "ephemeral" } },
  ];
  // Side calls of the client are small and have few tools or none; only a main turn has them all.
  const offered = TOOLS.split(" ").slice(0, Math.floor(size / 5_000));
  const tools = offered.map((name) => tool(name, Math.min(Math.floor(share / 12), 2_400), random));
  const messages: object[] = [
    { role: "user", content: [{ type: "text", text: prose(Math.min(share, 2_000), random) }] },
  ];
  let missing = size - Buffer.byteLength(JSON.stringify({ model, messages, system, tools, ...fixed }));
  for (let turn = 0; missing > 600; turn += 1) {
    const pair = toolTurn(turn, Math.min(missing - 500, 6_000), random);
    messages.push(...pair);
    missing -= Buffer.byteLength(JSON.stringify(pair)) - 1;
  }
  return Buffer.from(JSON.stringify({ model, messages, system, tools, ...fixed, stream: true }));
}

/** One turn of the model and the answer to its tool call, together about `size` bytes. */
function toolTurn(turn: number, size: number, random: () => number): object[] {
  const id = `toolu_${hex(24, random)}`;
  return [
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: prose(size * 0.1, random), signature: base64(size * 0.1, random) },
        { type: "text", text: prose(size * 0.1, random) },
        { type: "tool_use", id, name: "Read", input: { file_path: `src/part-${turn}.ts`, offset: turn } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: listing(size * 0.6, random) }] },
  ];
}

function tool(name: string, size: number, random: () => number): object {
  const property = (description: number) => ({ type: "string", description: prose(description, random) });
  return {
    name,
    description: prose(size / 2, random),
    input_schema: {
      $schema: "http://json-schema.org/draft-07/schema#",
      type: "object",
      properties: { path: property(size / 4), pattern: property(size / 4) },
      required: ["path"],
      additionalProperties: false,
    },
  };
}

/** Numbered lines of code-like text, with commit ids among them, as a file or a command prints them. */
function listing(size: number, random: () => number): string {
  const lines: string[] = [];
  for (let length = 0; length < size; ) {
    const line = `${lines.length + 1}\t${random() < 0.1 ? `${hex(40, random)} ` : "  "}${prose(60, random)}`;
    lines.push(line);
    length += line.length + 3;
  }
  return lines.join("\n");
}

function prose(size: number, random: () => number): string {
  let text = "";
  while (text.length < size) text += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return text;
}

function hex(length: number, random: () => number): string {
  let text = "";
  while (text.length < length) text += HEX[Math.floor(random() * 16)];
  return text;
}

function base64(size: number, random: () => number): string {
  return Buffer.from(hex(Math.floor(size * 0.75), random)).toString("base64");
}

function identity(random: () => number): string {
  return JSON.stringify({ device_id: hex(64, random), account_uuid: "", session_id: hex(32, random) });
}
