/** Promise: a pack brings words, never rights: only groups with their prices, and patterns. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { type Declared, isPackable } from "../declared.ts";
import { fault } from "../fault.ts";

/** Declarations that stand in a pack and may not. */
export function packsHoldGroups(declared: Declared): Diagnostic[] {
  return [...declared.packs].flatMap(([pack, tree]) =>
    tree.declarations
      .filter((declaration) => !isPackable(declaration.kind))
      .map((declaration) => {
        const message = `pack \`${pack}\` declares \`${declaration.kind}\``;
        return fault("GW3020", declaration.span, message, "a pack may hold `models`, `tools` and `pattern`");
      }),
  );
}
