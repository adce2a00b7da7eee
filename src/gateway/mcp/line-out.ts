/** The answer to one request of a client: a document when nothing comes before the result, else a stream that ends with it. */
import { eventOf, eventOfBytes, STILL_THERE } from "../../wire/mcp/events.ts";
import { bytesOf, type Fields } from "../../wire/mcp/message.ts";
import type { Arrival } from "../arrival.ts";
import { type Beat, beat } from "../beat.ts";
import type { Reply } from "../sink.ts";

/** The headers of a stream that no one may keep or hold back. */
export function streamHeaders(): [string, string][] {
  return [
    ["content-type", "text/event-stream"],
    ["cache-control", "no-cache, no-transform"],
  ];
}

/** One answer on its way. */
export class LineOut {
  readonly #arrival: Arrival;
  readonly #pingMs: number;
  #heart: Beat | null = null;

  constructor(arrival: Arrival, pingMs: number) {
    this.#arrival = arrival;
    this.#pingMs = pingMs;
  }

  /** Sends a message ahead of the result. */
  push(message: Fields): void {
    const { sink, left } = this.#arrival;
    if (left !== null) return;
    this.open();
    void sink.write([eventOf(message)]);
  }

  /** Makes the answer a stream. */
  open(): void {
    const { sink } = this.#arrival;
    if (sink.opened) return;
    sink.open(200, streamHeaders(), null);
    sink.flush();
    this.#heart = beat(this.#pingMs, () => void sink.write([STILL_THERE]));
  }

  /** Lets somebody else go on with the stream. */
  rest(): void {
    this.#heart?.stop();
  }

  /** Sends the result, and ends. */
  end(message: Fields, status: number, headers: readonly (readonly [string, string])[]): void {
    this.#heart?.stop();
    const { sink } = this.#arrival;
    if (sink.opened) return void sink.end(eventOf(message));
    this.#arrival.reply({
      status,
      headers: [["content-type", "application/json"], ...headers],
      body: bytesOf(message),
    });
  }

  /** Ends without a result. */
  cut(): void {
    this.#heart?.stop();
    this.#arrival.sink.cut();
  }
}

/** Sends a whole answer: as it is or, where a stream has begun already, as its last event. */
export function endWhole(arrival: Arrival, whole: Reply): void {
  if (!arrival.sink.opened) arrival.reply(whole);
  else if (arrival.left !== "client-gone") arrival.sink.end(whole.body.length === 0 ? null : eventOfBytes(whole.body));
}
