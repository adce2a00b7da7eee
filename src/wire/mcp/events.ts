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
  return withData(event, bytesOf(message));
}

/** The same of a message that is written already. */
export function withData(event: Uint8Array, message: Uint8Array): Uint8Array {
  const others = linesOf(event).filter((line) => line !== "" && !/^data(?::|$)/.test(line));
  const data = linesOf(message).map((line) => `data: ${line}`);
  return Buffer.from(`${[...others, ...data].join("\n")}\n\n`);
}

function linesOf({ buffer, byteOffset, byteLength }: Uint8Array): string[] {
  return Buffer.from(buffer, byteOffset, byteLength).toString("utf8").split(/\r?\n/);
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
