/** What all forms of a policy comparison say alike: places below the directories as written, stretches of time, the verdict. */
import { join } from "node:path";
import type { Cause, Diff, Move, Row } from "../analysis/diff-row.ts";

/** A comparison with the names that people gave to its two policies. */
export interface Told {
  readonly diff: Diff;
  readonly old: { readonly name: string; readonly dir: string; readonly revision: string };
  readonly new: { readonly name: string; readonly dir: string; readonly revision: string };
  /** Invariants of the new policy that do not hold: no gateway takes it. */
  readonly broken: readonly Broken[];
  /** The builtin packs that either of them brings in; null when none does. */
  readonly builtins: BuiltinsTold | null;
}

/** Builtin packs are those of one version, on both sides. */
export interface BuiltinsTold {
  readonly version: string;
  readonly packs: readonly string[];
}

/** An invariant that does not hold, and the first reason why. */
export interface Broken {
  readonly name: string;
  /** `file:line`, as seen from where the command runs. */
  readonly place: string;
  /** `invariant "…" does not hold: …`. */
  readonly why: string;
}

/** The sentence about a broken invariant. */
export function brokenText({ place, why }: Broken): string {
  return `${why} (${place})`;
}

/** What a comparison cannot show: sources of any age are read with the packs of the program that reads them. */
export function builtinsText({ version, packs }: BuiltinsTold): string {
  const noun = packs.length === 1 ? "pack" : "packs";
  const names = packs.map((pack) => `\`${pack}\``).join(", ");
  return `builtin ${noun} ${names} as of sallyport ${version} on both sides; what another version has in them is not compared`;
}

/** A cause's place as seen from where the command runs. */
export function placeOf({ side, place }: Cause, told: Told): string {
  return place.startsWith("builtin:") ? place : join(told[side].dir, place);
}

/** ` until 2026-12-24T17:00Z`; empty for a row that holds for ever. */
export function timeOf({ from, until }: Row): string {
  const parts = [
    from === null ? [] : [`from ${moment(from)}`],
    until === null ? [] : [`until ${moment(until)}`],
  ].flat();
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
}

/** The first moment of a stretch is a millisecond after an `until`, which people read as that `until`. */
function moment(at: number): string {
  return new Date(at).toISOString().replace(/(?::00)?\.\d+Z$/, "Z");
}

/** ` e.g. claude-opus-4-1`, where a row has more to it than one name. */
export function exampleOf({ example, names }: Row): string {
  const alone = names?.length === 1 && names[0]!.all.length === 1 && names[0]!.all[0] === example;
  return example === null || alone ? "" : `e.g. ${example}`;
}

/** `2 wider, 1 tighter`. */
export function tally({ rows }: Diff): string {
  const moves = ["wider", "changed", "tighter", "neutral"] as const satisfies readonly Move[];
  const counts = moves.map((move) => [move, rows.filter((row) => row.move === move).length] as const);
  return counts
    .filter(([, amount]) => amount > 0)
    .map(([move, amount]) => `${amount} ${move}`)
    .join(", ");
}

/** What the exit code says, in words. */
export function verdictText({ verdict, rows }: Diff): string {
  switch (verdict) {
    case "none":
      return "no change of meaning";
    case "tighter":
      return rows.every(({ move }) => move === "neutral") ? "nothing wider, nothing tighter" : "tighter only";
    case "wider":
      return "something is wider";
    default:
      return verdict satisfies never;
  }
}

/** The warning about prompt caches; null when no running conversation pays. */
export function cacheText({ cache }: Diff): string | null {
  if (cache === null) return null;
  const reasons = cache.why.map((about) =>
    about === "tools" ? "a change in the tools they offer" : "a change in what is redacted in them",
  );
  const why = [...new Set(reasons)].join(" and ");
  return `running conversations of ${cache.subject.label} will write their prompt cache anew, once, for ${why}`;
}
