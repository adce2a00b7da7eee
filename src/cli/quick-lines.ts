/**
 * The lines of a large file, one after the other in one piece of memory: for a command that does nothing else meanwhile.
 * Each line is only good until the next one is asked for.
 */
import { closeSync, openSync, readSync } from "node:fs";

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;

/** Every line of a file without its newline, and what stands behind the last newline. */
export function* quickLines(path: string): Generator<Buffer, void, undefined> {
  const file = openSync(path, "r");
  try {
    let memory = Buffer.allocUnsafe(CHUNK);
    let filled = 0;
    for (;;) {
      // A line that is longer than the memory needs more of it.
      if (filled === memory.length) memory = Buffer.concat([memory], memory.length * 2);
      const read = readSync(file, memory, filled, memory.length - filled, null);
      if (read === 0) break;
      const from = filled;
      filled += read;
      const bytes = memory.subarray(0, filled);
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE, from); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        yield bytes.subarray(start, end);
        start = end + 1;
      }
      memory.copyWithin(0, start, filled);
      filled -= start;
    }
    if (filled > 0) yield memory.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}
