/**
 * Patterns behind `redact` and `flag` of a line about results that say nothing, because others of the same line stand for all
 * of it. What is redacted is recorded as well, so there is nothing left to flag.
 */
import { inForce } from "../../decision/access.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { PatternEntry, ResultRule } from "../../model/model.ts";
import type { Realm } from "../realm.ts";

/** Names of patterns that could be left out, all together; of two that are equal, the later one. */
export function patternEntries({ model, at }: Realm): Diagnostic[] {
  return model.nodes
    .flatMap(({ results }) => results)
    .filter(({ until }) => inForce(until, at))
    .flatMap(idleOf);
}

interface Placed {
  readonly deed: "redact" | "flag";
  readonly entry: PatternEntry;
}

function idleOf(rule: ResultRule): Diagnostic[] {
  const placed = (["redact", "flag"] as const).flatMap((deed) =>
    (rule[deed]?.entries ?? []).map((entry): Placed => ({ deed, entry })),
  );
  let left = placed;
  const found: Diagnostic[] = [];
  for (const own of placed.toReversed()) {
    const others = left.filter((it) => it !== own && (it.deed === "redact" || own.deed === "flag"));
    if (!holds(others, own)) continue;
    left = left.filter((it) => it !== own);
    found.push(told(own, others));
  }
  return found;
}

function holds(others: readonly Placed[], { entry }: Placed): boolean {
  const names = new Set(others.flatMap((it) => it.entry.patterns).map(({ name }) => name));
  return entry.patterns.length > 0 && entry.patterns.every(({ name }) => names.has(name));
}

function told(own: Placed, others: readonly Placed[]): Diagnostic {
  const { written, span } = own.entry;
  const message = `\`${written}\` adds nothing`;
  const holder = others.find((it) => holds([it], own));
  if (holder === undefined)
    return fault("GW6011", span, `${message}: others of this line hold all of it`, "leave it out");
  const isSame = holder.entry.written === written;
  if (holder.deed !== own.deed) {
    const note = {
      message: `${isSame ? "it" : `\`${holder.entry.written}\``} is redacted here`,
      span: holder.entry.span,
    };
    return fault("GW6011", span, `${message}: what this line redacts is recorded as well`, "leave it out", [note]);
  }
  const why = isSame ? "it stands there twice" : `\`${holder.entry.written}\` holds it`;
  const note = { message: isSame ? "the first is here" : "it stands here", span: holder.entry.span };
  return fault("GW6011", span, `${message} to its list: ${why}`, "leave it out", [note]);
}
