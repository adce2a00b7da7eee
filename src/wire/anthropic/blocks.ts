/**
 * The content blocks of a streamed answer, each by what is done with it. stream.ts hands their events on. A call that is
 * not granted becomes a text block in its place; under guardrails text is held back as far as guard.ts says, and a granted
 * call is held whole, as it is where policy judges it by its input, because a client may run a call that was begun even
 * when the answer ends early. A method that gives a sentence says that a rule ends the answer; then only `say` may follow.
 */

import type { Change } from "../../decision/change.ts";
import { makeEvent } from "../sse.ts";
import type { AnswerRules } from "./answer.ts";
import { type Begun, CALL_MAX, judgeOverlong, judgeStreamed, waits } from "./call.ts";
import { type CallingBlock, isCalling } from "./called.ts";
import { applyChanges, contextOf, hasGuard, judge } from "./guard.ts";
import { looksIntoCalls } from "./inputs.ts";
import { nameOfTool } from "./names.ts";
import type { Outbox } from "./outbox.ts";
import { Signs } from "./signs.ts";
import type { Tally } from "./tally.ts";
import { asRecord, type Fields } from "./usage.ts";

/** `start` of a text block is its first event as long as that waits for text. */
interface TextBlock {
  readonly kind: "text";
  start: Uint8Array | null;
  context: string;
  pending: string;
  /** Of context and pending text; null where nothing is looked for. */
  readonly signs: Signs | null;
  /** Length of the pending text before which it is not looked at again. */
  again: number;
  /** What of it has left, as the model wrote it, and the changes that were made. */
  gone: string;
  readonly changes: Change[];
}

/** `size` is that of its events. */
interface CallBlock extends Begun {
  readonly kind: "call";
  readonly start: Fields;
  readonly events: Uint8Array[];
  size: number;
  input: string;
}

type Block = { readonly kind: "plain" } | { readonly kind: "withheld" } | TextBlock | CallBlock;

/** Held text of which more must have come before it is worth another look. */
const LONG = 2048;

/** Sentence of the rule that ends the answer; null when it goes on. */
export type Stop = string | null;

/** Follows the blocks that are open. */
export class Blocks {
  readonly #rules: AnswerRules;
  readonly #tally: Tally;
  readonly #out: Outbox;
  readonly #open = new Map<number, Block>();
  /** Calls that are open and do not pass by as they come. */
  #caught = 0;
  #lastIndex = -1;
  /** The end of the text block that closed last, when nothing else came since: a value may go on in the next. */
  #before = "";

  constructor(rules: AnswerRules, tally: Tally, out: Outbox) {
    this.#rules = rules;
    this.#tally = tally;
    this.#out = out;
  }

  /** True when deltas have to be looked at. */
  get watched(): boolean {
    return this.#caught > 0 || looksIntoCalls(this.#rules);
  }

