/** Lays edits of one body over each other, for stages that did not know of one another: the result never overlaps. */
import type { Edit } from "./anthropic/messages.ts";

/** All edits in their order. What lies inside another is lost in it; two that cross take out all that either does. */
export function overlay(one: readonly Edit[], other: readonly Edit[]): readonly Edit[] {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const laid: Edit[] = [];
  for (const edit of [...one, ...other].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = laid.at(-1);
    if (last === undefined || edit.start >= last.end) laid.push(edit);
    else if (edit.end > last.end) {
      laid[laid.length - 1] = { start: last.start, end: edit.end, bytes: Buffer.concat([last.bytes, edit.bytes]) };
    }
  }
  return laid;
}
