/**
 * A counter that drains, in use: limits/ counts with it, analysis/ plays records with it. Requests under way took an
 * estimate; when the truth is less, what the estimate pushed up comes down again, as if it had never been there. What has
 * drained meanwhile cannot come back: it drained in place of what others took since, so giving all of an old estimate back
 * would let the counter fall below what was really used.
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
  /** Numbers of the places, ascending: the order in which they were taken. */
  readonly places: number[];
  /**
   * Of each place, what stood in the bucket when its request had been added, less what has drained since to below that.
   * Lists of plain numbers: with a thousand requests under way each end looks at many.
   */
  readonly left: number[];
  nextPlace: number;
}

/** The place of one request. */
export interface Stake {
  readonly counter: Draining;
  readonly place: number;
}

/** A counter that nothing was ever taken from. */
export function emptyDraining(periodMs: number): Draining {
  return { kind: "rolling", ...EMPTY_BUCKET, ceiling: 0, periodMs, places: [], left: [], nextPlace: 0 };
}

/** Takes an amount that the truth may correct. */
export function stake(counter: Draining, amount: number, ceiling: number, now: number): Stake {
  pour(counter, amount, ceiling, now);
  const place = counter.nextPlace++;
  counter.places.push(place);
  counter.left.push(counter.level);
  return { counter, place };
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
  // A counter that was empty and forgotten meanwhile has no such place, and nothing of it is left to give back.
  const index = ended.counter === counter ? indexOf(counter.places, ended.place) : -1;
  const left = counter.left[index] ?? 0;
  if (index >= 0) {
    counter.places.splice(index, 1);
    counter.left.splice(index, 1);
  }
  const back = Math.max(0, Math.min(-change, left));
  counter.level += change > 0 ? change : -back;
  if (back === 0) return;
  // Without the estimate the bucket would have drained to this below whoever came before ...
  lower(counter.left, index - 1, left - back);
  // ... and stood so much lower for whoever came after.
  for (let at = index; at < counter.left.length; at++) counter.left[at]! -= back;
}

function drain(counter: Draining, now: number): void {
  const { left, ceiling, periodMs } = counter;
  const { level, at } = gcraAdd(counter, now, 0, ceiling, periodMs);
  counter.level = level;
  counter.at = at;
  lower(left, left.length - 1, level);
}

/** Lets nothing up to an index stand higher than a level. Whoever came later stands higher, so those are at the end. */
function lower(left: number[], last: number, level: number): void {
  for (let at = last; at >= 0 && left[at]! > level; at--) left[at] = level;
}

function indexOf(ascending: readonly number[], wanted: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === wanted ? low : -1;
}
