/**
 * What a guardrail does about a finding: of the actions whose severity it reaches, the strongest. scanner.ts ranks by it,
 * the gateway and analysis/ do it. What is only observed is worked out beside what is done.
 */
import { SEVERITIES, type Severity } from "../language/tree.ts";
import type { Deed, GuardrailAction } from "../model/model.ts";

/** From the mildest to the strongest. */
const STRENGTH = { flag: 1, mask: 2, redact: 3, reject: 4 } as const satisfies Record<Deed["kind"], number>;

/** How strong a deed is; nothing is 0. */
export function strengthOf(deed: Deed | null): number {
  return deed === null ? 0 : STRENGTH[deed.kind];
}

/** What is done, and what would have been; null when nothing. */
export interface Deeds {
  readonly done: Deed | null;
  readonly observed: Deed | null;
}

/** The deeds for findings of a severity; null as severity: for the verdict of a service. */
export function deedsAt(actions: readonly GuardrailAction[], severity: Severity | null): Deeds {
  let done: Deed | null = null;
  let observed: Deed | null = null;
  for (const { deed, at, observe } of actions) {
    if (severity !== null && SEVERITIES.indexOf(at) > SEVERITIES.indexOf(severity)) continue;
    if (observe) {
      if (strengthOf(deed) > strengthOf(observed)) observed = deed;
    } else if (strengthOf(deed) > strengthOf(done)) done = deed;
  }
  // What is done anyway is not what would have been done.
  return { done, observed: strengthOf(observed) > strengthOf(done) ? observed : null };
}

/** A guardrail, as far as its deeds go. */
interface Acting {
  readonly patterns: readonly { readonly name: string; readonly severity: Severity }[];
  readonly actions: readonly GuardrailAction[];
}

/** The deeds for what a pattern of a guardrail finds. */
export function deedsOf({ patterns, actions }: Acting, pattern: string): Deeds {
  let gravest: Severity | null = null;
  for (const { name, severity } of patterns) {
    if (name === pattern && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(gravest ?? "low")) gravest = severity;
  }
  return deedsAt(actions, gravest);
}

/** The strongest thing that a guardrail can do; null when it only observes. */
export function strongestOf({ actions }: Pick<Acting, "actions">): Deed | null {
  return deedsAt(actions, "critical").done;
}

/** Stars, and the last characters of a value: never more than a third of it. */
export function maskText(value: string, keep: number): string {
  const characters = [...value];
  const kept = Math.min(keep, Math.floor(characters.length / 3));
  return `****${kept === 0 ? "" : characters.slice(-kept).join("")}`;
}

/** Whether a guardrail looks at a conversation; the same id always gives the same answer. */
export function isSampled({ name, sample }: { readonly name: string; readonly sample: number }, id: string): boolean {
  if (sample >= 100) return true;
  let hash = 0x811c9dc5;
  for (const char of `${name} ${id}`) hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  // The low bits of this hash follow the last characters; the product spreads them.
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0) % 100 < sample;
}
