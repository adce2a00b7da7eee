/**
 * Tells the commonest event of a stream, a delta with one string, by its bytes alone: such events are most of an answer,
 * and most of the cost of watching it. It says yes only where no reader could find anything else; stream.ts parses the rest.
 */
import { decodeText } from "../json.ts";
import { startsWith } from "../sse.ts";
import type { Fields } from "./usage.ts";

const HEAD = Buffer.from('event: content_block_delta\ndata: {"type":"content_block_delta"');
const INDEX = Buffer.from(',"index":');
const DELTA = Buffer.from(',"delta":{"type":"');
/** Types of deltas and the member that is their string. */
const KINDS = [
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
  ["input_json_delta", "partial_json"],
  ["signature_delta", "signature"],
].map(([type, member]) => ({ type: type!, member: member!, bytes: Buffer.from(`${type}","${member}":"`) }));
const NEXT = Buffer.from('","');
const VALUE = Buffer.from('":"');
const TAIL = Buffer.from('"}}\n\n');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True for an event that begins as a delta; what follows may say otherwise. */
export function looksLikeDelta(event: Uint8Array): boolean {
  return startsWith(event, 0, HEAD);
}

/** True for a delta with an index, a type and one string, and nothing besides. */
export function isBareDelta(event: Uint8Array): boolean {
  if (!startsWith(event, HEAD.length, INDEX)) return false;
  let at = behindWord(event, HEAD.length + INDEX.length);
  if (!startsWith(event, at, DELTA)) return false;
  at = behindWord(event, at + DELTA.length);
  if (!startsWith(event, at, NEXT)) return false;
  at = behindWord(event, at + NEXT.length);
  if (!startsWith(event, at, VALUE)) return false;
  at = behindString(event, at + VALUE.length);
  return startsWith(event, at, TAIL) && at + TAIL.length === event.length;
}

/** A delta of one string. */
export interface Delta {
  readonly index: number;
  readonly type: string;
  /** The member of the delta that is the string. */
  readonly member: string;
  readonly text: string;
}

/** The event of a delta, as parsed. */
export function fieldsOf({ index, type, member, text }: Delta): Fields {
  return { type: "content_block_delta", index, delta: { type, [member]: text } };
}

/** A delta with an index, a known type, its string and nothing besides; null for all others. */
export function readDelta(event: Uint8Array): Delta | null {
  if (!startsWith(event, HEAD.length, INDEX)) return null;
  const index = HEAD.length + INDEX.length;
  const behind = behindDigits(event, index);
  if (behind === index || !startsWith(event, behind, DELTA)) return null;
  const inner = behind + DELTA.length;
  const kind = KINDS.find(({ bytes }) => startsWith(event, inner, bytes));
  if (kind === undefined) return null;
  const from = inner + kind.bytes.length;
  const end = behindString(event, from);
  if (!startsWith(event, end, TAIL) || end + TAIL.length !== event.length) return null;
  const bytes = Buffer.from(event.buffer, event.byteOffset, event.byteLength);
  const text = decoded(bytes, from, end);
  if (text === null) return null;
  const number = Number(bytes.toString("latin1", index, behind));
  return { index: number, type: kind.type, member: kind.member, text };
}

/** Null where an escape is none. */
function decoded(bytes: Buffer, from: number, end: number): string | null {
  try {
    return decodeText(bytes, from, end);
  } catch {
    return null;
  }
}

/** Offset behind a number as JSON writes it, of few digits. */
function behindDigits(event: Uint8Array, from: number): number {
  let at = from;
  while (event[at]! >= 0x30 && event[at]! <= 0x39 && at < from + MOST_DIGITS) at += 1;
  return event[from] === 0x30 && at > from + 1 ? from : at;
}

const MOST_DIGITS = 9;

/** Offset behind small letters, digits and `_`. */
function behindWord(event: Uint8Array, from: number): number {
  let at = from;
  for (let byte = event[at]!; isWord(byte); byte = event[at]!) at += 1;
  return at;
}

function isWord(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f;
}

/** Offset of the quote that ends the string, or of what may not stand in one. */
function behindString(event: Uint8Array, from: number): number {
  let at = from;
  for (let byte = event[at]!; byte >= 0x20 && byte !== QUOTE; byte = event[at]!) at += byte === BACKSLASH ? 2 : 1;
  return at;
}
