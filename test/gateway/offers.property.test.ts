/**
 * Conversations of chance against a provider that is as strict as the real one, while the policy changes under them: a
 * client that searches for tools, loads them late, compacts, counts, starts subagents. Nothing that it says is refused
 * upstream for what the gateway did to it; what is not granted is never called; what was said first of a tool stands.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { bindingOf, faultOf, type StrictBody, type StrictMessage, type StrictTool } from "../support/strict.ts";
import { type Chance, chanceOf } from "../wire/chance.ts";
import { message, sendDocument } from "./answers.ts";
import { policyOf, request, startWorld, type World } from "./world.ts";

const BUILT_IN = ["Bash", "ToolSearch", "Read", "Write", "Edit"];
const LATE = ["WebFetch", "Cron", "mcp__crm__list", "mcp__crm__delete", "mcp__github__get_issue", "mcp__github__merge"];
/** What each policy grants besides what is always there; an MCP tool's name as the client spells it. */
const GRANTS = [
  ["Read", "Write", "mcp__crm__list", "mcp__github__get_issue", "WebFetch"],
  ["Read", "mcp__crm__list", "mcp__crm__delete"],
  ["Edit", "Write", "mcp__github__merge", "Cron"],
  [],
  [...BUILT_IN, ...LATE],
];

const grantedBy = (policy: number): ReadonlySet<string> => new Set(["Bash", "ToolSearch", ...GRANTS[policy]!]);

function policyText(policy: number): string {
  const names = [...grantedBy(policy)].map((name) => name.replace(/^mcp__(.+?)__(.+)$/, "client-mcp:$1/$2"));
  return policyOf(`allow models @all\n  allow tools ${names.join(", ")}`);
}

interface Block {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A client, as far as it decides what stands in a request. */
class Client {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #headers: Record<string, string>;
  readonly #more: Record<string, unknown>;
  readonly #loaded: string[] = [];
  readonly #offered: readonly string[];
  #history: StrictMessage[];
  /** What was said first of each tool in this conversation. */
  readonly first: Map<string, boolean>;
  /** Name of the policy in force. */
  readonly #policy: () => number;

  constructor(world: World, chance: Chance, policy: () => number, named: { id: string; how: number; parent?: Client }) {
    this.#world = world;
    this.#chance = chance;
    this.#policy = policy;
    const agent = named.parent === undefined ? {} : { "x-claude-code-agent-id": "agent" };
    this.#headers = named.how === 0 ? { "x-claude-code-session-id": named.id, ...agent } : {};
    const user_id = JSON.stringify({ device_id: "d", session_id: named.id });
    this.#more = named.how === 1 ? { metadata: { user_id } } : {};
    this.first = named.parent?.first ?? new Map();
    this.#offered = named.parent === undefined ? BUILT_IN : BUILT_IN.filter(() => chance.below(2) === 0).concat("Bash");
    this.#history = opening(`${named.id} ${named.parent === undefined ? "main" : `agent ${chance.below(1e6)}`}`);
  }

