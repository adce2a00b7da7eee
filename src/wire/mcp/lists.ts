/** Lists of what a server offers, cut to what a caller is granted. The order stays; a page may come out empty. */
import type { Era } from "./era.ts";
import { type Fields, isFields, textIn, type Value } from "./message.ts";
import type { Family, Target } from "./target.ts";

/** Where a list stands in its result, and by which member its entries are called. */
export interface Listing {
  readonly member: string;
  readonly family: Family;
  readonly by: string;
}

/** By method. */
export const LISTINGS: Readonly<Record<string, Listing>> = {
  "tools/list": { member: "tools", family: "mcp", by: "name" },
  "prompts/list": { member: "prompts", family: "mcp-prompt", by: "name" },
  "resources/list": { member: "resources", family: "mcp-resource", by: "uri" },
  "resources/templates/list": { member: "resourceTemplates", family: "mcp-resource", by: "uriTemplate" },
};

/** The thing that an entry of a list is about; null when it has no name. */
export function entryTarget({ family, by }: Listing, entry: unknown): Target | null {
  const name = isFields(entry as Fields) ? textIn(entry as Fields, by) : null;
  return name === null ? null : { family, name };
}

/**
 * The result with the entries that are granted. In the stateless era a result says how long and for whom it may be kept;
 * what one caller may see is nobody else's, and policy may change at any moment.
 */
export function cutList(
  listing: Listing,
  result: Fields,
  granted: (target: Target, entry: Value) => boolean,
  era: Era,
): Fields {
  const entries = result[listing.member];
  if (!Array.isArray(entries)) return result;
  const kept = entries.filter((entry) => {
    const target = entryTarget(listing, entry);
    return target !== null && granted(target, entry);
  });
  const cut = { ...result, [listing.member]: kept };
  return era === "stateless" ? { ...cut, ttlMs: 0, cacheScope: "private" } : cut;
}
