/**
 * A large file in pieces of whole lines, each in the same piece of memory: for a command that does nothing else meanwhile.
 * A piece is only good until the next one is asked for.
 */
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;

/** The pieces of a file, each up to a newline; what stands behind the last newline is a piece of its own. */
export function* wholeLines(path: string): Generator<Buffer, void, undefined> {
  const file = openSync(path, "r");
  try {
    let memory = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    for (;;) {
      // A line that is longer than the memory needs more of it.
      if (filled === memory.length) memory = Buffer.concat([memory], memory.length * 2);
      const read = readSync(file, memory, filled, memory.length - filled, null);
      if (read === 0) break;
      filled += read;
      const end = memory.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
      if (end === 0) continue;
      yield memory.subarray(0, end);
      memory.copyWithin(0, end, filled);
      filled -= end;
    }
    if (filled > 0) yield memory.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}
