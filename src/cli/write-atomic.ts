/** Replaces a file's text as a whole: a reader sees the old text or the new one, never a part. */
import { randomUUID } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file that is there already, keeping its mode; a link stays a link. */
export async function writeAtomic(path: string, text: string): Promise<void> {
  const target = await realpath(path);
  const { mode } = await stat(target);
  const beside = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    const file = await open(beside, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