  /** Takes a `content_block_start`. */
  open(event: Uint8Array, fields: Fields): Stop {
    const index = indexOf(fields);
    const stop = this.#finishText(index);
    if (stop !== null) return stop;
    this.#forget(index);
    const content = asRecord(fields.content_block) ?? {};
    if (content.type === "text" && looksIntoCalls(this.#rules)) return this.#openText(event, fields, content);
    this.#before = "";
    if (content.type === "thinking" || content.type === "redacted_thinking") this.#tally.thought();
    if (content.type === "tool_use") this.#openCall(event, fields, content);
    else {
      // The provider carries it out by itself: it has happened.
      if (content.type === "server_tool_use" || content.type === "mcp_tool_use") this.#passed(content, null);
      this.#openPlain(index, event);
    }
    return null;
  }

  /** Takes a `content_block_delta`. */
  delta(event: Uint8Array, fields: Fields): Stop {
    const index = indexOf(fields);
    const delta = asRecord(fields.delta) ?? {};
    const block = this.#open.get(index);
    if (block?.kind === "withheld") this.#out.hush();
    else if (block?.kind === "call") this.#hold(index, block, event, delta);
    else if (delta.type === "text_delta" && typeof delta.text === "string" && looksIntoCalls(this.#rules)) {
      return this.#text(event, { ...fields, delta: { ...delta, text: delta.text } });
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
      this.#remember(block);
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
    const number = this.#tally.call(name, content.id);
    const isHeld = waits(this.#rules, name);
    const withheld = this.#rules.withheld(name) ?? (isHeld ? null : this.#rules.count(name));
    if (withheld !== null) {
      this.#tally.withhold(number, withheld);
      this.#open.set(index, { kind: "withheld" });
      this.#caught += 1;
      this.#begin(index, withheld.sentence);
    } else if (isHeld) {
      const { length: size } = event;
      this.#open.set(index, { kind: "call", name, number, start: fields, events: [event], size, input: "" });
      this.#caught += 1;
      this.#tally.waiting(number, true);
    } else {
      this.#passed(content, number);
      this.#openPlain(index, event);
    }
  }

  #passed(content: Fields, number: number | null): void {
    const block = callingBlock(content);
    const observed = block === null ? null : this.#rules.passed(block, idOf(content));
    if (observed !== null && number !== null) this.#tally.observe(number, observed);
  }

  /** Keeps an event of a call that waits; one that grows without end is not waited for. */
  #hold(index: number, block: CallBlock, event: Uint8Array, delta: Fields): void {
    block.events.push(event);
    block.size += event.length;
    if (delta.type === "input_json_delta" && typeof delta.partial_json === "string") block.input += delta.partial_json;
    if (block.size <= CALL_MAX) this.#out.hush();
    else {
      this.#tally.waiting(block.number, false);
      this.#open.set(index, { kind: "withheld" });
      this.#begin(index, judgeOverlong(this.#rules, this.#tally, block).sentence);
    }
  }

  /** The start of a text block waits for its first text, so that a block that is stopped at once leaves no trace. */
  #openText(event: Uint8Array, fields: Fields, content: Fields): Stop {
    const index = indexOf(fields);
    const text = typeof content.text === "string" ? content.text : "";
    const bare = { ...fields, content_block: { ...content, text: "" } };
    const start = text === "" ? event : makeEvent("content_block_start", bare);
    this.#open.set(index, this.#newText(start, this.#before));
    return text === "" ? null : this.#text(null, { ...deltaOf(index), delta: { type: "text_delta", text } });
  }

  /** Takes text of a block; its event goes as it came when just its own text may go. */
  #text(event: Uint8Array | null, fields: Fields & { delta: Fields & { text: string } }): Stop {
    const index = indexOf(fields);
    const { text } = fields.delta;
    const known = this.#open.get(index);
    const block = known?.kind === "text" ? known : this.#newText(null, "");
    this.#open.set(index, block);
    block.pending += text;
    if (block.pending.length < block.again) {
      this.#out.hush();
      return null;
    }
    const { released, stop } = this.#release(block, false);
    if (event !== null && released === text) this.#send(index, event);
    else if (released === "") this.#out.hush();
    else this.#send(index, makeEvent("content_block_delta", { ...fields, delta: { ...fields.delta, text: released } }));
    return stop;
  }

  /** Takes from a block the text that may go out now, with its changes. */
  #release(block: TextBlock, final: boolean): { released: string; stop: Stop } {
    const { context, pending, signs } = block;
    const judgement = hasGuard(this.#rules)
      ? judge(this.#rules, this.#tally, { context, pending, final, signs })
      : { cut: pending.length, changes: [], stop: null };
    const gone = pending.slice(0, judgement.cut);
    if (this.#rules.memory !== null) {
      const before = block.gone.length;
      for (const { start, end, text } of judgement.changes) {
        block.changes.push({ start: before + start, end: before + end, text });
      }
      block.gone += gone;
    }
    block.context = contextOf(context + gone);
    signs?.drop(context.length + gone.length - block.context.length);
    block.pending = judgement.stop === null ? pending.slice(judgement.cut) : "";
    // A long text that is held is not looked through for every letter.
    const held = block.pending.length;
    block.again = held > LONG ? held + held / 8 : 0;
    return { released: applyChanges(pending, judgement), stop: judgement.stop };
  }

  /** Sends what a text block still holds; its start as well, when no text ever came. */
  #finishText(index: number): Stop {
    const block = this.#open.get(index);
    if (block?.kind !== "text") return null;
    const { released, stop } = this.#release(block, true);
    if (released !== "") this.#sendText(index, released);
    return stop;
  }

  /** A call that waited goes out only now: as it came, with its input changed, or not at all. */
  #closeCall(index: number, block: CallBlock): Stop {
    this.#tally.waiting(block.number, false);
    const content = asRecord(block.start.content_block) ?? {};
    const call = { ...block, given: content.input, text: block.input };
    const verdict = judgeStreamed(this.#rules, this.#tally, call);
    switch (verdict.kind) {
      case "stop":
        return verdict.sentence;
      case "replace":
        this.#open.set(index, { kind: "withheld" });
        this.#begin(index, verdict.sentence);
        return null;
      case "pass":
        this.#passed(content, block.number);
        if (verdict.changed === null) for (const event of block.events) this.#send(index, event);
        else this.#sendCall(index, block.start, verdict.changed);
        return null;
      default:
        return verdict satisfies never;
    }
  }

  #sendCall(index: number, start: Fields, { given: input, text }: { given: unknown; text: string }): void {
    const content = { ...asRecord(start.content_block), input };
    this.#send(index, makeEvent("content_block_start", { ...start, content_block: content }));
    if (text === "") return;
    const delta = { type: "input_json_delta", partial_json: text };
    this.#send(index, makeEvent("content_block_delta", { ...deltaOf(index), delta }));
  }

  #newText(start: Uint8Array | null, context: string): TextBlock {
    const signs = hasGuard(this.#rules) ? new Signs(this.#rules.scanner) : null;
    return { kind: "text", start, context, pending: "", signs, again: 0, gone: "", changes: [] };
  }

  #forget(index: number): void {
    const block = this.#open.get(index);
    if (block?.kind === "withheld" || block?.kind === "call") this.#caught -= 1;
    if (block !== undefined) this.#remember(block);
    this.#open.delete(index);
  }

  #remember(block: Block): void {
    if (block.kind !== "text") return;
    this.#before = block.context;
    if (block.gone !== "") this.#rules.memory?.heard(block.gone, block.changes, false);
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

function callingBlock({ type, name, server_name: server }: Fields): CallingBlock | null {
  if (typeof type !== "string" || !isCalling(type) || typeof name !== "string") return null;
  return { type, name, server: typeof server === "string" ? server : null };
}

function idOf({ id }: Fields): string | null {
  return typeof id === "string" ? id : null;
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
