/**
 * Tells the commonest event of a stream, a delta with one string, by its bytes alone: such events are most of an answer,
 * and most of the cost of watching it. It says yes only where no reader could find anything else; stream.ts parses the rest.
 */
import { startsWith } from "../sse.ts";

const HEAD = Buffer.from('event: content_block_delta\ndata: {"type":"content_block_delta"');
const INDEX = Buffer.from(',"index":');
const DELTA = Buffer.from(',"delta":{"type":"');
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
