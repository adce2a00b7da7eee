/**
 * Proves the `invariant` blocks of a policy: for every possible name, every node, and every stretch of time from a given
 * moment on. Who may use what is settled in invariant-access.ts, what every key must have in invariant-keys.ts. A proof
 * never expires: of the times that it is about, later moments only leave some out.
 */
import type { Table } from "../decision/table.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Invariant, InvariantRule, Model } from "../model/model.ts";
import { type AccessProver, createAccessProver } from "./invariant-access.ts";
import { checkExpiry, createBudgetProver } from "./invariant-keys.ts";
import { createRealm, vacuous } from "./realm.ts";

/** What came of one invariant. */
export interface Proof {
  readonly name: string;
  readonly span: Span;
  readonly passed: boolean;
  /** One for each promise that does not hold, in order. */
  readonly failures: readonly Diagnostic[];
  /** Promises that hold, but whatever the policy says. */
  readonly warnings: readonly Diagnostic[];
}

/** What came of all invariants, in the order of the text. */
export interface ProofReport {
  readonly proved: number;
  readonly broken: number;
  readonly invariants: readonly Proof[];
}

/** Proves every invariant of a policy on its table, for all times from `at` on. */
export function prove(model: Model, table: Table, at: number): ProofReport {
  if (model.invariants.length === 0) return { proved: 0, broken: 0, invariants: [] };
  const realm = createRealm(model, table, at);
  const provers: Provers = {
    access: createAccessProver(realm),
    expires: (rule, name) => checkExpiry(realm, rule, name),
    budget: createBudgetProver(realm),
  };
  const invariants = model.invariants.map((invariant) =>
    proofOf(
      invariant,
      invariant.rules.flatMap((rule) => check(rule, invariant, provers)),
    ),
  );
  const broken = invariants.filter(({ passed }) => !passed).length;
  return { proved: invariants.length - broken, broken, invariants };
}

interface Provers {
  readonly access: AccessProver;
  readonly expires: (rule: Extract<InvariantRule, { kind: "expires" }>, name: string) => Diagnostic[];
  readonly budget: ReturnType<typeof createBudgetProver>;
}

function check(rule: InvariantRule, { name }: Invariant, provers: Provers): Diagnostic[] {
  switch (rule.kind) {
    case "never":
    case "onlyTo":
      return provers.access(rule, name);
    case "expires":
      return provers.expires(rule, name);
    case "budget":
      return provers.budget(rule, name);
    default:
      return rule satisfies never;
  }
}

function proofOf({ name, span, rules }: Invariant, found: readonly Diagnostic[]): Proof {
  const failures = found.filter(({ severity }) => severity === "error");
  const warnings = found.filter(({ severity }) => severity === "warning");
  if (rules.length === 0) warnings.push(vacuous(span, `invariant "${name}" promises nothing`, null));
  return { name, span, passed: failures.length === 0, failures, warnings };
}
