/** Applies edits to bytes: what no edit names leaves as it came. Edits of one body must not overlap. */
import type { Edit } from "./anthropic/messages.ts";

/** The body with every edit made, in one new allocation; the body itself when there is no edit. */
export function splice(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return body;
  const size = edits.reduce((sum, edit) => sum + edit.bytes.length - (edit.end - edit.start), body.length);
  const whole = new Uint8Array(Math.max(0, size));
  write(whole, body, inOrder(edits));
  return whole;
}

/**
 * The same for a body that nobody reads again: in its own memory, unless an edit needs more room than the edits up to it
 * have made. A copy of every large body would be the most that a request leaves to the garbage collector.
 */
export function spliceInPlace(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const sorted = inOrder(edits);
  let room = 0;
  for (const { start, end, bytes } of sorted) {
    room += end - start - bytes.length;
    if (room < 0) return splice(body, edits);
  }
  return body.subarray(0, write(body, body, sorted));
}

function inOrder(edits: readonly Edit[]): readonly Edit[] {
  return [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Writes the edited body from the front and says how long it is. `target` may be the body, as `set` minds overlaps. */
function write(target: Uint8Array, body: Uint8Array, sorted: readonly Edit[]): number {
  let from = 0;
  let to = 0;
  const put = (bytes: Uint8Array) => {
    if (bytes.length > 0) target.set(bytes, to);
    to += bytes.length;
  };
  for (const { start, end, bytes } of sorted) {
    if (start < from || end < start || end > body.length) throw new RangeError("edits overlap");
    put(body.subarray(from, start));
    put(bytes);
    from = end;
  }
  put(body.subarray(from));
  return to;
}
