/**
 * Statements about access as lints see them: one by one, beside the lines that hold on the path from the org. A line is
 * idle when it decides nothing, whatever is allowed below it: all that it allows is allowed or kept out by others, all
 * that it keeps out is kept out by others. covered.ts and unreachable.ts say which of it, and why.
 */
import { inForce } from "../../decision/access.ts";
import { atomsOf } from "../../decision/atoms.ts";
import { addBit, emptyBits, firstBit, intersect, subtract } from "../../decision/bits.ts";
import type { Grant, Kind, Table } from "../../decision/table.ts";
import type { Note } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { implies } from "../implies.ts";
import { type Realm, whoIs } from "../realm.ts";

/** One `allow`, `deny` or `only`. */
export interface Line {
  readonly node: number;
  readonly grant: Grant;
  readonly span: Span;
}

/** A line that decides nothing. */
export interface IdleLine {
  readonly line: Line;
  /** What it could name: possible names only. */
  readonly reach: Uint32Array;
  /** The lines of its path that hold beside it for as long as it lasts, all about the same kind of things. */
  readonly beside: readonly Line[];
}

/**
 * The idle lines of a policy. Every path through a node has the same lines above it, so what makes a line idle there
 * makes it so for everybody below. Of two that make each other idle the later one is, and it counts for nothing after
 * that: all idle lines could be left out together. Lines that are over are not among them.
 */
export function idleLines(realm: Realm): IdleLine[] {
  const names = namesOf(realm.table);
  const isIdle = createTrial(names);
  // What pins deny is no line that anybody wrote, or could delete.
  const pins = new Set(realm.model.servers.map((server) => server.pins?.span));
  const paths: (readonly Line[])[] = [];
  const found: IdleLine[] = [];
  for (const [node, { grants, parent }] of realm.table.nodes.entries()) {
    const above = parent === null ? [] : paths[parent]!;
    if (grants.length === 0) {
      paths.push(above);
      continue;
    }
    const path = [...above, ...linesOf(realm, node)];
    paths.push(path);
    let left = path;
    for (let index = path.length - 1; index >= above.length; index--) {
      const line = path[index]!;
      if (!inForce(line.grant.until, realm.at) || pins.has(line.span)) continue;
      if (!isIdle(line, left)) continue;
      const reach = names[line.grant.thing].slice();
      cutToReach(reach, line);
      found.push({ line, reach, beside: left.filter((it) => isBeside(line, it) && isFirm(line, it)) });
      left = left.filter((it) => it !== line);
    }
  }
  return found;
}

/** The lines of a node alone. */
export function linesOf({ model, table }: Realm, node: number): Line[] {
  const { access } = model.nodes[node]!;
  return table.nodes[node]!.grants.map((grant, index) => ({ node, grant, span: access[index]!.span }));
}

/** Lines end and none begins: what holds at the last moment of a line holds beside it always. */
function isBeside(line: Line, other: Line): boolean {
  const last = line.grant.until ?? Number.POSITIVE_INFINITY;
  return other !== line && other.grant.thing === line.grant.thing && inForce(other.grant.until, last);
}

/**
 * Whether a line settles its names for another one in every call: one with a condition may let the call be decided by others,
 * unless it holds wherever the other one does. An `only` keeps out by name whatever its condition.
 */
function isFirm({ grant: { effect, where } }: Line, { grant: other }: Line): boolean {
  if (other.where === null || other.effect === "only") return true;
  if (where === null || effect !== other.effect) return false;
  if (effect === "allow") return implies(where, other.where);
  return implies({ kind: "not", of: other.where }, { kind: "not", of: where });
}

/** What settles names for a line of each effect. */
const SETTLED_BY = {
  allow: ["only", "deny", "allow"],
  deny: ["deny", "only"],
  // What an `only` keeps out may be denied as well: the ceiling stays, whoever lifts the denial.
  only: ["only"],
} as const satisfies Record<Grant["effect"], readonly Grant["effect"][]>;

/** Tries lines; the sets that it works on are made once, since there are many lines and few are idle. */
function createTrial(names: Names): (line: Line, path: readonly Line[]) => boolean {
  const scratch: Names = {
    models: names.models.slice(),
    tools: names.tools.slice(),
    providers: names.providers.slice(),
  };
  return (line, path) => {
    if (closes(line, path)) return false;
    const { effect, thing, where } = line.grant;
    // It decides about calls of what it names, and by name about everything else.
    if (effect === "only" && where !== null) return false;
    const effects: readonly Grant["effect"][] = SETTLED_BY[effect];
    const left = scratch[thing];
    left.set(names[thing]);
    cutToReach(left, line);
    for (const other of path) {
      if (effects.includes(other.grant.effect) && isBeside(line, other) && isFirm(line, other)) settle(left, other);
    }
    return firstBit(left) < 0;
  };
}

/** Whether a line is the one `allow providers` of its path: whatever it allows, it closes what was open before. */
function closes(line: Line, path: readonly Line[]): boolean {
  const { thing, effect } = line.grant;
  if (thing !== "providers" || effect !== "allow") return false;
  return !path.some((it) => it !== line && it.grant.thing === thing && it.grant.effect === effect);
}

/** Takes out of a set of names, in place, what a line settles: an `only` all that it does not name. */
export function settle(bits: Uint32Array, { grant }: Line): void {
  (grant.effect === "only" ? intersect : subtract)(bits, grant.bits);
}

/** The possible names of each kind, as atoms; of providers the declared ones. */
export type Names = Readonly<Record<Kind, Uint32Array>>;

/** Gathers them. */
export function namesOf({ atoms, providers }: Table): Names {
  const possible = (kind: Kind): Uint32Array => {
    const bits = emptyBits(atoms[kind].atoms);
    for (const [atom, example] of atoms[kind].examples.entries()) if (example !== "") addBit(bits, atom);
    return bits;
  };
  const declared = atomsOf(
    atoms.providers,
    providers.map(({ name }) => name),
  );
  return { models: possible("models"), tools: possible("tools"), providers: declared };
}

/** Leaves of a set of names, in place, what a line allows or keeps out. */
function cutToReach(bits: Uint32Array, { grant }: Line): void {
  (grant.effect === "only" ? subtract : intersect)(bits, grant.bits);
}

const DOES = { allow: "allows it", deny: "denies it", only: "keeps it out" } as const;

/** What a line does to names, as a note with its place. */
export function noteOf(realm: Realm, { node, grant, span }: Line): Note {
  return { message: `\`${grant.origin.text}\` of ${whoIs(realm, node)} ${DOES[grant.effect]}`, span };
}
