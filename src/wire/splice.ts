/** Applies edits to bytes: what no edit names leaves as it came. */
import type { Edit } from "./anthropic/messages.ts";

/** The body with every edit made, in one new allocation; the body itself when there is no edit. Edits must not overlap. */
export function splice(body: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return body;
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const whole = new Uint8Array(
    sorted.reduce((size, edit) => size + edit.bytes.length - (edit.end - edit.start), body.length),
  );
  let from = 0;
  let to = 0;
  for (const edit of sorted) {
    if (edit.start < from || edit.end < edit.start || edit.end > body.length) throw new RangeError("edits overlap");
    whole.set(body.subarray(from, edit.start), to);
    to += edit.start - from;
    whole.set(edit.bytes, to);
    to += edit.bytes.length;
    from = edit.end;
  }
  whole.set(body.subarray(from), to);
  return whole;
}
