/** Writes the files of `grammar/` that come from the parser; a test fails while they are not what this would write. */
import { writeFileSync } from "node:fs";
import { grammarFiles } from "./grammar/files.ts";

for (const [name, text] of grammarFiles()) writeFileSync(new URL(`../grammar/${name}`, import.meta.url), text);
