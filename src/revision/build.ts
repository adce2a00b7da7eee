/**
 * The story of a text: sources → trees → model → table → proofs and tests. Each step is told in full in its own room; a step whose
 * input is broken is not taken. Pure: files are read by load.ts; the one moment that plays a part
 * is that from which invariants have to hold.
 */
import { type ProofReport, prove } from "../analysis/invariant.ts";
import { runTests, type TestReport } from "../analysis/test.ts";
import { compile } from "../decision/compile.ts";
import type { Revision, Table } from "../decision/table.ts";
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Source } from "../language/source.ts";
import { type Allowed, allowancesIn, weigh } from "../model/allowances.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../model/resolve.ts";
import { withoutConsequences } from "./consequences.ts";
import { readLocks } from "./locks.ts";
import { type BuiltinPack, type Builtins, builtinPack, joinPacks, type Unit } from "./packs.ts";
import { isLockFile, type Parsed, parseFile } from "./source-files.ts";

/** What became of a text. Good to be served when there is a table, no invariant is broken and no test fails. */
export interface Built {
  /** null when there is an error among the diagnostics. */
  readonly model: Model | null;
  readonly table: Table | null;
  /** Errors and warnings, by place, but for warnings that are allowed; what breaks an invariant is in `proofs`. */
  readonly diagnostics: readonly Diagnostic[];
  readonly allowed: readonly Allowed[];
  /** The builtin packs that are brought in: they are those of this program, whatever the age of the sources. */
  readonly builtins: readonly BuiltinPack[];
  /** null when there is no table to test. */
  readonly report: TestReport | null;
  /** null when there is no table to prove anything of. */
  readonly proofs: ProofReport | null;
}

/** Builds a policy from its sources, as far as they carry; its invariants have to hold from `at` on. */
export function build(sources: readonly Source[], builtins: Builtins, revision: Revision, at: number): Built {
  return buildParsed(sources.map(parseFile), builtins, revision, at);
}

/** The same from files that are parsed already, such as those that an editor has not touched. */
export function buildParsed(parsed: readonly Parsed[], builtins: Builtins, revision: Revision, at: number): Built {
  const breaks = parsed.flatMap(({ diagnostics }) => diagnostics);
  const unit = joinPacks(
    parsed.map(({ tree }) => tree),
    builtins,
  );
  const locks = parsed.map(({ tree }) => tree.source).filter(({ path }) => isLockFile(path));
  const pinned = readLocks(unit.trees, locks);
  const meant = resolve(unit.trees, unit.packs, pinned.locks);
  const understood = [
    ...breaks,
    ...unit.diagnostics,
    ...pinned.diagnostics,
    ...withoutConsequences(meant.diagnostics, unit.trees, breaks.filter(isError)),
  ];
  if (meant.model === null || understood.some(isError)) return stop(understood, unit);

  const compiled = compile(meant.model, revision);
  const decided = [...understood, ...compiled.diagnostics];
  if (compiled.table === null || decided.some(isError)) return stop(decided, unit);

  const proofs = prove(meant.model, compiled.table, at);
  const found = [...decided, ...proofs.invariants.flatMap(({ warnings }) => warnings)].sort(byPlace);
  const { told, allowed, left } = weigh(found, meant.model.allowances);
  const model = { ...meant.model, allowances: left };
  const report = runTests(model, compiled.table);
  return { model, table: compiled.table, diagnostics: told, allowed, builtins: builtinsIn(unit), report, proofs };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function stop(found: readonly Diagnostic[], unit: Unit): Built {
  const { told, allowed } = weigh(found.toSorted(byPlace), allowancesIn(unit));
  const nothing = { model: null, table: null, report: null, proofs: null };
  return { ...nothing, diagnostics: told, allowed, builtins: builtinsIn(unit) };
}

function builtinsIn({ packs }: Unit): readonly BuiltinPack[] {
  return [...packs.values()]
    .flatMap(({ source }) => builtinPack(source) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
