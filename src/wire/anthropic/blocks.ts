/**
 * The content blocks of a streamed answer, each by what is done with it. stream.ts hands their events on. A call that is
 * not granted becomes a text block in its place; under guardrails text is held back as far as guard.ts says, and a granted
 * call is held whole, because a client may run a call that was begun even when the answer ends early. A method that gives
 * a sentence says that a rule ends the answer; then only `say` may follow.
 */
import { makeEvent } from "../sse.ts";
import type { AnswerRules } from "./answer.ts";
import { applyChanges, contextOf, type GuardRules, hasGuard, judge, judgeInput } from "./guard.ts";
import { nameOfTool } from "./names.ts";
import type { Outbox } from "./outbox.ts";
import type { Tally } from "./tally.ts";
import { asRecord, type Fields } from "./usage.ts";

/** `start` of a text block is its first event as long as that waits for text. */
interface TextBlock {
  readonly kind: "text";
  start: Uint8Array | null;
  context: string;
  pending: string;
}

interface CallBlock {
  readonly kind: "call";
  readonly start: Fields;
  readonly events: Uint8Array[];
  input: string;
}

type Block = { readonly kind: "plain" } | { readonly kind: "withheld" } | TextBlock | CallBlock;

/** Sentence of the rule that ends the answer; null when it goes on. */
export type Stop = string | null;

/** Follows the blocks that are open. */
export class Blocks {
  readonly #rules: AnswerRules;
  readonly #tally: Tally;
  readonly #out: Outbox;
  readonly #open = new Map<number, Block>();
  #withheld = 0;
  #lastIndex = -1;

  constructor(rules: AnswerRules, tally: Tally, out: Outbox) {
    this.#rules = rules;
    this.#tally = tally;
    this.#out = out;
  }

  /** True when deltas have to be looked at. */
  get watched(): boolean {
    return this.#withheld > 0 || this.#rules.scanner !== null;
  }

