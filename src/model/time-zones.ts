/** The time zone that somebody may have meant. */
import { didYouMean } from "../language/suggest.ts";

/**
 * A zone with the same city (`Berlin`), or a nearly equal city in the same or a nearly equal region (`Europe/Berln`);
 * null when there is none. City and region are compared by themselves: as a whole, `Europe/Hamburg` would be near
 * `Europe/Samara` only because both are in Europe.
 */
export function nearZone(text: string): string | null {
  const zones = ["UTC", ...Intl.supportedValuesOf("timeZone")];
  const [region, city] = split(text.replaceAll(" ", "_"));
  const near = region === null ? null : nearest(region, new Set(zones.map((zone) => split(zone)[0] ?? "")));
  const there = zones.filter((zone) => region === null || split(zone)[0] === near);
  const meant = nearest(city, new Set(there.map((zone) => split(zone)[1])));
  return there.find((zone) => split(zone)[1] === meant) ?? null;
}

function nearest(word: string, choices: ReadonlySet<string>): string | null {
  return choices.has(word) ? word : didYouMean(word, choices);
}

/** `America/Argentina/Salta` → its region and its city. */
function split(zone: string): readonly [string | null, string] {
  const slash = zone.indexOf("/");
  return slash < 0 ? [null, zone] : [zone.slice(0, slash), zone.slice(zone.lastIndexOf("/") + 1)];
}
