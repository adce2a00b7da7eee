/**
 * Framing of server-sent events: whole events as byte ranges, views of the input wherever an event lies in one chunk.
 * Lines end in LF or CRLF; where readers could see other lines than this one does, there is an error instead. Comments
 * and fields that nobody asks for stay inside the event's bytes.
 */

/** Largest event that is put together. */
export const MAX_EVENT = 32 * 1024 * 1024;

/** The stream cannot be told into events; the message says what it has. */
export class SseError extends Error {
  readonly code: "too-large" | "ambiguous";
  constructor(code: SseError["code"], message: string) {
    super(message);
    this.name = "SseError";
    this.code = code;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array(0);

/** Cuts a stream of bytes into events. */
export class SseFramer {
  #pieces: Uint8Array[] = [];
  #held = 0;
  /** Bytes of the unfinished line, and its last one. */
  #line = 0;
  #last = 0;
  #endsInCr = false;

  /** Whole events that this chunk completes, each with the empty line that ends it. Throws SseError. */
  push(chunk: Uint8Array): Uint8Array[] {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#refuseBareCr(text);
    const events: Uint8Array[] = [];
    let from = 0;
    let line = 0;
    for (let at = text.indexOf(LF); at >= 0; at = text.indexOf(LF, line)) {
      const length = this.#line + at - line;
      const before = at > line ? text[at - 1] : this.#last;
      line = at + 1;
      this.#line = 0;
      if (length === 0 || (length === 1 && before === CR)) {
        events.push(this.#join(chunk.subarray(from, line)));
        from = line;
      }
    }
    this.#keep(chunk.subarray(from), text.length - line);
    return events;
  }

  /** Bytes behind the last whole event. */
  rest(): Uint8Array {
    return this.#join(NOTHING);
  }

  /** A CR that no LF follows ends a line for some readers, for others not. */
  #refuseBareCr(text: Buffer): void {
    if (text.length === 0) return;
    let isBare = this.#endsInCr && text[0] !== LF;
    const last = text.length - 1;
    for (let at = text.indexOf(CR); at >= 0 && at < last && !isBare; at = text.indexOf(CR, at + 1)) {
      isBare = text[at + 1] !== LF;
    }
    if (isBare) throw new SseError("ambiguous", "lines that end in a carriage return alone");
    this.#endsInCr = text[last] === CR;
  }

  #keep(bytes: Uint8Array, line: number): void {
    this.#line += line;
    if (bytes.length === 0) return;
    this.#last = bytes[bytes.length - 1]!;
    this.#held += bytes.length;
    if (this.#held > MAX_EVENT) throw new SseError("too-large", "an event that is too large");
    // The caller may reuse its chunk, so that what stays has to be a copy.
    this.#pieces.push(Uint8Array.prototype.slice.call(bytes));
  }

  #join(tail: Uint8Array): Uint8Array {
    if (this.#pieces.length === 0) return tail;
    const whole = Buffer.concat([...this.#pieces, tail]);
    this.#pieces = [];
    this.#held = 0;
    return whole;
  }
}

/** The event's `data` as bytes, several lines joined by LF; null when it has none. Throws SseError. */
export function eventData(event: Uint8Array): Uint8Array | null {
  const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  const lines: Uint8Array[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(LF, from);
    const behind = end < 0 ? text.length : end;
    const stop = behind > from && text[behind - 1] === CR ? behind - 1 : behind;
    // Readers that decode line by line drop it, others do not.
    if (startsWith(text, from, MARK)) throw new SseError("ambiguous", "a byte order mark before a line");
    if (startsWith(text, from, DATA) && (stop === from + 4 || text[from + 4] === 0x3a)) {
      const value = from + (text[from + 5] === 0x20 ? 6 : 5);
      lines.push(text.subarray(Math.min(value, stop), stop));
    }
    from = behind + 1;
  }
  if (lines.length < 2) return lines[0] ?? null;
  return Buffer.concat(lines.flatMap((line, at) => (at === 0 ? [line] : [NEWLINE, line])));
}

/** True when `bytes` has `prefix` at `at`. */
export function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  for (let k = 0; k < prefix.length; k += 1) if (bytes[at + k] !== prefix[k]) return false;
  return true;
}

/** An event with this name and this value as its data. */
export function makeEvent(name: string, data: unknown): Uint8Array {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

const DATA = Buffer.from("data");
const NEWLINE = Buffer.from("\n");
const MARK = Buffer.from("\ufeff");
