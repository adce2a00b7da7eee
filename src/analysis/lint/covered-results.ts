/**
 * Lines about results that never count: for all that a line says, another one, on the node itself or above it, and for at
 * least as long, says as much or more about at least the same tools.
 */
import { inForce } from "../../decision/access.ts";
import { atomsOf } from "../../decision/atoms.ts";
import { holdsAll } from "../../decision/bits.ts";
import { resultText } from "../../decision/words.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import type { NamedPatterns, ResultRule } from "../../model/model.ts";
import { type Realm, whoIs } from "../realm.ts";

/** Lines that could be left out. */
export function coveredResults(realm: Realm): Diagnostic[] {
  const { model, at } = realm;
  return model.nodes.flatMap(({ results }, node) =>
    results
      .filter(({ until }) => inForce(until, at))
      .flatMap((rule) => {
        const line = { node, rule };
        const covers = PARTS.filter(({ says }) => says(rule)).map((part) =>
          linesOnPath(realm, node).find((it) => isCover(realm, part, it, line)),
        );
        return covers.some((cover) => cover === undefined)
          ? []
          : [
              told(
                realm,
                rule,
                covers.filter((it) => it !== undefined),
              ),
            ];
      }),
  );
}

/** A line and where it stands. */
interface Placed {
  readonly node: number;
  readonly rule: ResultRule;
}

/** A part of a line: whether one has it, and whether what one says of it is no less than what another says. */
interface Part {
  readonly says: (rule: ResultRule) => boolean;
  readonly isAsTight: (a: ResultRule, b: ResultRule) => boolean;
}

const PARTS: readonly Part[] = [
  {
    says: ({ max }) => max !== null,
    isAsTight: (a, b) => (a.max ?? Number.POSITIVE_INFINITY) <= (b.max ?? Number.POSITIVE_INFINITY),
  },
  { says: ({ redact }) => redact !== null, isAsTight: (a, b) => holdsPatterns([a.redact], b.redact) },
  // What is redacted is recorded, too.
  { says: ({ flag }) => flag !== null, isAsTight: (a, b) => holdsPatterns([a.redact, a.flag], b.flag) },
];

function holdsPatterns(all: readonly (NamedPatterns | null)[], some: NamedPatterns | null): boolean {
  const names = new Set(all.flatMap((it) => it?.patterns ?? []).map(({ name }) => name));
  return (some?.patterns ?? []).every(({ name }) => names.has(name));
}

/** The lines of a node and of those above it, the org's first. */
function linesOnPath(realm: Realm, node: number | null): Placed[] {
  if (node === null) return [];
  const { results, parent } = realm.model.nodes[node]!;
  return [...linesOnPath(realm, parent), ...results.map((rule) => ({ node, rule }))];
}

function isCover({ table }: Realm, { isAsTight }: Part, tight: Placed, loose: Placed): boolean {
  const { rule: a } = tight;
  const { rule: b } = loose;
  const end = ({ until }: ResultRule) => until ?? Number.POSITIVE_INFINITY;
  if (a === b || !isAsTight(a, b) || end(a) < end(b)) return false;
  const bits = ({ globs }: ResultRule) => atomsOf(table.atoms.tools, globs);
  if (!holdsAll(bits(a), bits(b))) return false;
  // Of two that say the same the later one is the needless one.
  const isSame = isAsTight(b, a) && end(a) === end(b) && holdsAll(bits(b), bits(a));
  return !isSame || tight.node !== loose.node || a.span.start < b.span.start;
}

function told(realm: Realm, rule: ResultRule, covers: readonly Placed[]): Diagnostic {
  const isSize = rule.redact === null && rule.flag === null;
  const why = isSize ? "another line is no larger" : "other lines say all of it";
  const help = isSize ? "delete it, or make it smaller" : "delete it";
  const notes = [...new Set(covers.map(({ rule: it }) => it))].map((it) => {
    const { node } = covers.find((cover) => cover.rule === it)!;
    return { message: `\`${resultText(it)}\` of ${whoIs(realm, node)} holds the same tools at least`, span: it.span };
  });
  return fault("GW6010", rule.span, `\`${resultText(rule)}\` never counts: ${why}`, help, notes);
}
