/** Messages in a stream of server-sent events: read from an event, put back into it, or made into one. */
import { eventData } from "../sse.ts";
import { bytesOf, type Fields, type Message, readMessage, type Unreadable } from "./message.ts";

/** The message of an event; null when it carries none, as those that only keep a place in the stream. */
export function messageIn(event: Uint8Array): Message | Unreadable | null {
  const data = eventData(event);
  return data === null || data.length === 0 ? null : readMessage(data);
}

/** The event with another message; its name, its id and what else it says stay. */
export function withMessage(event: Uint8Array, message: Fields): Uint8Array {
  const text = Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString("utf8");
  const others = text.split(/\r?\n/).filter((line) => line !== "" && !/^data(?::|$)/.test(line));
  return Buffer.from(`${[...others, `data: ${JSON.stringify(message)}`].join("\n")}\n\n`);
}

const OPENS = Buffer.from("event: message\ndata: ");
const CLOSES = Buffer.from("\n\n");

/** An event of a message. */
export function eventOf(message: Fields): Uint8Array {
  return eventOfBytes(bytesOf(message));
}

/** The same of a message that is written already, on one line. */
export function eventOfBytes(message: Uint8Array): Uint8Array {
  return Buffer.concat([OPENS, message, CLOSES]);
}

/** What keeps a silent stream alive; readers skip it. */
export const STILL_THERE: Uint8Array = Buffer.from(": still there\n\n");
