/** The way back to the caller: headers once, bytes at the caller's pace, one end; a caller who stops reading is let go. */
import type { ServerResponse } from "node:http";

const LINE_END = Buffer.from("\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** A whole answer. */
export interface Reply {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** Where the bytes of one answer go. */
export class Sink {
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal;
  readonly #stallMs: number;
  #opened = false;
  #written = 0;
  /** Whether the body leaves in chunks, which are framed here. */
  #chunked = false;

  /** `stallMs`: how long a caller may leave bytes unread before the connection is broken. */
  constructor(response: ServerResponse, signal: AbortSignal, stallMs: number) {
    this.#response = response;
    this.#signal = signal;
    this.#stallMs = stallMs;
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** Bytes of the body handed over so far. */
  get written(): number {
    return this.#written;
  }

  /** Sets status and headers, which leave with the first bytes; `length` null when it is not known. */
  open(status: number, headers: readonly (readonly [string, string])[], length: number | null): void {
    const flat: string[] = [];
    for (const [name, value] of headers) flat.push(name, value);
    if (length !== null) flat.push("content-length", String(length));
    this.#opened = true;
    this.#response.writeHead(status, flat);
    // Node hands each chunk to the system in four pieces; in one it costs a tenth less, for every event of an answer.
    this.#chunked = this.#response.chunkedEncoding;
    this.#response.chunkedEncoding = false;
  }

  /** Sends status and headers now, should no byte have come to take them along. */
  flush(): void {
    if (this.#written === 0 && !this.#response.writableEnded) this.#response.flushHeaders();
  }

  /** Hands pieces over; resolves when the caller is ready for more, or is gone. Null when there is nothing to wait for. */
  write(pieces: readonly Uint8Array[]): Promise<void> | null {
    if (pieces.length === 0 || this.#signal.aborted) return null;
    const size = sizeOf(pieces);
    if (size === 0) return null;
    this.#written += size;
    return this.#response.write(this.#framed(pieces, size)) ? null : this.#drained();
  }

  end(last: Uint8Array | null): void {
    const pieces = last === null || last.length === 0 ? [] : [last];
    const size = sizeOf(pieces);
    this.#written += size;
    const rest = size === 0 ? [] : [this.#framed(pieces, size)];
    if (this.#chunked) rest.push(LAST_CHUNK);
    if (rest.length === 0) this.#response.end();
    else this.#response.end(rest.length === 1 ? rest[0] : Buffer.concat(rest));
    // What the system took at once leaves nothing to wait for.
    if (this.#response.writableLength > 0 && !this.#response.destroyed) this.#expect("finish", () => {});
  }

  /** Breaks the connection, when ending well would be a lie. */
  cut(): void {
    this.#response.destroy();
  }

  /** The pieces as one, with the frame of a chunk where the body has them. */
  #framed(pieces: readonly Uint8Array[], size: number): Uint8Array {
    if (!this.#chunked) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size);
    const head = `${size.toString(16)}\r\n`;
    const bytes = Buffer.allocUnsafe(head.length + size + LINE_END.length);
    let at = bytes.write(head, "latin1");
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    bytes.set(LINE_END, at);
    return bytes;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => this.#expect("drain", resolve));
  }

  /** Waits for the caller to read; breaks the connection when that takes too long. */
  #expect(event: "drain" | "finish", done: () => void): void {
    const response = this.#response;
    const timer = setTimeout(() => response.destroy(), this.#stallMs).unref();
    const stop = () => {
      clearTimeout(timer);
      response.off(event, stop).off("close", stop);
      this.#signal.removeEventListener("abort", stop);
      done();
    };
    response.on(event, stop).on("close", stop);
    this.#signal.addEventListener("abort", stop);
  }
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}
