/** Policies as sides of a comparison: from text, as the command builds them. */
import type { Side } from "../../src/analysis/diff-joint.ts";
import type { Revision } from "../../src/decision/table.ts";
import type { Source } from "../../src/language/source.ts";
import { build } from "../../src/revision/build.ts";
import { readBuiltins } from "../../src/revision/packs.ts";

const REVISION: Revision = { id: "0123456789ab", content: "0".repeat(64), commit: null };
const builtins = await readBuiltins();

/** A good policy of these files. */
export function sideOf(sources: readonly Source[]): Side {
  const { model, table, diagnostics } = build(sources, builtins, REVISION, 0);
  if (model === null || table === null) throw new Error(JSON.stringify(diagnostics, null, 2));
  const texts = new Map([...sources, ...builtins.values()].map(({ path, text }) => [path, text]));
  return { model, table, texts };
}

/** A digest that no minted key has. */
export function digest(index: number): string {
  return `${"5a11e".repeat(12)}${String(index).padStart(4, "0")}`;
}

/** The files of a text in which lines such as `=== teams.policy` begin a file. */
export function filesOf(text: string): Source[] {
  const parts = text.split(/^=== (\S+)\n/m);
  const files: Source[] = [];
  for (let i = 1; i < parts.length; i += 2) files.push({ path: parts[i]!, text: parts[i + 1]! });
  return files;
}
