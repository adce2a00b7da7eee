/**
 * A streamed answer on its way back. Events that no rule touches leave as views of the bytes that came; blocks.ts decides
 * about content. A rule that ends the answer ends it properly; an answer that breaks off never looks complete. document.ts
 * does the same to the answer that comes in one piece.
 */
import { eventData, makeEvent, SseError, SseFramer } from "../sse.ts";
import type { AnswerReport, AnswerRules, StreamWatcher } from "./answer.ts";
import { Blocks, type Stop } from "./blocks.ts";
import { type Delta, fieldsOf, isBareDelta, looksLikeDelta, readDelta } from "./delta.ts";
import { asOne, Outbox } from "./outbox.ts";
import { Tally } from "./tally.ts";
import { asRecord, type Fields, readUsage } from "./usage.ts";

const END_OF_EVENT = Buffer.from("\n\n");
/** Bytes of a delta event around its text. */
const DELTA_FRAME = 110;
const BYTES_PER_TOKEN = 4;
/** Units of text that are looked at together, if more than one delta of it is there. */
const RUN_MAX = 4096;

/** Watches one streamed answer. */
export function watchStream(rules: AnswerRules): StreamWatcher {
  return new Watcher(rules);
}

/** Deltas of text that came one behind the other. */
interface Run {
  events: Uint8Array;
  readonly index: number;
  text: string;
}

class Watcher implements StreamWatcher {
  readonly #framer = new SseFramer();
  readonly #out = new Outbox();
  readonly #tally = new Tally();
  readonly #blocks: Blocks;
  /** What came of a text in this chunk and was not looked at yet; null for nothing. */
  #run: Run | null = null;
  #started = false;
  #ended = false;
  #counted = false;
  #deltas = 0;
  #deltaBytes = 0;

  constructor(rules: AnswerRules) {
    this.#blocks = new Blocks(rules, this.#tally, this.#out);
  }

  get atBoundary(): boolean {
    return !this.#ended;
  }

  get over(): boolean {
    return this.#ended;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    if (this.#ended) return [];
    this.#guarded(() => {
      for (const event of this.#framer.push(chunk)) this.#event(event);
      this.#endRun();
    });
    return this.#out.take();
  }

  end(fault: string | null): readonly Uint8Array[] {
    const rest = this.#framer.rest();
    this.#guarded(() => {
      // A last event without its empty line still counts when all of its data came.
      if (parse(eventData(rest)) !== null) this.#event(Buffer.concat([rest, END_OF_EVENT]));
      this.#endRun();
    });
    if (!this.#ended) this.#settle(this.#blocks.flush());
    if (!this.#ended) this.#fail(fault ?? "the answer from upstream ended too early");
    return this.#out.take();
  }

  report(): AnswerReport {
    const report = this.#tally.report();
    if (this.#counted || report.usage === null) return report;
    return { ...report, usage: { ...report.usage, output: Math.max(report.usage.output, this.#estimate()) } };
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof SseError)) throw error;
      this.#fail(`the answer from upstream has ${error.message}`);
    }
  }

  /** Output tokens of an answer whose count never came, from its size. */
  #estimate(): number {
    return Math.ceil(Math.max(0, this.#deltaBytes - this.#deltas * DELTA_FRAME) / BYTES_PER_TOKEN);
  }

  #event(event: Uint8Array): void {
    if (this.#ended) return;
    const isDelta = looksLikeDelta(event);
    if (isDelta) {
      this.#deltas += 1;
      this.#deltaBytes += event.length;
    }
    const isPlain = isDelta && !this.#blocks.watched && isBareDelta(event);
    const delta = isDelta && !isPlain ? readDelta(event) : null;
    if (delta?.type === "text_delta") {
      this.#extend(event, delta);
      return;
    }
    this.#endRun();
    if (this.#ended) return;
    const fields = isPlain ? null : delta === null ? parse(eventData(event)) : fieldsOf(delta);
    if (fields === null) this.#out.send(event);
    else this.#settle(this.#message(event, fields));
  }

  /** Text that comes in many small pieces at once is looked at in one. */
  #extend(events: Uint8Array, { index, text }: Delta): void {
    const run = this.#run;
    if (run?.index === index && run.text.length < RUN_MAX) {
      run.events = asOne(run.events, events) ?? Buffer.concat([run.events, events]);
      run.text += text;
    } else {
      this.#endRun();
      this.#run = { events, index, text };
    }
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = null;
    if (run === null || this.#ended) return;
    const { events, index, text } = run;
    this.#settle(this.#blocks.delta(events, fieldsOf({ index, type: "text_delta", member: "text", text })));
  }

  #message(event: Uint8Array, fields: Fields): Stop {
    switch (fields.type) {
      case "content_block_start":
        return this.#blocks.open(event, fields);
      case "content_block_delta":
        return this.#blocks.delta(event, fields);
      case "content_block_stop":
        return this.#blocks.close(event, fields);
      case "message_start":
        this.#start(event, asRecord(fields.message) ?? {});
        return null;
      case "message_delta":
        return this.#blocks.flush() ?? this.#messageDelta(event, fields);
      case "message_stop":
        return this.#blocks.flush() ?? this.#messageStop(event);
      case "error":
        this.#last(event);
        return null;
      default:
        this.#out.send(event);
        return null;
    }
  }

  #start(event: Uint8Array, message: Fields): void {
    const filled = Array.isArray(message.content) && message.content.length > 0;
    if (this.#started) this.#fail("the answer from upstream began twice");
    else if (filled) this.#fail("the answer from upstream has content before its first block");
    else this.#out.send(event);
    this.#started = true;
    this.#tally.usage = readUsage(this.#tally.usage, message.usage);
  }

  #messageDelta(event: Uint8Array, fields: Fields): null {
    this.#tally.usage = readUsage(this.#tally.usage, fields.usage);
    this.#counted ||= asRecord(fields.usage) !== null;
    const delta = asRecord(fields.delta);
    const mended = { ...fields, delta: { ...delta, stop_reason: "end_turn" } };
    const waits = delta?.stop_reason === "tool_use" && this.#tally.lostEveryCall;
    this.#out.send(waits ? makeEvent("message_delta", mended) : event);
    return null;
  }

  #messageStop(event: Uint8Array): null {
    this.#tally.complete = true;
    this.#last(event);
    return null;
  }

  /** Ends the answer when a rule says so: a block of its own says why, and the message ends as usual. */
  #settle(stop: Stop): void {
    if (stop === null) return;
    this.#blocks.say(stop);
    const usage = { output_tokens: this.report().usage?.output ?? 0 };
    const delta = { stop_reason: "end_turn", stop_sequence: null };
    this.#out.send(makeEvent("message_delta", { type: "message_delta", delta, usage }));
    this.#tally.stopped = true;
    this.#last(makeEvent("message_stop", { type: "message_stop" }));
  }

  #fail(message: string): void {
    this.#last(makeEvent("error", { type: "error", error: { type: "api_error", message } }));
  }

  #last(event: Uint8Array): void {
    this.#out.send(event);
    this.#ended = true;
  }
}

function parse(data: Uint8Array | null): Fields | null {
  if (data === null) return null;
  try {
    return asRecord(JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()));
  } catch {
    // Not JSON: no client can read it either, so it passes as it came.
    return null;
  }
}
