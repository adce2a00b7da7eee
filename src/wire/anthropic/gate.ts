/**
 * Holds the blocks of a streamed answer until somebody else has judged them. It stands behind stream.ts, so that what it
 * holds is what the client would get. From the first block that waits on everything waits, in its order; blocks that come
 * meanwhile are asked about as soon as they are whole. A block that is rejected ends the answer, and nothing of it was seen.
 */
import { eventData, makeEvent, SseFramer } from "../sse.ts";
import type { AnswerReport, StreamWatcher } from "./answer.ts";
import { type BlockQuestion, callIn, type DroppedCall, type Jury, wordsOf } from "./jury.ts";
import { asRecord, type Fields } from "./usage.ts";

/** A watcher whose answer somebody else judges. */
export interface Gate extends StreamWatcher {
  /** Blocks that are whole since the last call. */
  questions(): readonly BlockQuestion[];
  /** Takes a verdict: the sentence that ends the answer in the block's place, or null; gives bytes to send now. */
  judged(question: number, stop: string | null): readonly Uint8Array[];
  /** Calls that never reached the client, because the answer ended before them. */
  readonly dropped: readonly DroppedCall[];
}

/** A block that is coming in. */
interface Coming {
  readonly question: number;
  readonly start: Fields;
  /** Its text, or the input of its call. */
  text: string;
}

/** What waits for one verdict: the block and all behind it, up to the next that waits. */
interface Stretch {
  /** null for what waits for nobody. */
  readonly question: number | null;
  readonly events: Uint8Array[];
  readonly calls: DroppedCall[];
  /** What the client has seen when everything before has gone out. */
  readonly before: Shown;
}

interface Shown {
  readonly open: readonly number[];
  readonly last: number;
}

/** Puts a gate behind a watcher. */
export function gated(inner: StreamWatcher, jury: Jury): Gate {
  return new BlockGate(inner, jury);
}

class BlockGate implements Gate {
  dropped: readonly DroppedCall[] = [];
  readonly #inner: StreamWatcher;
  readonly #jury: Jury;
  readonly #framer = new SseFramer();
  readonly #coming = new Map<number, Coming>();
  readonly #open = new Set<number>();
  #last = -1;
  #count = 0;
  #asked: BlockQuestion[] = [];
  #held: Stretch[] = [];
  readonly #passed = new Set<number>();
  #stopped = false;

  constructor(inner: StreamWatcher, jury: Jury) {
    this.#inner = inner;
    this.#jury = jury;
  }

  get atBoundary(): boolean {
    return this.#stopped ? this.#held.length > 0 : this.#inner.atBoundary || this.#held.length > 0;
  }

  get over(): boolean {
    return this.#stopped || this.#inner.over;
  }

  push(chunk: Uint8Array): readonly Uint8Array[] {
    return this.#stopped ? [] : this.#through(this.#inner.push(chunk));
  }

