/**
 * A request as it arrived and the way back to its caller, without any protocol's words: what exchange.ts is handed. The
 * only file of the stages that touches the server's request and response objects.
 */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { FaultNotice } from "../wire/fault.ts";
import type { Share } from "./buffers.ts";
import { lasting, overloaded } from "./faults.ts";
import { type Reply, Sink } from "./sink.ts";

/** What makes an arrival besides the request itself. */
export interface Stamp {
  /** The id of the request, in every record and answer. */
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Milliseconds of the monotonic clock. */
  readonly started: number;
  /** How long the caller may leave an answer unread, in milliseconds. */
  readonly stallMs: number;
  /** Where the bytes of its bodies are counted. */
  readonly share: Share;
}

/** Why the work on a request is given up. */
export type Leaving = "client-gone" | "draining";

/** One request as it arrived, with the way back to its caller. */
export class Arrival {
  readonly id: string;
  readonly at: number;
  readonly started: number;
  readonly method: string;
  readonly path: string;
  /** With its question mark; empty when there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly sink: Sink;
  readonly share: Share;
  readonly #request: IncomingMessage;
  readonly #leaving = new AbortController();
  #left: Leaving | null = null;
  #answered: number | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, stamp: Stamp) {
    const { method, url, headers } = request;
    this.id = stamp.id;
    this.at = stamp.at;
    this.started = stamp.started;
    this.method = method ?? "GET";
    const mark = url?.indexOf("?") ?? -1;
    this.path = mark < 0 ? (url ?? "/") : url!.slice(0, mark);
    this.query = mark < 0 ? "" : url!.slice(mark);
    this.headers = headers;
    this.sink = new Sink(response, this.#leaving.signal, stamp.stallMs);
    this.share = stamp.share;
    this.#request = request;
    response.on("close", () => {
      if (!response.writableFinished) this.leave("client-gone");
    });
  }

  /** Aborted when the caller went away, or the gateway must end. */
  get signal(): AbortSignal {
    return this.#leaving.signal;
  }

  /** Why the work was given up; null while it goes on. */
  get left(): Leaving | null {
    return this.#left;
  }

  /** The status of an answer that was given at the door, because the rest of the request cannot be read; null otherwise. */
  get answered(): number | null {
    return this.#answered;
  }

  /** The rest of the request cannot be read. True when it is to be answered at the door; the connection has to end then. */
  breakOff(status: number): boolean {
    if (this.#request.complete || this.sink.opened || this.#answered !== null) return false;
    this.#answered = status;
    return true;
  }

  /** Gives up the work on this request; the first reason stands. */
  leave(reason: Leaving): void {
    if (this.#left !== null) return;
    this.#left = reason;
    this.#leaving.abort();
  }

  /** The headers as they came: order, spelling and repetition. */
  pairs(): [string, string][] {
    const { rawHeaders } = this.#request;
    const pairs: [string, string][] = [];
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      pairs.push([rawHeaders[index]!, rawHeaders[index + 1]!]);
    }
    return pairs;
  }

  /** The headers whose (lower-case) names are wanted, by those names. */
  named(isWanted: (name: string) => boolean): [string, string][] {
    const { rawHeaders } = this.#request;
    const pairs: [string, string][] = [];
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]!.toLowerCase();
      if (isWanted(name)) pairs.push([name, rawHeaders[index + 1]!]);
    }
    return pairs;
  }

  /** True when the header of that (lower-case) name came more than once, of which `headers` shows the first. */
  repeats(wanted: string): boolean {
    return this.named((name) => name === wanted).length > 1;
  }

  /** Reads the whole body into one piece, up to a limit, and up to what there is memory for. */
  body(limit: number): Promise<Buffer | FaultNotice> {
    const request = this.#request;
    const length = Number(this.headers["content-length"] ?? 0);
    if (length > limit) return Promise.resolve(tooLarge(limit));
    if (!this.share.fits(length)) return Promise.resolve(overloaded("request"));
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const onData = (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) stop(tooLarge(limit));
        else if (!this.share.take(chunk.length)) stop(overloaded("request"));
        else chunks.push(chunk);
      };
      const onEnd = () => stop(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
      const onLost = () => stop(HALF_SENT);
      const stop = (result: Buffer | FaultNotice) => {
        request.off("data", onData).off("end", onEnd).off("close", onLost).off("error", onLost);
        request.on("error", ignore);
        // Of a body that did not come whole nothing is kept.
        if ("kind" in result) this.share.release();
        resolve(result);
      };
      request.on("data", onData).on("end", onEnd).on("close", onLost).on("error", onLost);
    });
  }

  /** Sends a whole answer, unless one was given or has begun, or nobody is there. */
  reply({ status, headers, body }: Reply): void {
    if (this.#answered !== null || this.sink.opened || this.left === "client-gone") return;
    this.sink.open(status, headers, body.length);
    this.sink.end(body);
  }
}

/** Stands by itself, so that a request does not hold on to the pieces of its body. */
function ignore(): void {}

const HALF_SENT = lasting("malformed", "the request body ended before it was complete");

function tooLarge(limit: number): FaultNotice {
  const megabytes = Math.floor(limit / 1024 / 1024);
  const message = `the request body is larger than ${megabytes} MB; start over with a smaller conversation`;
  return lasting("too-large", message);
}
