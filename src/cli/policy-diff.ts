/**
 * `gw policy diff BASE..HEAD [DIR]` or `gw policy diff OLD_DIR NEW_DIR`: what a change of a policy means. The exit code
 * is the verdict: 0 equal meaning, 4 tighter only, 3 something is wider; 1 when a policy is not good, 2 for a wrong question.
 */
import { diff } from "../analysis/diff.ts";
import type { Side } from "../analysis/diff-joint.ts";
import type { Row, Verdict } from "../analysis/diff-row.ts";
import { Complaint } from "./complaint.ts";
import { diffMarkdown } from "./diff-markdown.ts";
import { type Chosen, chooseSides } from "./diff-sides.ts";
import { diffText } from "./diff-text.ts";
import { type Broken, cacheText, placeOf, type Told, timeOf } from "./diff-words.ts";
import { drawDiagnostics, placeJson } from "./report.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

/** What the command line says. */
export interface DiffOptions {
  readonly format: "text" | "markdown" | "json";
  /** The moment from which the policies are compared; now when not given. */
  readonly at?: number;
}

const EXIT_CODES = { none: 0, wider: 3, tighter: 4 } as const satisfies Record<Verdict, number>;

/** Compares two policies. */
export async function policyDiff(
  first: string,
  second: string | null,
  options: DiffOptions,
  terminal: Terminal,
): Promise<number> {
  const at = options.at ?? Date.now();
  const sides = await chooseSides(first, second, at);
  const [old, now] = sides.map(sideOf);
  if (old === null || old === undefined || now === null || now === undefined) return tellBroken(sides, terminal);
  const found = diff(old, now, at);
  if (found === null) {
    throw new Complaint(
      "the globs of the two policies divide names into too many cases to compare",
      "globs with a star on both sides of a word multiply; name the start of the names (GW3028)",
      1,
    );
  }
  const names = { old: nameOf(sides[0]), new: nameOf(sides[1]) };
  const told: Told = { diff: found, ...names, broken: brokenOf(sides[1]), builtins: builtinsOf(sides) };
  terminal.out.write(drawn(told, options.format, terminal));
  return EXIT_CODES[found.verdict];
}

function sideOf({ loaded: { built, texts } }: Chosen): Side | null {
  return built.model === null || built.table === null ? null : { model: built.model, table: built.table, texts };
}

function nameOf({ name, dir, loaded }: Chosen): Told["old"] {
  return { name, dir, revision: loaded.revision.id };
}

function builtinsOf(sides: readonly Chosen[]): Told["builtins"] {
  const packs = new Set(sides.flatMap(({ loaded }) => loaded.built.builtins.map(({ name }) => name)));
  return packs.size === 0 ? null : { version: version(), packs: [...packs].sort() };
}

/** A comparison is no proof, but whoever reviews a change must not miss a broken one. */
function brokenOf({ dir, loaded }: Chosen): readonly Broken[] {
  const proofs = loaded.built.proofs?.invariants ?? [];
  return proofs
    .filter(({ passed }) => !passed)
    .map(({ name, span, failures }) => {
      const { file, line } = placeJson(span, dir);
      return { name, place: `${file}:${line}`, why: failures[0]?.message ?? `invariant "${name}" does not hold` };
    });
}

function drawn(told: Told, format: DiffOptions["format"], { out }: Terminal): string {
  switch (format) {
    case "text":
      return diffText(told, out);
    case "markdown":
      return diffMarkdown(told);
    case "json":
      return `${JSON.stringify(asJson(told), null, 2)}\n`;
    default:
      return format satisfies never;
  }
}

function asJson(told: Told) {
  const { diff: found, old, new: now } = told;
  const rowJson = (row: Row) => {
    const { about, move, subject, change, names, example, causes, cache } = row;
    const times = { from: timeJson(row.from), until: timeJson(row.until) };
    const lines = causes.map((cause) => ({ side: cause.side, place: placeOf(cause, told), text: cause.text }));
    return { about, move, subject, change, names, example, ...times, causes: lines, cache, text: sentence(row) };
  };
  const cache = found.cache === null ? null : { ...found.cache, text: cacheText(found) };
  return {
    verdict: found.verdict,
    old,
    new: now,
    rows: found.rows.map(rowJson),
    cache,
    broken: told.broken,
    builtins: told.builtins,
  };
}

function sentence(row: Row): string {
  return `${row.subject.label} ${row.change}${timeOf(row)}`;
}

function timeJson(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A policy that is not good has no meaning to compare; its faults are told, and the answer is a failure. */
function tellBroken(sides: readonly Chosen[], { err }: Terminal): 1 {
  for (const { name, dir, loaded } of sides) {
    const errors = loaded.built.diagnostics.filter(({ severity }) => severity === "error");
    if (loaded.built.table !== null) continue;
    err.write(`${drawDiagnostics(errors, { dir, texts: loaded.texts }, err)}\n`);
    err.write(`${err.style("red", "not compared:")} the policy of \`${name}\` is not good\n`);
  }
  return 1;
}
