/**
 * Whether one call of a tool is granted: by the tool's name, as decide.ts says what is offered, and by its input where a
 * statement asks about it. What a predicate cannot judge counts against the call: an allow holds only on `yes`, a deny unless
 * `no`, and an `only` lets pass only on `yes`.
 */
import type { Predicate } from "../model/predicate.ts";
import { predicateText } from "../model/predicate-text.ts";
import { explain, inForce } from "./access.ts";
import { hasBit } from "./bits.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Grant, Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";
import { weigh } from "./weigh.ts";

/** A call: of which tool, by the name that policy knows it by, with which JSON value; `undefined` when it is none. */
export interface Call {
  readonly tool: string;
  readonly input: unknown;
}

/** The answer, and the line that it comes from. `why` follows the tool's name in a sentence and has no stop. */
export type CallGrant =
  | { readonly granted: true; readonly origin: Origin }
  | { readonly granted: false; readonly origin: Origin; readonly why: string };

/** Decides one call. */
export function callGranted(table: Table, principal: Principal, call: Call, now: number): CallGrant {
  const runtime = runtimeOf(table);
  const { conditional, scope } = viewOf(runtime, principal.node, now);
  const { chain, until } = scope;
  const atom = runtime.atomOf.tools(call.tool);
  const { granted, origins } = explain(chain, "tools", atom, until);
  const origin = origins[0] ?? table.nodes[principal.node]!.origin;
  if (!granted) return { granted, origin, why: `is not granted to key ${principal.key.name}` };
  if (conditional === null || !hasBit(conditional, atom)) return { granted, origin };
  const about = chain
    .flatMap(({ grants }) => grants)
    .filter(({ thing, bits, until: end }) => thing === "tools" && inForce(end, until) && hasBit(bits, atom));
  return judge(about, principal, call.input);
}

/** Whether it depends on its input whether a call of a tool is granted. */
export function dependsOnInput(table: Table, principal: Principal, tool: string, now: number): boolean {
  const runtime = runtimeOf(table);
  const { conditional } = viewOf(runtime, principal.node, now);
  if (conditional === null) return false;
  const atom = runtime.atomOf.tools(tool);
  return atom >= 0 && hasBit(conditional, atom);
}

/** Decides by the statements in force that name the tool, of which at least one asks about the input. */
function judge(about: readonly Grant[], { key }: Principal, input: unknown): CallGrant {
  const weighed = about.map((grant) => ({ grant, verdict: grant.where === null ? "yes" : weigh(grant.where, input) }));
  const refused = (failed: typeof weighed, words: string): CallGrant => {
    const conditions = failed.flatMap(({ grant }) => (grant.where === null ? [] : [conditionText(grant.where)]));
    const open = failed.some(({ verdict }) => verdict === "unclear") ? "; what it was given leaves that open" : "";
    const why = `is ${words} where ${conditions.join(", or where ")}${open}`;
    return { granted: false, origin: failed[0]!.grant.origin, why };
  };
  const denial = weighed.find(({ grant, verdict }) => grant.effect === "deny" && verdict !== "no");
  if (denial !== undefined) return refused([denial], `denied to key ${key.name}`);
  const ceiling = weighed.find(({ grant, verdict }) => grant.effect === "only" && verdict !== "yes");
  if (ceiling !== undefined) return refused([ceiling], `granted to key ${key.name} only`);
  const allows = weighed.filter(({ grant }) => grant.effect === "allow");
  const allow = allows.find(({ verdict }) => verdict === "yes");
  if (allow !== undefined) return { granted: true, origin: allow.grant.origin };
  return refused(allows, `granted to key ${key.name} only`);
}

const LONGEST_CONDITION = 400;

/** A condition as written, whole unless it is beyond a sentence. */
function conditionText(where: Predicate): string {
  const text = predicateText(where);
  return text.length <= LONGEST_CONDITION ? text : `${text.slice(0, LONGEST_CONDITION)}...`;
}
