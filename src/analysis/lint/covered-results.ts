/**
 * Sizes of results that never count, because a line that is as small or smaller holds at least the same tools, on the node
 * itself or above it, and for at least as long.
 */
import { inForce } from "../../decision/access.ts";
import { atomsOf } from "../../decision/atoms.ts";
import { holdsAll } from "../../decision/bits.ts";
import { resultText } from "../../decision/words.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { ResultRule } from "../../model/model.ts";
import { type Realm, whoIs } from "../realm.ts";

/** Lines that could be left out. */
export function coveredResults(realm: Realm): Diagnostic[] {
  const { model, at } = realm;
  return model.nodes.flatMap(({ results }, node) =>
    results
      .filter(({ until }) => inForce(until, at))
      .flatMap((rule) => {
        const cover = linesOnPath(realm, node).find((it) => covers(realm, it, { node, rule }));
        return cover === undefined ? [] : [told(realm, rule, cover)];
      }),
  );
}

/** A line and where it stands. */
interface Placed {
  readonly node: number;
  readonly rule: ResultRule;
}

/** The lines of a node and of those above it, the org's first. */
function linesOnPath(realm: Realm, node: number | null): Placed[] {
  if (node === null) return [];
  const { results, parent } = realm.model.nodes[node]!;
  return [...linesOnPath(realm, parent), ...results.map((rule) => ({ node, rule }))];
}

function covers({ table }: Realm, tight: Placed, loose: Placed): boolean {
  const { rule: a } = tight;
  const { rule: b } = loose;
  const end = ({ until }: ResultRule) => until ?? Number.POSITIVE_INFINITY;
  if (a === b || a.max > b.max || end(a) < end(b)) return false;
  const bits = ({ globs }: ResultRule) => atomsOf(table.atoms.tools, globs);
  if (!holdsAll(bits(a), bits(b))) return false;
  // Of two that say the same the later one is the needless one.
  const isSame = a.max === b.max && end(a) === end(b) && holdsAll(bits(b), bits(a));
  return !isSame || tight.node !== loose.node || a.span.start < b.span.start;
}

function told(realm: Realm, rule: ResultRule, cover: Placed): Diagnostic {
  const message = `\`${resultText(rule)}\` never counts: another line is no larger`;
  const note = `\`${resultText(cover.rule)}\` of ${whoIs(realm, cover.node)} holds the same tools at least`;
  return fault("GW6010", rule.span, message, "delete it, or make it smaller", [
    { message: note, span: cover.rule.span },
  ]);
}
