/** Lists of what a server offers, cut to what a caller is granted. The order stays; a page may come out empty. */
import { marked } from "./confirming.ts";
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

/** What a list is held to. */
export interface ListRules {
  readonly era: Era;
  /** `entry` is what the list says of the target, in the server's own words. */
  readonly granted: (target: Target, entry: Value) => boolean;
  /** Whether a person has to confirm a call of it. */
  readonly asks: (target: Target) => boolean;
}

/**
 * The result with the entries that are granted. In the stateless era a result says how long and for whom it may be kept;
 * what one caller may see is nobody else's, and policy may change at any moment.
 */
export function cutList(listing: Listing, result: Fields, { granted, asks, era }: ListRules): Fields {
  const entries = result[listing.member];
  if (!Array.isArray(entries)) return result;
  const kept = entries.flatMap((entry: Value) => {
    const target = entryTarget(listing, entry);
    if (target === null || !granted(target, entry)) return [];
    return [asks(target) ? marked(entry) : entry];
  });
  const cut = { ...result, [listing.member]: kept };
  return era === "stateless" ? { ...cut, ttlMs: 0, cacheScope: "private" } : cut;
}
