/**
 * A client that holds a conversation as Claude Code does: it sends its whole history each time, with what it was
 * answered, streamed or in one piece. And the provider across from it, which keeps what it was sent and what it said.
 */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { bodyOf } from "../providers/upstream.ts";
import { visibleIn } from "../wire/anthropic/answers.ts";
import { finish, message, START, sendDocument, sendStream, textBlock, toolBlock } from "./answers.ts";
import { request, startWorld, type World } from "./world.ts";

export interface Block {
  readonly type: string;
  readonly [member: string]: unknown;
}

export interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

/** What the provider got in one request. */
export interface Sent {
  readonly raw: string;
  readonly messages: readonly Message[];
  readonly system: unknown;
}

/** Answers a request: the model's blocks. */
export type Model = (sent: Sent) => readonly Block[];

export interface SessionWorld {
  readonly world: World;
  /** Every request as the provider got it, and what the provider answered to it. */
  readonly sent: Sent[];
  readonly said: (readonly Block[])[];
}

/** A world whose provider is played by a model. */
export async function startSessions(t: TestContext, policy: string, model: Model): Promise<SessionWorld> {
  const sent: Sent[] = [];
  const said: (readonly Block[])[] = [];
  const world = await startWorld(t, {
    policy,
    async answer(incoming, response) {
      const raw = (await bodyOf(incoming)).toString();
      const body = JSON.parse(raw);
      const got = { raw, messages: body.messages, system: body.system };
      sent.push(got);
      const blocks = model(got);
      said.push(blocks);
      const reason = blocks.some(({ type }) => type === "tool_use") ? "tool_use" : "end_turn";
      if (body.stream !== true) return sendDocument(response, message([...blocks], reason));
      sendStream(response, START + blocks.map(streamed).join("") + finish(reason));
    },
  });
  return { world, sent, said };
}

/** Text in pieces of a few letters, so that whatever is found was split. */
function streamed(block: Block, index: number): string {
  if (block.type === "text") return textBlock(index, ...(String(block.text).match(/.{1,7}/gs) ?? []));
  return toolBlock(index, String(block.name), block.input);
}

/** One conversation of a client. */
export class Client {
  readonly history: Message[] = [];
  readonly #world: World;
  readonly #session: string;
  readonly #stream: boolean;

  constructor(world: World, session: string, stream: boolean) {
    this.#world = world;
    this.#session = session;
    this.#stream = stream;
  }

  /** Adds what the person or a tool says, sends it all, and adds the answer; gives the status and the answer. */
  async say(content: Message["content"], change: Record<string, unknown> = {}) {
    this.history.push({ role: "user", content });
    const body = request({ messages: this.history, ...change, ...(this.#stream ? { stream: true } : {}) });
    const response = await this.#world.ask(body, { headers: { "x-claude-code-session-id": this.#session } });
    const text = await response.text();
    if (response.status !== 200) return { status: response.status, text, blocks: [] };
    const blocks: readonly Block[] = this.#stream ? visibleIn(text).content : JSON.parse(text).content;
    this.history.push({ role: "assistant", content: blocks });
    return { status: 200, text, blocks };
  }
}

/** A tool's result. */
export function result(content: string, id = "toolu_0"): Block[] {
  return [{ type: "tool_result", tool_use_id: id, content }];
}

/** Every request begins with all that the one before it held, and with the answer to it as the model gave it. */
export function assertSteady(sent: readonly Sent[], said: readonly (readonly Block[])[]): void {
  for (let at = 1; at < sent.length; at += 1) {
    const expected = [...sent[at - 1]!.messages, { role: "assistant", content: said[at - 1] }];
    const ids = (messages: readonly Message[]) => JSON.parse(JSON.stringify(messages).replace(/"id":"[^"]*",/g, ""));
    assert.deepEqual(ids(sent[at]!.messages.slice(0, expected.length)), ids(expected as Message[]), `request ${at}`);
  }
}