  end(fault: string | null): readonly Uint8Array[] {
    if (this.#stopped) return [];
    const ready = this.#through(this.#inner.end(fault));
    // What broke off in the middle is judged as far as it came.
    for (const [index, coming] of this.#coming) this.#ask(index, coming);
    return [...ready, ...this.#release()];
  }

  questions(): readonly BlockQuestion[] {
    const asked = this.#asked;
    this.#asked = [];
    return asked;
  }

  judged(question: number, stop: string | null): readonly Uint8Array[] {
    const at = this.#held.findIndex((stretch) => stretch.question === question);
    if (stop !== null && at >= 0) this.#stop(at, stop);
    this.#passed.add(question);
    return this.#release();
  }

  report(): AnswerReport {
    const report = this.#inner.report();
    return this.#stopped ? { ...report, complete: false, stopped: true } : report;
  }

  #through(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    const ready: Uint8Array[] = [];
    for (const piece of pieces) {
      for (const event of this.#framer.push(piece)) {
        const fields = fieldsOf(event);
        // A sign of life waits for nobody.
        if (fields.type === "ping") ready.push(event);
        else this.#take(event, fields);
      }
    }
    return [...this.#release(), ...ready];
  }

  #take(event: Uint8Array, fields: Fields): void {
    const index = typeof fields.index === "number" ? fields.index : -1;
    const content = asRecord(fields.content_block) ?? {};
    if (fields.type === "content_block_start") this.#begin(index, content);
    this.#put(event);
    if (fields.type === "content_block_start") this.#held.at(-1)!.calls.push(...callIn(content));
    const coming = this.#coming.get(index);
    if (fields.type === "content_block_delta" && coming !== undefined)
      coming.text += textIn(asRecord(fields.delta) ?? {});
    if (fields.type !== "content_block_stop") return;
    this.#open.delete(index);
    if (coming !== undefined) this.#ask(index, coming);
  }

  #begin(index: number, content: Fields): void {
    const isAsked = content.type === "text" || content.type === "tool_use";
    if (isAsked) {
      const question = this.#count++;
      const text = content.type === "text" ? String(content.text ?? "") : "";
      this.#coming.set(index, { question, start: content, text });
      if (this.#jury.waits) this.#held.push(this.#stretch(question));
    }
    this.#open.add(index);
    this.#last = Math.max(this.#last, index);
  }

  #put(event: Uint8Array): void {
    if (this.#held.length === 0) this.#held.push(this.#stretch(null));
    this.#held.at(-1)!.events.push(event);
  }

  #stretch(question: number | null): Stretch {
    return { question, events: [], calls: [], before: { open: [...this.#open], last: this.#last } };
  }

  #ask(index: number, { question: id, start, text }: Coming): void {
    this.#coming.delete(index);
    const isCall = start.type === "tool_use";
    const words = isCall ? wordsIn(start.input, text) : text;
    if (words.trim() === "" || this.#jury.isOwn(words)) this.#passed.add(id);
    else this.#asked.push({ id, text: words, place: isCall ? "call" : "answer" });
  }

  /** What waits for nobody any more, in its order. */
  #release(): readonly Uint8Array[] {
    const ready: Uint8Array[] = [];
    while (this.#held.length > 0) {
      const { question, events } = this.#held[0]!;
      if (question !== null && !this.#passed.has(question)) break;
      ready.push(...events);
      this.#held.shift();
    }
    return ready;
  }

  /** The answer ends in the place of a stretch. */
  #stop(at: number, sentence: string): void {
    const { before, question } = this.#held[at]!;
    const gone = this.#held.splice(at);
    this.dropped = [...gone.flatMap(({ calls }) => calls), ...this.dropped];
    const index = before.last + 1;
    const end = { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null } };
    const usage = { output_tokens: this.#inner.report().usage?.output ?? 0 };
    const events = [
      ...before.open.map(stopOf),
      event("content_block_start", { index, content_block: { type: "text", text: "" } }),
      event("content_block_delta", { index, delta: { type: "text_delta", text: sentence } }),
      stopOf(index),
      makeEvent("message_delta", { ...end, usage }),
      event("message_stop", {}),
    ];
    this.#held.push({ question, events, calls: [], before });
    this.#coming.clear();
    this.#stopped = true;
  }
}

function fieldsOf(event: Uint8Array): Fields {
  const data = eventData(event);
  if (data === null) return {};
  try {
    return asRecord(JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString())) ?? {};
  } catch {
    return {};
  }
}

function textIn({ type, text, partial_json: json }: Fields): string {
  if (type === "text_delta") return String(text ?? "");
  return type === "input_json_delta" ? String(json ?? "") : "";
}

function wordsIn(given: unknown, text: string): string {
  const first = wordsOf(given);
  if (text === "") return first;
  let rest: string;
  try {
    rest = wordsOf(JSON.parse(text));
  } catch {
    rest = text;
  }
  return first === "" ? rest : `${first}\n${rest}`;
}

function event(type: string, fields: Fields): Uint8Array {
  return makeEvent(type, { type, ...fields });
}

function stopOf(index: number): Uint8Array {
  return event("content_block_stop", { index });
}
