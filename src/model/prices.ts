/** Price lines of all groups → rows, dates and bands worked out. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Declared } from "./declared.ts";
import { fault, firstIsHere } from "./fault.ts";
import type { Groups } from "./groups.ts";
import { firstMomentUtc } from "./instant.ts";
import type { Price } from "./model.ts";

/** The rows in the order of the text; two rows for one name, band and date are an error. */
export function buildPrices(declared: Declared, groups: Groups, report: (diagnostic: Diagnostic) => void): Price[] {
  const rows: Price[] = [];
  const seen = new Map<string, Span>();
  for (const { pack, declaration } of declared.models.values()) {
    for (const statement of declaration.prices) {
      const { input, output, cacheRead, cacheWrite, cacheWrite1h, above, span } = statement;
      const globs = groups.expand(statement.items, { thing: "models", pack, reason: null }, report);
      const from = statement.from === null ? null : firstMomentUtc(statement.from);
      const own = pack === null;
      rows.push({ globs, input, output, cacheRead, cacheWrite, cacheWrite1h, above, from, own, span });
      for (const glob of globs) {
        const row = `${glob} ${above} ${from} ${own}`;
        const first = seen.get(row);
        if (first) {
          const message = `\`${glob}\` has two prices at the same time`;
          report(fault("GW3011", span, message, "keep one, or give it a `from`", firstIsHere(first)));
        } else seen.set(row, span);
      }
    }
  }
  return rows;
}