  /** Takes a `content_block_start`. */
  open(event: Uint8Array, fields: Fields): Stop {
    const index = indexOf(fields);
    const stop = this.#finishText(index);
    if (stop !== null) return stop;
    this.#forget(index);
    const content = asRecord(fields.content_block) ?? {};
    if (content.type === "tool_use") this.#openCall(event, fields, content);
    else if (content.type === "text" && hasGuard(this.#rules)) return this.#openText(event, fields, content);
    else this.#openPlain(index, event);
    return null;
  }

  /** Takes a `content_block_delta`. */
  delta(event: Uint8Array, fields: Fields): Stop {
    const index = indexOf(fields);
    const delta = asRecord(fields.delta) ?? {};
    const block = this.#open.get(index);
    if (block?.kind === "withheld") this.#out.hush();
    else if (block?.kind === "call") {
      block.events.push(event);
      if (delta.type === "input_json_delta" && typeof delta.partial_json === "string")
        block.input += delta.partial_json;
      this.#out.hush();
    } else if (delta.type === "text_delta" && typeof delta.text === "string" && hasGuard(this.#rules)) {
      return this.#text(this.#rules, event, { ...fields, delta: { ...delta, text: delta.text } });
    } else this.#send(index, event);
    return null;
  }

  /** Takes a `content_block_stop`. */
  close(event: Uint8Array, fields: Fields): Stop {
    const index = indexOf(fields);
    const block = this.#open.get(index);
    const stop = block?.kind === "call" ? this.#closeCall(index, block) : this.#finishText(index);
    if (stop !== null) return stop;
    this.#send(index, event);
    this.#forget(index);
    return null;
  }

  /** Sends all text that is still held. */
  flush(): Stop {
    for (const index of this.#open.keys()) {
      const stop = this.#finishText(index);
      if (stop !== null) return stop;
    }
    return null;
  }

  /** Closes what the caller has seen opened, and says a sentence in a block of its own. */
  say(sentence: string): void {
    for (const [index, block] of this.#open) {
      const unseen = block.kind === "call" || (block.kind === "text" && block.start !== null);
      if (!unseen) this.#send(index, stopOf(index));
    }
    this.#open.clear();
    const index = this.#lastIndex + 1;
    this.#begin(index, sentence);
    this.#send(index, stopOf(index));
  }

  #openPlain(index: number, event: Uint8Array): void {
    this.#open.set(index, { kind: "plain" });
    this.#send(index, event);
  }

  #openCall(event: Uint8Array, fields: Fields, content: Fields): void {
    const index = indexOf(fields);
    const name = nameOfTool(typeof content.name === "string" ? content.name : "");
    const granted = this.#rules.granted(name);
    this.#tally.call(name, granted, content.id);
    if (!granted) {
      this.#open.set(index, { kind: "withheld" });
      this.#withheld += 1;
      this.#begin(index, this.#rules.withheld(name));
    } else if (hasGuard(this.#rules)) {
      this.#open.set(index, { kind: "call", start: fields, events: [event], input: "" });
    } else this.#openPlain(index, event);
  }

  /** The start of a text block waits for its first text, so that a block that is stopped at once leaves no trace. */
  #openText(event: Uint8Array, fields: Fields, content: Fields): Stop {
    const index = indexOf(fields);
    const text = typeof content.text === "string" ? content.text : "";
    const bare = { ...fields, content_block: { ...content, text: "" } };
    const start = text === "" ? event : makeEvent("content_block_start", bare);
    this.#open.set(index, { kind: "text", start, context: "", pending: "" });
    if (text === "" || !hasGuard(this.#rules)) return null;
    return this.#text(this.#rules, null, { ...deltaOf(index), delta: { type: "text_delta", text } });
  }

  /** Takes text of a block; its event goes as it came when just its own text may go. */
  #text(rules: GuardRules, event: Uint8Array | null, fields: Fields & { delta: Fields & { text: string } }): Stop {
    const index = indexOf(fields);
    const { text } = fields.delta;
    const known = this.#open.get(index);
    const block: TextBlock = known?.kind === "text" ? known : { kind: "text", start: null, context: "", pending: "" };
    this.#open.set(index, block);
    block.pending += text;
    const { released, stop } = this.#release(rules, block, false);
    if (event !== null && released === text) this.#send(index, event);
    else if (released === "") this.#out.hush();
    else this.#send(index, makeEvent("content_block_delta", { ...fields, delta: { ...fields.delta, text: released } }));
    return stop;
  }

  /** Takes from a block the text that may go out now, with its changes. */
  #release(rules: GuardRules, block: TextBlock, final: boolean): { released: string; stop: Stop } {
    const { context, pending } = block;
    const judgement = judge(rules, this.#tally, { context, pending, final });
    block.context = contextOf(context + pending.slice(0, judgement.cut));
    block.pending = judgement.stop === null ? pending.slice(judgement.cut) : "";
    return { released: applyChanges(pending, judgement), stop: judgement.stop };
  }

  /** Sends what a text block still holds; its start as well, when no text ever came. */
  #finishText(index: number): Stop {
    const block = this.#open.get(index);
    if (block?.kind !== "text" || !hasGuard(this.#rules)) return null;
    const { released, stop } = this.#release(this.#rules, block, true);
    if (released !== "") this.#sendText(index, released);
    return stop;
  }

  /** A call under guardrails goes out only now, as it came or with its input changed. */
  #closeCall(index: number, block: CallBlock): Stop {
    if (!hasGuard(this.#rules)) return null;
    const content = asRecord(block.start.content_block) ?? {};
    const given = JSON.stringify(content.input ?? {});
    const first = judgeInput(this.#rules, this.#tally, given);
    if ("stop" in first) return first.stop;
    const rest = block.input === "" ? { text: "" } : judgeInput(this.#rules, this.#tally, block.input);
    if ("stop" in rest) return rest.stop;
    if (first.text === given && rest.text === block.input) {
      for (const event of block.events) this.#send(index, event);
      return null;
    }
    const input: unknown = JSON.parse(first.text);
    this.#send(index, makeEvent("content_block_start", { ...block.start, content_block: { ...content, input } }));
    const delta = { type: "input_json_delta", partial_json: rest.text };
    if (rest.text !== "") this.#send(index, makeEvent("content_block_delta", { ...deltaOf(index), delta }));
    return null;
  }

  #forget(index: number): void {
    if (this.#open.get(index)?.kind === "withheld") this.#withheld -= 1;
    this.#open.delete(index);
  }

  /** Begins a text block with this text. */
  #begin(index: number, text: string): void {
    const content_block = { type: "text", text: "" };
    this.#send(index, makeEvent("content_block_start", { type: "content_block_start", index, content_block }));
    this.#sendText(index, text);
  }

  #sendText(index: number, text: string): void {
    this.#send(index, makeEvent("content_block_delta", { ...deltaOf(index), delta: { type: "text_delta", text } }));
  }

  /** Sends an event of a block, its start first where that still waits. */
  #send(index: number, event: Uint8Array): void {
    const block = this.#open.get(index);
    if (block?.kind === "text" && block.start !== null) {
      this.#out.send(block.start);
      block.start = null;
    }
    this.#lastIndex = Math.max(this.#lastIndex, index);
    this.#out.send(event);
  }
}

function indexOf(fields: Fields): number {
  return typeof fields.index === "number" ? fields.index : -1;
}

function deltaOf(index: number): Fields {
  return { type: "content_block_delta", index };
}

function stopOf(index: number): Uint8Array {
  return makeEvent("content_block_stop", { type: "content_block_stop", index });
}
