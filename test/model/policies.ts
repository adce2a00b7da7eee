/** What the tests of this room share: texts in, model and drawn diagnostics out. */
import { readdirSync, readFileSync } from "node:fs";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { frame } from "../../src/language/frame.ts";
import { parse } from "../../src/language/parse.ts";
import type { Source } from "../../src/language/source.ts";
import type { Tree } from "../../src/language/tree.ts";
import type { Model } from "../../src/model/model.ts";
import { resolve } from "../../src/model/resolve.ts";
import { readLocks } from "../../src/revision/locks.ts";
import { isLockFile } from "../../src/revision/source-files.ts";

const PACKS = new URL("../../policy/packs/", import.meta.url);

/** The packs that ship, parsed. */
export function shippedPacks(): Map<string, Tree> {
  const names = readdirSync(PACKS).map((file) => file.replace(".policy", ""));
  return new Map(names.map((name) => [name, parse(shippedPack(name)).tree]));
}

/** The text of a pack that ships. */
export function shippedPack(name: string): Source {
  return { path: `builtin/${name}.policy`, text: readFileSync(new URL(`${name}.policy`, PACKS), "utf8") };
}

export interface Meaning {
  readonly model: Model | null;
  readonly diagnostics: readonly Diagnostic[];
  /** The diagnostics as people read them. */
  readonly drawn: string;
}

/** Parses and resolves, with the lock files among the sources; files whose path begins with `packs/` are packs, named by their file. */
export function meaningOf(sources: readonly Source[], builtin: ReadonlyMap<string, Tree> = new Map()): Meaning {
  const packs = new Map(builtin);
  const trees: Tree[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const source of sources.filter(({ path }) => !isLockFile(path))) {
    const parsed = parse(source);
    diagnostics.push(...parsed.diagnostics);
    const pack = /^packs\/(.*)\.policy$/.exec(source.path)?.[1];
    if (pack) packs.set(pack, parsed.tree);
    else trees.push(parsed.tree);
  }
  const pinned = readLocks(
    trees,
    sources.filter(({ path }) => isLockFile(path)),
  );
  const resolved = resolve(trees, packs, pinned.locks);
  diagnostics.push(...pinned.diagnostics, ...resolved.diagnostics);
  const texts = new Map(sources.map(({ path, text }) => [path, text]));
  const drawn = diagnostics.map((diagnostic) => frame(diagnostic, texts.get(diagnostic.span.path) ?? ""));
  return { model: resolved.model, diagnostics, drawn: drawn.join("\n") };
}

/** One policy file, `language 1` and an org put before it. */
export function policy(body: string): Source[] {
  return [{ path: "acme.policy", text: `language 1\n\norg acme {\n}\n\n${body}` }];
}

/** The model of a policy that must be sound. */
export function modelOf(sources: readonly Source[], builtin: ReadonlyMap<string, Tree> = new Map()): Model {
  const { model, drawn, diagnostics } = meaningOf(sources, builtin);
  if (model === null || diagnostics.some(({ severity }) => severity === "error"))
    throw new Error(`the policy is not sound:\n${drawn}`);
  return model;
}