  get #tools(): StrictTool[] {
    const late = this.#loaded.map((name) => ({ name, defer_loading: true }));
    return [...[...new Set(this.#offered)].map((name) => ({ name })), ...late];
  }

  get #body() {
    const tools = this.#tools;
    return request({ system: "be kind", tools, messages: this.#history, ...this.#more });
  }

  /** Notes what the gateway must say of each tool that is named now, and gives what may be offered. */
  #expected(): { tools: string[]; names: Set<string> } {
    const granted = grantedBy(this.#policy());
    const listed = this.#history.some(({ role }) => role === "system") ? LATE : [];
    const named = [...this.#tools.flatMap(({ name }) => name ?? []), ...listed];
    for (const name of named) if (!this.first.has(name)) this.first.set(name, granted.has(name));
    const tools = this.#tools.flatMap(({ name }) => (this.first.get(name ?? "") === true ? [name ?? ""] : []));
    return { tools, names: new Set([...this.first].filter(([, given]) => given).map(([name]) => name)) };
  }

  async count(): Promise<void> {
    const change = { path: "/anthropic/v1/messages/count_tokens", headers: this.#headers };
    assert.equal((await this.#world.ask(this.#body, change)).status, 200);
  }

  /** One request and what the client does with its answer. `seen` is what the provider got. */
  async turn(seen: StrictBody[]): Promise<void> {
    const { tools, names } = this.#expected();
    const response = await this.#world.ask(this.#body, { headers: this.#headers });
    const answer = (await response.json()) as { content: Block[] };
    assert.equal(response.status, 200, JSON.stringify(answer));
    const sent = seen.at(-1)!;
    assert.deepEqual(
      sent.tools?.map(({ name }) => name),
      tools,
    );
    const outside = [...this.first.keys()].filter((name) => !names.has(name));
    const listing = sent.messages.filter(({ role }) => role === "system").map(({ content }) => String(content));
    for (const name of outside) assert.ok(!listing.some((text) => text.split("\n").includes(name)), name);
    this.#history.push({ role: "assistant", content: answer.content as never });
    const granted = grantedBy(this.#policy());
    const results = answer.content.flatMap((block) => {
      if (block.type !== "tool_use") return [];
      assert.ok(granted.has(String(block.name)), `${block.name} was called and is not granted`);
      return [{ type: "tool_result", tool_use_id: block.id as string, content: this.#result(String(block.name)) }];
    });
    this.#history.push({ role: "user", content: results.length > 0 ? results : "go on" });
  }

  #result(name: string) {
    if (name !== "ToolSearch") return "done";
    const found = LATE.filter(() => this.#chance.below(3) === 0);
    for (const each of found) if (!this.#loaded.includes(each)) this.#loaded.push(each);
    return found.length === 0 ? "nothing" : found.map((tool_name) => ({ type: "tool_reference", tool_name }));
  }

  /** Says more names in the middle of a conversation. */
  announce(): void {
    this.#history.push({ role: "system", content: `The following tools are now there:\n${LATE.slice(2).join("\n")}` });
  }

  compact(): void {
    this.#history = opening(`summary ${this.#chance.below(1e6)}`);
    this.#loaded.length = 0;
  }
}

function opening(words: string): StrictMessage[] {
  return [
    { role: "user", content: words },
    { role: "system", content: `# Place\n\nThese tools can be searched for:\n${LATE.join("\n")}\n\nBe brief.` },
  ];
}

for (const seed of [1, 2, 3, 4, 5, 6]) {
  test(`a strict provider takes every conversation, whatever becomes of the policy (${seed})`, async (t) => {
    const chance = chanceOf(seed);
    const seen: StrictBody[] = [];
    let calls = 0;
    let policy = chance.below(GRANTS.length);
    const world = await startWorld(t, {
      policy: policyText(policy),
      async answer(incoming, response) {
        const body = JSON.parse((await bodyOf(incoming)).toString()) as StrictBody;
        const fault = faultOf(body);
        if (fault !== null) {
          return sendDocument(response, JSON.stringify({ type: "error", error: { message: fault } }), 400);
        }
        if (incoming.url?.includes("count_tokens")) return sendDocument(response, '{"input_tokens":1}');
        seen.push(body);
        const thinking = { type: "thinking", thinking: "hm", signature: bindingOf(body) };
        const names = Array.from({ length: chance.below(3) }, () => chance.pick([...BUILT_IN, ...LATE]));
        const uses = names.map((name) => ({ type: "tool_use", id: `toolu_${calls++}`, name, input: {} }));
        const content = [thinking, { type: "text", text: "well" }, ...uses];
        sendDocument(response, message(content, uses.length > 0 ? "tool_use" : "end_turn"));
      },
    });
    const inForce = () => policy;
    const clients = Array.from(
      { length: 4 },
      (_, index) => new Client(world, chance, inForce, { id: `s${seed}-${index}`, how: index % 3 }),
    );
    for (let step = 0; step < 60; step += 1) {
      const index = chance.below(clients.length);
      const client = clients[index]!;
      switch (chance.below(8)) {
        case 0:
          policy = chance.below(GRANTS.length);
          world.use(policyText(policy));
          break;
        case 1:
          await client.count();
          break;
        case 2:
          if (index % 3 !== 2) client.compact();
          break;
        case 3: {
          if (index % 3 === 2) break;
          const named = { id: `s${seed}-${index}`, how: index % 3, parent: client };
          const agent = new Client(world, chance, inForce, named);
          await agent.turn(seen);
          await agent.turn(seen);
          break;
        }
        case 4:
          client.announce();
          break;
        default:
          await client.turn(seen);
      }
    }
    assert.ok(seen.length > 20);
  });
}
