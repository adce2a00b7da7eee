/**
 * A counter that drains, in use: limits/ counts with it, analysis/ plays records with it. Requests under way took an estimate; when the truth is less, what the estimate pushed up comes
 * down again, as if it had never been there. What has drained meanwhile cannot come back: it drained in place of what
 * others took since, so giving all of an old estimate back would let the counter fall below what was really used.
 */
import { type Bucket, EMPTY_BUCKET, gcraAdd } from "./meter.ts";

/** The counter, with the places of requests under way. It is changed in place: there are many, and each lives long. */
export interface Draining extends Bucket {
  readonly kind: "rolling";
  level: number;
  at: number;
  /** The ceiling last in force: it says how fast the bucket drains. */
  ceiling: number;
  readonly periodMs: number;
  /** In the order in which they were taken. */
  readonly stakes: Stake[];
}

/** The place of one request. */
export interface Stake {
  /** What stood in the bucket when the request had been added to it, less what has drained since to below that. */
  left: number;
}

/** A counter that nothing was ever taken from. */
export function emptyDraining(periodMs: number): Draining {
  return { kind: "rolling", ...EMPTY_BUCKET, ceiling: 0, periodMs, stakes: [] };
}

/** Takes an amount that the truth may correct. */
export function stake(counter: Draining, amount: number, ceiling: number, now: number): Stake {
  pour(counter, amount, ceiling, now);
  const taken = { left: counter.level };
  counter.stakes.push(taken);
  return taken;
}

/** Takes an amount for good. */
export function pour(counter: Draining, amount: number, ceiling: number, now: number): void {
  counter.ceiling = ceiling;
  drain(counter, now);
  counter.level += amount;
}

/** Ends a request's place: adds what it took more than was estimated, or gives back what it took less. */
export function unstake(counter: Draining, ended: Stake, change: number, now: number): void {
  drain(counter, now);
  const index = counter.stakes.indexOf(ended);
  // A counter that was empty and forgotten meanwhile has no such place, and nothing of it is left to give back.
  const back = index < 0 ? 0 : Math.max(0, Math.min(-change, ended.left));
  if (index >= 0) counter.stakes.splice(index, 1);
  counter.level += change > 0 ? change : -back;
  if (back === 0) return;
  for (const [at, other] of counter.stakes.entries()) {
    // Without the estimate the bucket would have drained to this below whoever came before, and stood so much lower for
    // whoever came after.
    other.left = at < index ? Math.min(other.left, ended.left - back) : other.left - back;
  }
}

function drain(counter: Draining, now: number): void {
  const { stakes, ceiling, periodMs } = counter;
  const { level, at } = gcraAdd(counter, now, 0, ceiling, periodMs);
  counter.level = level;
  counter.at = at;
  // Whoever came later stands higher, so those that drained are at the end.
  for (let index = stakes.length - 1; index >= 0 && stakes[index]!.left > level; index--) stakes[index]!.left = level;
}
