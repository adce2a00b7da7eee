/**
 * Entries of a list that say nothing, because others of the same list hold all of their names. A model that is written
 * out says one thing more: it is among the models that clients are offered. It is told only when another entry writes
 * it out as well.
 */
import { atomsOf } from "../../decision/atoms.ts";
import { eachBit, emptyBits, holdsAll, intersect } from "../../decision/bits.ts";
import type { Kind, Table } from "../../decision/table.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Item } from "../../language/tree.ts";
import { fault } from "../../model/fault.ts";
import { isGlob } from "../../model/glob.ts";
import type { Model, NameList } from "../../model/model.ts";
import type { Realm } from "../realm.ts";

/** Entries that could be left out, in statements and groups; of two that are equal, the later one. */
export function listEntries({ model, table }: Realm): Diagnostic[] {
  const entryOf = createEntries(model, table);
  const overlaps = createOverlaps(table);
  return model.lists.flatMap((list) => {
    // What stands in a route twice is told with the routes.
    if (list.items.length < 2 || list.routeOf !== null) return [];
    const entries = list.items.map((item) => entryOf(list.thing, item));
    if (!overlaps(list.thing, entries)) return [];
    return heldByOthers(list, entries, table.atoms[list.thing].atoms).map((idle) => told(idle, entries));
  });
}

interface Entry {
  readonly item: Item;
  readonly globs: readonly string[];
  readonly bits: Uint32Array;
}

/** What entries stand for; a group is added up once. */
function createEntries(model: Model, { atoms, providers }: Table): (thing: Kind, item: Item) => Entry {
  const groupsOf = (thing: "models" | "tools") =>
    new Map(model[thing].map(({ name, globs }) => [name, { globs, bits: atomsOf(atoms[thing], globs) }]));
  const groups = { models: groupsOf("models"), tools: groupsOf("tools") };
  const declared = atomsOf(
    atoms.providers,
    providers.map(({ name }) => name),
  );
  return (thing, item) => {
    if (thing !== "providers" && item.kind === "reference") {
      const { globs, bits } = groups[thing].get(item.text)!;
      return { item, globs, bits };
    }
    let bits = atoms[thing].members.get(item.text)!;
    if (thing === "providers") {
      // Names of providers are declared; there are no others.
      bits = bits.slice();
      intersect(bits, declared);
    }
    return { item, globs: [item.text], bits };
  };
}

/** Whether names of some entry may all stand in others: most lists are done with after this. */
function createOverlaps({ atoms }: Table): (thing: Kind, entries: readonly Entry[]) => boolean {
  const scratch = (thing: Kind) => ({ once: emptyBits(atoms[thing].atoms), twice: emptyBits(atoms[thing].atoms) });
  const held = { models: scratch("models"), tools: scratch("tools"), providers: scratch("providers") };
  return (thing, entries) => {
    const { once, twice } = held[thing];
    once.fill(0);
    twice.fill(0);
    let some = 0;
    for (const { bits } of entries) {
      for (let i = 0; i < bits.length; i++) {
        const both = once[i]! & bits[i]!;
        some |= both;
        twice[i]! |= both;
        once[i]! |= bits[i]!;
      }
    }
    return some !== 0 && entries.some(({ bits }) => holdsAll(twice, bits));
  };
}

/** Entries of which others hold every name. Names are counted, so that a long list costs no more than its atoms. */
function heldByOthers({ thing }: NameList, entries: readonly Entry[], atoms: number): Entry[] {
  const holders = new Uint32Array(atoms);
  for (const { bits } of entries) for (const atom of eachBit(bits)) holders[atom]!++;
  const idle = new Set<Entry>();
  for (const entry of entries.toReversed()) {
    const all = [...eachBit(entry.bits)];
    if (all.some((atom) => holders[atom] === 1)) continue;
    const others = entries.filter((it) => it !== entry && !idle.has(it));
    if (thing === "models" && offersMore(entry, others)) continue;
    // What is left out holds nothing any more for those before it.
    for (const atom of all) holders[atom]!--;
    idle.add(entry);
  }
  return entries.filter((entry) => idle.has(entry));
}

/** Whether an entry writes out a model that none of the others does; what a group writes out stands in the group. */
function offersMore({ item }: Entry, others: readonly Entry[]): boolean {
  if (item.kind === "reference" || isGlob(item.text)) return false;
  return !others.some(({ globs }) => globs.includes(item.text));
}

function told(idle: Entry, entries: readonly Entry[]): Diagnostic {
  const { span } = idle.item;
  const holder = entries.find((entry) => entry !== idle && holdsAll(entry.bits, idle.bits));
  const message = `\`${written(idle.item)}\` adds nothing to its list`;
  if (holder === undefined) return fault("GW6011", span, `${message}: other entries hold all of it`, "leave it out");
  const isSame = written(holder.item) === written(idle.item);
  const why = isSame ? "it stands there twice" : `\`${written(holder.item)}\` holds it`;
  const note = { message: isSame ? "the first is here" : "it stands here", span: holder.item.span };
  return fault("GW6011", span, `${message}: ${why}`, "leave it out", [note]);
}

function written({ kind, text }: Item): string {
  return kind === "reference" ? `@${text}` : text;
}
