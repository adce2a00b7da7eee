/**
 * Keys with which nothing can ever be done: no model is allowed to them at any time before they expire, or the hours of
 * the blocks on their path never meet. Every request needs a model; a key without tools still holds a conversation.
 */
import { inForce } from "../../decision/access.ts";
import { firstBit } from "../../decision/bits.ts";
import type { Window } from "../../decision/table.ts";
import { closedWindow, opensAt } from "../../decision/windows.ts";
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import { fault } from "../../model/fault.ts";
import { momentsAfter, pathTo, type Realm, whoIs } from "../realm.ts";
import { stretchesOf } from "./access-over-time.ts";
import { noteOf } from "./lines.ts";

/** Keys that are of no use, but for those that have expired. */
export function idleKeys(realm: Realm): Diagnostic[] {
  const { model, table, at } = realm;
  const opens = createHours(realm);
  const silent = table.policies.map(({ models }) => firstBit(models) < 0);
  const hasModel = (key: number, end: number): boolean => {
    const { policy } = table.nodes[key]!;
    if (policy >= 0) return !silent[policy]!;
    return stretchesOf(realm, key).some(({ now, access }) => now <= end && firstBit(access.models) >= 0);
  };
  const found: Diagnostic[] = [];
  for (const key of realm.keys) {
    const { name, span, key: facts } = model.nodes[key]!;
    const end = facts?.expires ?? Number.POSITIVE_INFINITY;
    if (end < at) continue;
    const tell = (why: string, notes: readonly Note[]) =>
      found.push(
        fault("GW6031", span, `key \`${name}\` can do nothing: ${why}`, "mend that, or delete the key", notes),
      );
    if (!hasModel(key, end)) tell("no model is ever allowed to it", linesOf(realm, key));
    else if (!opens(key, end)) tell("its active hours never meet", hoursOf(realm, key));
  }
  return found;
}

/** Whether all windows of a key are ever open together; keys without hours of their own share the list of their team. */
function createHours({ table, at }: Realm): (key: number, end: number) => boolean {
  const firstOpen = new Map<readonly number[], number>();
  const isOpenAt = (ids: readonly number[], now: number): boolean => {
    const windows = ids.map((id) => windowAt(table.windows[id]!, now)).filter(({ spans }) => spans.length > 0);
    return closedWindow(table.timezone, windows, now) === null || opensAt(table.timezone, windows, now) !== null;
  };
  return (key, end) => {
    const ids = table.nodes[key]!.windows;
    if (ids.length < 2) return true;
    let first = firstOpen.get(ids);
    if (first === undefined) {
      const ends = ids.flatMap((id) => table.windows[id]!.spans.map(({ until }) => until));
      first = momentsAfter(at, ends).find((now) => isOpenAt(ids, now)) ?? Number.POSITIVE_INFINITY;
      firstOpen.set(ids, first);
    }
    return first <= end;
  };
}

function windowAt(window: Window, now: number): Window {
  return { ...window, spans: window.spans.filter(({ until }) => inForce(until, now)) };
}

const MOST_LINES = 4;

/** The lines about models on the path of a key; where none allows anything, the others do not matter. */
function linesOf(realm: Realm, key: number): Note[] {
  const { model, table } = realm;
  const lines = pathTo(realm, key).flatMap((node) =>
    table.nodes[node]!.grants.flatMap((grant, index) => {
      const { span } = model.nodes[node]!.access[index]!;
      return grant.thing === "models" ? [{ node, grant, span }] : [];
    }),
  );
  if (!lines.some(({ grant }) => grant.effect === "allow")) {
    return [{ message: `no \`allow models\` is on its path, ${pathText(realm, key)}`, span: null }];
  }
  return lines.slice(0, MOST_LINES).map((line) => noteOf(realm, line));
}

function pathText(realm: Realm, key: number): string {
  return pathTo(realm, key)
    .map((node) => whoIs(realm, node))
    .join(" → ");
}

function hoursOf(realm: Realm, key: number): Note[] {
  const { table } = realm;
  return table.nodes[key]!.windows.map((id) => {
    const { text, place } = table.windows[id]!.origin;
    return { message: `\`${text}\` at ${place}`, span: null };
  });
}
