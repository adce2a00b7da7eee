/**
 * What must follow a place of an expression, as runs of characters that can be checked one after the other without ever
 * going back: a scanner that stands behind a literal sees by them, in a few characters, that nothing can match there.
 */
import { type CharSet, overlaps, union } from "./char-set.ts";
import type { Node, SetNode } from "./node.ts";

/** `min` to `max` characters of a set, as many as there are; null: any number. */
export interface Step {
  readonly set: CharSet;
  readonly min: number;
  readonly max: number | null;
}

/**
 * The steps that every match goes through from the first of these parts on. They end where a choice begins, or where a
 * run could give back what the next one needs; what they let pass may still fail.
 */
export function stepsOf(parts: readonly Node[]): readonly Step[] {
  const runs = runsOf(parts);
  const steps: Step[] = [];
  for (const [index, run] of runs.entries()) {
    const settled = run.min === run.max || isSettled(run, runs.slice(index + 1));
    steps.push(settled ? run : { ...run, max: run.min });
    if (!settled) break;
  }
  const last = steps.findLastIndex(({ min }) => min > 0);
  return steps.slice(0, last + 1);
}

/** The parts as runs, up to the first that is none. */
function runsOf(parts: readonly Node[]): Step[] {
  const runs: Step[] = [];
  for (const part of flat(parts)) {
    if (part.kind === "condition") continue;
    const run = runOf(part);
    if (run === null) break;
    runs.push(run);
  }
  return runs;
}

function flat(parts: readonly Node[]): Node[] {
  return parts.flatMap((part) => {
    if (part.kind === "value") return flat([part.body]);
    return part.kind === "sequence" ? flat(part.parts) : [part];
  });
}

function runOf(node: Node): Step | null {
  if (isPlain(node)) return { set: node.set, min: 1, max: 1 };
  if (node.kind !== "repeat") return null;
  const { body, min, max } = node;
  return isPlain(body) ? { set: body.set, min, max } : null;
}

function isPlain(node: Node): node is SetNode {
  return node.kind === "set" && node.properties.length === 0;
}

/** Whether the run takes all that it can: nothing of it can be what comes next. */
function isSettled({ set }: Step, following: readonly Step[]): boolean {
  const needed = following.findIndex(({ min }) => min > 0);
  if (needed < 0) return false;
  return !overlaps(set, union(...following.slice(0, needed + 1).map((run) => run.set)));
}
