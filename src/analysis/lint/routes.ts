/**
 * Routes, or parts of them, that no request ever takes: of models that nobody may use; through providers that everybody
 * who may use the models is kept from; through a provider that was tried before.
 */
import { atomOf, atomsOf } from "../../decision/atoms.ts";
import { hasBit, meets } from "../../decision/bits.ts";
import type { Policy } from "../../decision/table.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import type { Item } from "../../language/tree.ts";
import { fault } from "../../model/fault.ts";
import type { Group } from "../../model/model.ts";
import { type Realm, whoIs } from "../realm.ts";
import { everyAccess } from "./access-over-time.ts";

/** Routes that are never taken, from now on. */
export function routes(realm: Realm): Diagnostic[] {
  const { model, table } = realm;
  const all = everyAccess(realm);
  return model.lists.flatMap(({ routeOf, items }) => {
    const group = routeOf === null ? undefined : model.models.find(({ name }) => name === routeOf);
    if (group === undefined) return [];
    const bits = atomsOf(table.atoms.models, group.globs);
    const users = all.filter(({ models }) => meets(models, bits));
    if (users.length === 0) return [unused(group)];
    return items.flatMap((provider, index) => {
      return remarksOn(realm, { group, users, provider, before: items.slice(0, index) });
    });
  });
}

function unused({ name, span }: Group): Diagnostic {
  const message = `nobody may use a model of \`${name}\`, so its route is never taken`;
  return fault("GW6022", span, message, "allow it to somebody, or leave out its `via`");
}

interface Stop {
  readonly group: Group;
  /** The access of everybody who may use one of the models. */
  readonly users: readonly Policy[];
  readonly provider: Item;
  readonly before: readonly Item[];
}

function remarksOn(realm: Realm, { group, users, provider: { text, span }, before }: Stop): Diagnostic[] {
  const first = before.find((item) => item.text === text);
  if (first !== undefined) {
    const notes = [{ message: "the first is here", span: first.span }];
    return [
      fault("GW6022", span, `\`${text}\` stands in the route before: it is not tried twice`, "leave it out", notes),
    ];
  }
  const atom = atomOf(realm.table.atoms.providers, text);
  if (users.some(({ providers }) => hasBit(providers, atom))) return [];
  const message = `\`${text}\` is never tried: whoever may use a model of \`${group.name}\` is kept from it`;
  return [fault("GW6021", span, message, "leave it out, or let somebody use it", guiltyOf(realm, atom))];
}

const MOST_LINES = 3;

/** Lines that keep providers from somebody, the first few. */
function guiltyOf(realm: Realm, atom: number): Note[] {
  const notes: Note[] = [];
  for (const [node, { grants }] of realm.table.nodes.entries()) {
    for (const [index, { thing, effect, bits, origin }] of grants.entries()) {
      // An allow keeps out what it does not name, since it closes what nobody allowed.
      if (thing !== "providers" || hasBit(bits, atom) !== (effect === "deny")) continue;
      const { span } = realm.model.nodes[node]!.access[index]!;
      notes.push({ message: `\`${origin.text}\` of ${whoIs(realm, node)} keeps it out`, span });
      if (notes.length === MOST_LINES) return notes;
    }
  }
  return notes;
}
