/**
 * The meaning of a change: two policies → rows, each with its direction and its lines. Access is compared for every
 * possible name and every moment from `at` on, duties as they add up down the tree, counters one by one. No rows if and
 * only if the two policies mean the same: text that moves, order and the names of groups change nothing.
 */
import { accessRows, createAccess } from "./diff-access.ts";
import { conditionRows } from "./diff-conditions.ts";
import { dutyRows } from "./diff-duties.ts";
import { fold } from "./diff-fold.ts";
import { guardrailRows, renamedGuardrails } from "./diff-guardrails.ts";
import { type Joint, join, type Side } from "./diff-joint.ts";
import { keyRows } from "./diff-keys.ts";
import { limitRows } from "./diff-limits.ts";
import { resourceRows } from "./diff-resources.ts";
import type { Diff, Move, Row, Verdict } from "./diff-row.ts";

/** Compares two policies from a moment on; null when their globs divide names into too many cases. */
export function diff(old: Side, now: Side, at: number): Diff | null {
  const joint = join(old, now, at);
  if (joint === null) return null;
  const access = createAccess(joint);
  const renamed = renamedGuardrails(joint);
  const rows = [
    ...keyRows(joint, access),
    ...accessRows(joint, access),
    ...conditionRows(joint, access),
    ...dutyRows(joint, renamed),
    ...limitRows(joint),
    ...guardrailRows(joint, renamed),
    ...resourceRows(joint, access),
  ];
  return { verdict: verdictOf(rows), rows: arrange(rows), cache: cacheOf(joint, rows) };
}

/** What a reviewer must see first stands first. */
const RANK = { wider: 0, changed: 1, tighter: 2, neutral: 3 } as const satisfies Record<Move, number>;

/** By direction, and then together what is about the same subject. */
function arrange(rows: readonly Row[]): readonly Row[] {
  const byMove = rows.toSorted((a, b) => RANK[a.move] - RANK[b.move]);
  return [...Map.groupBy(byMove, ({ move, subject }) => `${move} ${subject.label}`).values()].flat();
}

/** What cannot be shown to be tighter counts as wider. */
function verdictOf(rows: readonly Row[]): Verdict {
  if (rows.length === 0) return "none";
  return rows.some(({ move }) => move === "wider" || move === "changed") ? "wider" : "tighter";
}

function cacheOf(joint: Joint, rows: readonly Row[]): Diff["cache"] {
  const { nodes } = joint.new.model;
  const added = new Set(joint.added);
  const costly = rows
    .filter(({ cache }) => cache)
    .map(({ about, nodes: touched }) => ({ about, touched: touched.filter((index) => !added.has(index)) }))
    .filter(({ touched }) => touched.some((index) => nodes[index]!.kind === "key"));
  if (costly.length === 0) return null;
  const touched = new Set(costly.flatMap((it) => it.touched));
  return { subject: fold(nodes, touched, joint.added), why: [...new Set(costly.map(({ about }) => about))] };
}
