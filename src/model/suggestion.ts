/** The help beside an unknown name: the nearest name that is declared, and where. */
import { place, type Span } from "../language/source.ts";
import { didYouMean } from "../language/suggest.ts";
import type { Declared } from "./declared.ts";

/** `did you mean `@frontier`? (models.policy:9)`, or what there is to choose from, or null when there is nothing. */
export function suggestion(name: string, choices: ReadonlyMap<string, Span | null>, sigil = ""): string | null {
  const near = didYouMean(name, choices.keys());
  if (near !== null) {
    const span = choices.get(near);
    return `did you mean \`${sigil}${near}\`?${span ? ` (${place(span)})` : ""}`;
  }
  if (choices.size === 0) return "none is declared";
  if (choices.size > LISTED) return null;
  return `declared: ${[...choices.keys()].map((choice) => `\`${sigil}${choice}\``).join(", ")}`;
}

/** The help for a pack that no `use` line brings in. */
export function unusedPack(pack: string, declared: Declared, sigil = ""): string {
  const near = didYouMean(pack, declared.packs.keys());
  return near === null
    ? `no such pack is in use; add \`use ${pack} from builtin\``
    : `did you mean \`${sigil}${near}\`?`;
}

/** Longer lists help nobody. */
const LISTED = 6;
