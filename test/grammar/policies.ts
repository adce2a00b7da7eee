/** Every policy that the repository holds: its `.policy` files, and the examples of the reference. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Source } from "../../src/language/source.ts";

const ROOT = new URL("../../", import.meta.url);

/** The examples of the reference, each as a file of its own. */
export function examples(): Source[] {
  const reference = readFileSync(new URL("grammar/README.md", ROOT), "utf8");
  const found = reference.matchAll(/^```policy\n(.*?)^```$/gms);
  return Array.from(found, ([, text], index) => ({ path: `grammar/README.md#${index + 1}`, text: text! }));
}

/** All of them. */
export function policies(): Source[] {
  const names = execFileSync("git", ["ls-files", "*.policy"], { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  const files = names.map((path) => ({ path, text: readFileSync(new URL(path, ROOT), "utf8") }));
  return [...files, ...examples()];
}
