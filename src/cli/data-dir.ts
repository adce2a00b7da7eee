/** The gateway's own directory: made when it is not there, refused when it cannot be written, and its one secret. */
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Complaint } from "./complaint.ts";

const KEY_FILE = "placeholder.key";
const KEY_BYTES = 32;

/**
 * Opens a data directory and answers the key under which placeholders are made. It is kept, so that a secret has the
 * same placeholder after a restart and prompt caches stay good; whoever has it could guess secrets back.
 */
export async function openDataDir(dir: string): Promise<Buffer> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o750 });
    return await placeholderKey(join(dir, KEY_FILE));
  } catch (error) {
    if (error instanceof Complaint) throw error;
    const reason = error instanceof Error && "code" in error ? error.code : error;
    throw new Complaint(`the data directory \`${dir}\` cannot be used (${reason})`, "`--data` must be writable");
  }
}

async function placeholderKey(path: string): Promise<Buffer> {
  const known = await readKey(path);
  if (known !== null) return known;
  // Linked into place whole: a reader never sees half a key, and of two writers one wins.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString("hex")}\n`, { mode: 0o600, flush: true });
  await link(draft, path).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(draft);
  return (await readKey(path)) ?? placeholderKey(path);
}

async function readKey(path: string): Promise<Buffer | null> {
  const text = await readFile(path, "utf8").catch((error) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text === null) return null;
  const key = Buffer.from(text.trim(), "hex");
  if (key.length === KEY_BYTES) return key;
  throw new Complaint(`\`${path}\` is not a placeholder key`, "restore it, or delete it to begin with a new one");
}
