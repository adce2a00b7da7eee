/** Statements about access as lints see them: one by one, with the lines that hold beside them on their path. */
import { inForce } from "../../decision/access.ts";
import { atomsOf } from "../../decision/atoms.ts";
import { emptyBits, intersect, subtract } from "../../decision/bits.ts";
import type { Grant, Kind, Table } from "../../decision/table.ts";
import type { Note } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { type Realm, whoIs } from "../realm.ts";

/** One `allow`, `deny` or `only`. */
export interface Line {
  readonly node: number;
  readonly grant: Grant;
  readonly span: Span;
}

/** The lines of a node itself, in the order of the text. */
export function linesOf({ model, table }: Realm, node: number): Line[] {
  const { access } = model.nodes[node]!;
  return table.nodes[node]!.grants.map((grant, index) => ({ node, grant, span: access[index]!.span }));
}

/** The lines of the nodes above a node, the org's first. */
export function linesAbove(realm: Realm, node: number): Line[] {
  const { parent } = realm.table.nodes[node]!;
  return parent === null ? [] : [...linesAbove(realm, parent), ...linesOf(realm, parent)];
}

/** The last moment of a line. What holds beside it then holds beside it always: lines end, and none begins. */
export function lastMomentOf({ grant }: Line): number {
  return grant.until ?? Number.POSITIVE_INFINITY;
}

/** The lines of one effect that hold beside a line for as long as it lasts. */
export function beside(line: Line, others: readonly Line[], effect: Grant["effect"]): Line[] {
  const last = lastMomentOf(line);
  return others.filter(({ grant }) => {
    return grant.thing === line.grant.thing && grant.effect === effect && inForce(grant.until, last);
  });
}

/** Whether a line is the one `allow providers` of its path: whatever it allows, it closes what was open before. */
export function closes({ grant: { thing, effect } }: Line, others: readonly Line[]): boolean {
  if (thing !== "providers" || effect !== "allow") return false;
  return !others.some(({ grant }) => grant.thing === thing && grant.effect === effect);
}

/** The atoms of each kind that some possible name has; of providers, those of the declared ones. */
export type Names = Readonly<Record<Kind, Uint32Array>>;

/** Gathers them. */
export function namesOf({ atoms, providers }: Table): Names {
  const withName = (kind: Kind): Uint32Array => {
    const bits = emptyBits(atoms[kind].atoms);
    for (const [atom, example] of atoms[kind].examples.entries()) {
      if (example !== "") bits[atom >>> 5]! |= 1 << (atom & 31);
    }
    return bits;
  };
  const declared = atomsOf(
    atoms.providers,
    providers.map(({ name }) => name),
  );
  return { models: withName("models"), tools: withName("tools"), providers: declared };
}

/** The names that a line takes away or gives, cut down to possible ones. */
export function reachOf({ grant }: Line, names: Names): Uint32Array {
  const bits = names[grant.thing].slice();
  (grant.effect === "only" ? subtract : intersect)(bits, grant.bits);
  return bits;
}

/** `allow models @everyday` of team eng does, as a note with its place. */
export function noteOf(realm: Realm, { node, grant, span }: Line, does: string): Note {
  return { message: `\`${grant.origin.text}\` of ${whoIs(realm, node)} ${does}`, span };
}
