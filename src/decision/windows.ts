/** When a node is open: `active` lines in the org's time zone. Any line of a node suffices, every node must be open. */
import { minuteOfWeek, momentText } from "./clock.ts";
import type { Window } from "./table.ts";

const DAY = 1_440;
const WEEK = 7 * DAY;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** The first window that is closed at a moment; null when all are open. */
export function closedWindow(timezone: string, windows: readonly Window[], now: number): Window | null {
  const minute = minuteOfWeek(timezone, now);
  return windows.find((window) => !isOpen(window, minute)) ?? null;
}

function isOpen(window: Window, minute: number): boolean {
  return window.spans.some((span) => holdsMinute(span, minute));
}

/** Whether the days and hours of one `active` line hold a minute of the week. */
export function holdsMinute(
  { fromDay, toDay, fromMinute, toMinute }: Omit<Window["spans"][number], "until">,
  minute: number,
): boolean {
  const day = Math.floor(minute / DAY);
  const time = minute % DAY;
  const inDays = (it: number): boolean =>
    fromDay <= toDay ? it >= fromDay && it <= toDay : it >= fromDay || it <= toDay;
  if (fromMinute < toMinute) return inDays(day) && time >= fromMinute && time < toMinute;
  // A night: it belongs to the day on which it begins.
  return (inDays(day) && time >= fromMinute) || (inDays((day + 6) % 7) && time < toMinute);
}

/** The next moment at which all windows are open; null when no minute of the week has them all. */
export function opensAt(timezone: string, windows: readonly Window[], now: number): number | null {
  const start = now - (now % 60_000);
  const minute = minuteOfWeek(timezone, start);
  for (let wait = 1; wait <= WEEK; wait++) {
    const target = (minute + wait) % WEEK;
    if (windows.every((window) => isOpen(window, target))) return momentOf(timezone, start + wait * 60_000, target);
  }
  return null;
}

/** The next moment at which the windows open or close together; null when they never do. */
export function turnsAt(timezone: string, windows: readonly Window[], now: number): number | null {
  const start = now - (now % 60_000);
  const minute = minuteOfWeek(timezone, start);
  const isOpenAt = (target: number): boolean => windows.every((window) => isOpen(window, target));
  const isOpenNow = isOpenAt(minute);
  // Between two edges of spans nothing turns.
  const waits = edgesOf(windows).map((edge) => (edge - minute + WEEK - 1) % WEEK);
  for (const wait of [...new Set(waits)].sort((a, b) => a - b)) {
    const target = (minute + wait + 1) % WEEK;
    if (isOpenAt(target) !== isOpenNow) return momentOf(timezone, start + (wait + 1) * 60_000, target);
  }
  return null;
}

/** The minutes of the week at which a span may begin or end. */
function edgesOf(windows: readonly Window[]): number[] {
  const times = new Set(windows.flatMap(({ spans }) => spans.flatMap((span) => [0, span.fromMinute, span.toMinute])));
  return [...times].flatMap((time) => DAYS.map((_, day) => (day * DAY + time) % WEEK));
}

/** The moment of a minute of the week that would come at `at` if no clock changed on the way. */
function momentOf(timezone: string, at: number, target: number): number {
  // A change of the clock comes out as a difference of its hour.
  const drift = minuteOfWeek(timezone, at) - target;
  return at - (drift > WEEK / 2 ? drift - WEEK : drift < -WEEK / 2 ? drift + WEEK : drift) * 60_000;
}

/** `mon 2026-05-04 07:00`. */
export function openText(timezone: string, at: number): string {
  return `${DAYS[Math.floor(minuteOfWeek(timezone, at) / DAY)]} ${momentText(timezone, at)}`;
}
