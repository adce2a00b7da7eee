/** What all proofs stand on: the tree of nodes, moments at which something ends, and the words of a failed proof. */
import { momentText } from "../decision/clock.ts";
import type { Table } from "../decision/table.ts";
import { CODES, type Code } from "../language/codes.ts";
import type { Diagnostic, Note } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Model } from "../model/model.ts";

/** A policy from a moment on. */
export interface Realm {
  readonly model: Model;
  readonly table: Table;
  readonly at: number;
  /** For each node the index after the last node below it, when nodes are counted in `rank`. */
  readonly last: Uint32Array;
  /** The place of each node when every subtree lies together. */
  readonly rank: Uint32Array;
  /** The nodes that are keys. */
  readonly keys: readonly number[];
}

/** Numbers the nodes so that a subtree is a range. */
export function createRealm(model: Model, table: Table, at: number): Realm {
  const { nodes } = table;
  const size = new Uint32Array(nodes.length).fill(1);
  for (let index = nodes.length - 1; index > 0; index--) size[nodes[index]!.parent!]! += size[index]!;
  const rank = new Uint32Array(nodes.length);
  const free = new Uint32Array(nodes.length).fill(1);
  for (let index = 1; index < nodes.length; index++) {
    const parent = nodes[index]!.parent!;
    rank[index] = free[parent]!;
    free[parent]! += size[index]!;
    free[index] = rank[index]! + 1;
  }
  const keys = nodes.flatMap(({ kind }, index) => (kind === "key" ? [index] : []));
  return { model, table, at, rank, last: size.map((count, index) => rank[index]! + count), keys };
}

/** Whether a node is another one or stands below it. */
export function isBelow({ rank, last }: Realm, node: number, top: number): boolean {
  return rank[node]! >= rank[top]! && rank[node]! < last[top]!;
}

/** The indexes from the org down to a node. */
export function pathTo({ table }: Realm, node: number): number[] {
  const path: number[] = [];
  for (let index: number | null = node; index !== null; index = table.nodes[index]!.parent) path.unshift(index);
  return path;
}

/** One moment of each stretch of time from a moment on: that moment, and the first after each end. */
export function momentsAfter(at: number, ends: Iterable<number | null>): number[] {
  const moments = new Set([at]);
  for (const end of ends) if (end !== null && end >= at) moments.add(end + 1);
  return [...moments].sort((a, b) => a - b);
}

/** `key dana-laptop`. */
export function whoIs({ table }: Realm, node: number): string {
  const { kind, name } = table.nodes[node]!;
  return `${kind} ${name}`;
}

/** ` from 2026-12-25 00:00 on`, for what begins after the moment of the proof. */
export function beginning({ at, table }: Realm, now: number): string {
  return now === at ? "" : ` from ${momentText(table.timezone, now)} on`;
}

/** What a failed promise is about. */
export interface Failure {
  readonly code: Code;
  readonly span: Span;
  readonly name: string;
  readonly message: string;
  readonly help: string | null;
  /** The lines to blame, before the path. */
  readonly notes: readonly Note[];
  /** Every node that breaks the promise; the first is the example. */
  readonly nodes: readonly number[];
}

const MOST_NAMED = 3;

/** A failed promise as a diagnostic: the example, the lines, the path from the org, and how many others. */
export function broken(realm: Realm, failure: Failure): Diagnostic {
  const { code, span, name, message, help, notes, nodes } = failure;
  const [example, ...others] = nodes;
  const path = pathTo(realm, example!).map((index) => whoIs(realm, index));
  const shown = others.slice(0, MOST_NAMED).map((index) => whoIs(realm, index));
  const rest = others.length > shown.length ? ` and ${others.length - shown.length} more` : "";
  return {
    code,
    severity: CODES[code].severity,
    span,
    message: `invariant "${name}" does not hold: ${message}`,
    help,
    notes: [
      ...notes,
      { message: `the path is ${path.join(" → ")}`, span: realm.model.nodes[example!]!.span },
      ...(others.length > 0 ? [{ message: `the same goes for ${shown.join(", ")}${rest}`, span: null }] : []),
    ],
  };
}

/** A promise that would hold whatever the policy says. */
export function vacuous(span: Span, message: string, help: string | null): Diagnostic {
  return { code: "GW5014", severity: CODES.GW5014.severity, span, message, help, notes: [] };
}
