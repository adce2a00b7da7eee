/** How what a server offers differs from what was pinned. Digests are compared; what changed in a definition is for people. */
import type { TablePins } from "./table.ts";

/** What a server offers, by digests. */
export interface OfferedDigests {
  readonly tools: ReadonlyMap<string, string>;
  readonly instructions: string | null;
}

/** One difference; `tool` is null when it is about the instructions. */
export interface Drift {
  readonly tool: string | null;
  /** `new` is offered and not pinned, `gone` is pinned and not offered any more. */
  readonly change: "changed" | "new" | "gone" | "instructions";
}

/** All differences, by name; those of the instructions first. */
export function driftOf(pins: Pick<TablePins, "tools" | "instructions">, offered: OfferedDigests): readonly Drift[] {
  const pinned = new Map(pins.tools);
  const found: Drift[] = [];
  for (const [tool, digest] of offered.tools) {
    const known = pinned.get(tool);
    if (known !== digest) found.push({ tool, change: known === undefined ? "new" : "changed" });
  }
  for (const tool of pinned.keys()) if (!offered.tools.has(tool)) found.push({ tool, change: "gone" });
  found.sort((a, b) => (a.tool! < b.tool! ? -1 : 1));
  const isSaid = pins.instructions === offered.instructions;
  return isSaid ? found : [{ tool: null, change: "instructions" }, ...found];
}
