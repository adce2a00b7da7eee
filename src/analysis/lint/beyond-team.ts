/**
 * Keys that may use what their team may not. Allows add up down the tree, so that a key's own line reaches beyond its
 * team without a word in the team's block, where readers look. Of a team that allows nothing of a kind its keys are
 * expected to say what they may use; a team below another one is a block of its own, and read as such.
 */
import { firstBit, intersect, meets, subtract } from "../../decision/bits.ts";
import type { Grant } from "../../decision/table.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import { isGlob } from "../../model/glob.ts";
import { beginning, type Realm, whoIs } from "../realm.ts";
import { accessOn, stretchesOf } from "./access-over-time.ts";
import { type Names, namesOf } from "./lines.ts";

/** Allows of keys that reach beyond their teams. */
export function beyondTeam(realm: Realm): Diagnostic[] {
  const { model, table } = realm;
  const names = namesOf(table);
  const found: Diagnostic[] = [];
  for (const key of realm.keys) {
    for (const [index, grant] of table.nodes[key]!.grants.entries()) {
      const more = grant.effect === "allow" ? reachBeyond(realm, names, { key, grant }) : null;
      if (more !== null) found.push(told(realm, key, { grant, more, span: model.nodes[key]!.access[index]!.span }));
    }
  }
  return found;
}

interface Surplus {
  readonly bits: Uint32Array;
  readonly now: number;
}

/** What an allow of a key gives beyond its team, when it first does. */
function reachBeyond(
  realm: Realm,
  names: Names,
  { key, grant }: { readonly key: number; readonly grant: Grant },
): Surplus | null {
  const { thing, bits, until } = grant;
  const { nodes } = realm.table;
  for (const { now, access } of stretchesOf(realm, key)) {
    if (until !== null && now > until) break;
    const team = accessOn(realm, nodes[key]!.parent!, now)[thing];
    if (!meets(team, names[thing])) continue;
    const more = bits.slice();
    intersect(more, names[thing]);
    intersect(more, access[thing]);
    subtract(more, team);
    if (firstBit(more) >= 0) return { bits: more, now };
  }
  return null;
}

const WORD = { models: "model", tools: "tool", providers: "provider" } as const;

function told(
  realm: Realm,
  key: number,
  { grant, more, span }: { readonly grant: Grant; readonly more: Surplus; readonly span: Diagnostic["span"] },
): Diagnostic {
  const { nodes, atoms } = realm.table;
  const { examples, members } = atoms[grant.thing];
  // A name that the line writes out, where there is one.
  const written = grant.globs.find((glob) => !isGlob(glob) && meets(members.get(glob)!, more.bits));
  const name = written ?? examples[firstBit(more.bits)];
  const what = `${WORD[grant.thing]} \`${name}\`${beginning(realm, more.now)}`;
  const message = `${whoIs(realm, key)} may use ${what}, which ${whoIs(realm, nodes[key]!.parent!)} may not`;
  return fault("GW6030", span, message, "allow it to the team, or say why it is for this key alone");
}
