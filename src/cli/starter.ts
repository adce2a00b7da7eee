/**
 * The policy to start from: the files of `policy/starter/`, which are a policy of their own and checked as one, with fresh
 * keys in place of theirs. Used by init.ts and quickstart.ts.
 */
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mintKey } from "../identity/mint.ts";
import { parse } from "../language/parse.ts";

const FOLDER = new URL("../../policy/starter/", import.meta.url);
const KEY_DAYS = 90;
const DAY_MS = 86_400_000;

/** A key that was minted for a starter policy; it stands nowhere else. */
export interface FreshKey {
  readonly name: string;
  readonly team: string;
  readonly key: string;
}

/** What a starter policy consists of, before it is written. */
export interface Starter {
  readonly files: ReadonlyMap<string, string>;
  readonly keys: readonly FreshKey[];
}

/** Makes a starter policy with keys of its own. */
export function makeStarter(randomBytes: (size: number) => Uint8Array, now: number): Starter {
  const files = new Map<string, string>();
  const keys: FreshKey[] = [];
  const expires = new Date(now + KEY_DAYS * DAY_MS).toISOString().slice(0, 10);
  for (const name of readdirSync(FOLDER).sort()) {
    let text = readFileSync(new URL(name, FOLDER), "utf8");
    for (const declaration of parse({ path: name, text }).tree.declarations) {
      if (declaration.kind !== "key") continue;
      const { key, digest } = mintKey(randomBytes);
      for (const statement of declaration.body) {
        if (statement.kind === "hash") text = text.replace(statement.digest, digest);
        if (statement.kind === "expires") text = text.replace(statement.at.text, expires);
      }
      keys.push({ name: declaration.name.text, team: declaration.team.text, key });
    }
    files.set(name, text);
  }
  return { files, keys };
}

/** A policy file that a directory holds already; null when there is none, or no directory. Rejects when it cannot be read. */
export async function policyIn(dir: string): Promise<string | null> {
  const names = await readdir(dir, { recursive: true }).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.find((name) => name.endsWith(".policy")) ?? null;
}

/** Writes files into a directory; when one is there already, none is written. Rejects with code `EEXIST` then. */
export async function writeNew(dir: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(dir, { recursive: true });
  const written: string[] = [];
  try {
    for (const [name, text] of files) {
      await writeFile(join(dir, name), text, { flag: "wx" });
      written.push(name);
    }
  } catch (error) {
    for (const name of written) await rm(join(dir, name));
    throw error;
  }
}
