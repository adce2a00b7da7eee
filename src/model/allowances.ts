/**
 * Sets what comments allow against what is found. A warning that a comment speaks for is not told but listed, with the
 * reason; an error is never held back. What a comment may say is checks/allowances-in-order.ts's affair.
 */
import type { Allowance } from "../language/allowance.ts";
import { CODES, type Code } from "../language/codes.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Tree } from "../language/tree.ts";
import { fault } from "./fault.ts";

/** A warning that its author allowed, and where. */
export interface Allowed {
  readonly diagnostic: Diagnostic;
  readonly by: Allowance;
}

/** What became of diagnostics. */
export interface Weighed {
  readonly told: readonly Diagnostic[];
  readonly allowed: readonly Allowed[];
  /** The allowances that none of the diagnostics took up. */
  readonly left: readonly Allowance[];
}

/** Everything that the comments of a policy and its packs allow. */
export function allowancesIn({ trees, packs }: { trees: readonly Tree[]; packs: ReadonlyMap<string, Tree> }) {
  return [...trees, ...packs.values()].flatMap(({ allowances }) => allowances);
}

/** What `gw policy test` remarks is mended in the tests; and who could allow to be told about allowing? */
const NEVER: ReadonlySet<string> = new Set<Code>(["GW5004", "GW5006", "GW6001", "GW6002", "GW6003"]);

/** Whether warnings of this code may be allowed. */
export function isAllowable(code: string): boolean {
  return isCode(code) && CODES[code].severity === "warning" && !NEVER.has(code);
}

function isCode(code: string): code is Code {
  return Object.hasOwn(CODES, code);
}

/** Tells the diagnostics that stand from those that are allowed. */
export function weigh(found: readonly Diagnostic[], allowances: readonly Allowance[]): Weighed {
  if (allowances.length === 0) return { told: found, allowed: [], left: [] };
  const told: Diagnostic[] = [];
  const allowed: Allowed[] = [];
  const used = new Set<Allowance>();
  for (const diagnostic of found) {
    const speaking = allowances.filter((it) => speaksFor(it, diagnostic));
    const [by] = speaking;
    if (by === undefined) told.push(diagnostic);
    else allowed.push({ diagnostic, by });
    for (const it of speaking) used.add(it);
  }
  return { told, allowed, left: allowances.filter((it) => !used.has(it)) };
}

function speaksFor({ code, span, over }: Allowance, diagnostic: Diagnostic): boolean {
  const { path, start } = diagnostic.span;
  if (code !== diagnostic.code || diagnostic.severity === "error" || span.path !== path || over === null) return false;
  return over.start <= start && start < over.end && isAllowable(code);
}

/** The allowances that nothing took up, when everything that could has been found; of others more is wrong than that. */
export function idleAllowances(left: readonly Allowance[]): Diagnostic[] {
  return left
    .filter(({ code, reason }) => isAllowable(code) && reason !== null)
    .map(({ code, span, over }) => {
      const where = over === null ? "nothing follows it that it could speak for" : "there is no such warning here";
      return fault("GW6002", span, `\`allow ${code}\` silences nothing: ${where}`, "delete it, or move it");
    });
}
