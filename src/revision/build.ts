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
import { parse } from "../language/parse.ts";
import type { Source } from "../language/source.ts";
import type { Model } from "../model/model.ts";
import { resolve } from "../model/resolve.ts";
import { withoutConsequences } from "./consequences.ts";
import { isLockFile, readLocks } from "./locks.ts";
import { type Builtins, joinPacks } from "./packs.ts";

/** What became of a text. Good to be served when there is a table, no invariant is broken and no test fails. */
export interface Built {
  /** null when there is an error among the diagnostics. */
  readonly model: Model | null;
  readonly table: Table | null;
  /** Errors and warnings, by place; what breaks an invariant is in `proofs`. */
  readonly diagnostics: readonly Diagnostic[];
  /** null when there is no table to test. */
  readonly report: TestReport | null;
  /** null when there is no table to prove anything of. */
  readonly proofs: ProofReport | null;
}

/** Builds a policy from its sources, as far as they carry; its invariants have to hold from `at` on. */
export function build(sources: readonly Source[], builtins: Builtins, revision: Revision, at: number): Built {
  const parsed = sources.filter((source) => !isLockFile(source)).map(parse);
  const breaks = parsed.flatMap(({ diagnostics }) => diagnostics);
  const unit = joinPacks(
    parsed.map(({ tree }) => tree),
    builtins,
  );
  const pinned = readLocks(unit.trees, sources.filter(isLockFile));
  const meant = resolve(unit.trees, unit.packs, pinned.locks);
  const understood = [
    ...breaks,
    ...unit.diagnostics,
    ...pinned.diagnostics,
    ...withoutConsequences(meant.diagnostics, unit.trees, breaks.filter(isError)),
  ];
  if (meant.model === null || understood.some(isError)) return stop(understood);

  const compiled = compile(meant.model, revision);
  const decided = [...understood, ...compiled.diagnostics];
  if (compiled.table === null || decided.some(isError)) return stop(decided);

  const proofs = prove(meant.model, compiled.table, at);
  const diagnostics = [...decided, ...proofs.invariants.flatMap(({ warnings }) => warnings)].sort(byPlace);
  const report = runTests(meant.model, compiled.table);
  return { model: meant.model, table: compiled.table, diagnostics, report, proofs };
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

function stop(diagnostics: readonly Diagnostic[]): Built {
  return { model: null, table: null, diagnostics: diagnostics.toSorted(byPlace), report: null, proofs: null };
}
