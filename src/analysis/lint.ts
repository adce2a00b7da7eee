/**
 * Remarks on a sound policy: lines without effect, grants that surprise, keys that are of no use. Each lint is a file
 * of lint/ and exact: it speaks of every possible name and of every time from a moment on, never of samples. Nothing
 * here is an error, so only who asks pays for it: `gw policy check` and editors do, a gateway that reloads does not.
 */
import type { Table } from "../decision/table.ts";
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import { type Allowed, idleAllowances, weigh } from "../model/allowances.ts";
import type { Model } from "../model/model.ts";
import { askedByClient } from "./lint/asked-by-client.ts";
import { beyondTeam } from "./lint/beyond-team.ts";
import { covered } from "./lint/covered.ts";
import { coveredHours } from "./lint/covered-hours.ts";
import { coveredLimits } from "./lint/covered-limits.ts";
import { coveredResults } from "./lint/covered-results.ts";
import { guardsTwice } from "./lint/guards-twice.ts";
import { idleAsks } from "./lint/idle-asks.ts";
import { idleFlows } from "./lint/idle-flows.ts";
import { idleKeys } from "./lint/idle-keys.ts";
import { leftOut } from "./lint/left-out.ts";
import { type IdleLine, idleLines } from "./lint/lines.ts";
import { listEntries } from "./lint/list-entries.ts";
import { over } from "./lint/over.ts";
import { patternEntries } from "./lint/pattern-entries.ts";
import { routes } from "./lint/routes.ts";
import { toolNames } from "./lint/tool-names.ts";
import { unreachable } from "./lint/unreachable.ts";
import { createRealm, type Realm } from "./realm.ts";

const LINTS: readonly ((realm: Realm, idle: readonly IdleLine[]) => Diagnostic[])[] = [
  covered,
  coveredLimits,
  coveredHours,
  coveredResults,
  listEntries,
  patternEntries,
  guardsTwice,
  idleFlows,
  idleAsks,
  unreachable,
  routes,
  beyondTeam,
  idleKeys,
  over,
  toolNames,
  askedByClient,
  leftOut,
];

/** What the lints say, and what of it is allowed. */
export interface Linted {
  readonly told: readonly Diagnostic[];
  readonly allowed: readonly Allowed[];
}

/** The warnings of all lints that are not allowed, by place, and those about allowances that silence nothing. */
export function lint(model: Model, table: Table, now: number): readonly Diagnostic[] {
  return lintWhole(model, table, now).told;
}

/** The same, with the warnings that are allowed; the model holds the allowances that its making left over. */
export function lintWhole(model: Model, table: Table, now: number): Linted {
  const realm = createRealm(model, table, now);
  const idle = idleLines(realm);
  const found = LINTS.flatMap((remarks) => remarks(realm, idle));
  const { told, allowed, left } = weigh(found.sort(byPlace), model.allowances);
  return { told: [...told, ...idleAllowances(left)].sort(byPlace), allowed };
}
