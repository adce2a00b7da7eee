/**
 * The decision: may this caller do this now, and under which duties. Pure: the same table, principal, facts and moment
 * give the same answer. The checks come in one order, the first that fails answers; what is allowed costs a few
 * look-ups, whatever the number of keys, teams and rules. Counting against limits is for limits/.
 */

import type { Reason } from "../model/reasons.ts";
import { type Explanation, explain } from "./access.ts";
import { hasBit } from "./bits.ts";
import { dateText } from "./clock.ts";
import type { Decision, Refusal } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { createNaming } from "./naming.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Table, Window } from "./table.ts";
import { answerOf, namesOf, type Runtime, runtimeOf, type Scope, unlistedModel, type View, viewOf } from "./view.ts";
import { closedWindow, opensAt, openText } from "./windows.ts";
import { listNames, quote } from "./words.ts";

/** Decides one request. */
export function decide(table: Table, principal: Principal, facts: Facts, now: number): Decision {
  const runtime = runtimeOf(table);
  const { key, node } = principal;
  if (isOver(key, now)) return refuseExpired(table, principal);
  const atom = runtime.atomOf.models(facts.model);
  if (facts.doors.length === 0 && facts.purpose === "generate") {
    const same = runtime.quick.recall(node, atom, facts.tools);
    if (same !== null) return same;
  }
  const view = viewOf(runtime, node, now);
  if (view.windows !== null && closedWindow(table.timezone, view.windows, now) !== null) {
    return refuseWindow(table, principal, view.windows, now);
  }
  if (facts.doors.length > 0) return refuseDoor(table, principal, facts.doors);

  const answer = atom < 0 ? null : answerOf(runtime, node, view, atom);
  if (answer === null) {
    if (atom < 0 || !hasBit(view.scope.access.models, atom)) return refuseModel(runtime, principal, facts.model, view);
    return refuseProvider(runtime, principal, facts.model, view);
  }
  const strip = ungrantedTools(runtime, view.tools, facts.tools);
  if (strip !== null && view.refusesTools !== null) return refuseTools(table, principal, strip, view.refusesTools);
  // Counting tokens is scoped like the real thing, but takes nothing from any limit.
  if (facts.purpose === "count") return { ...answer, strip: strip ?? answer.strip, holds: [] };
  return strip === null ? answer : { ...answer, strip };
}

/** Whether a caller may ask anything at all now; null when it may. */
export function standing(table: Table, principal: Principal, now: number): Refusal | null {
  if (isOver(principal.key, now)) return refuseExpired(table, principal);
  const { windows } = viewOf(runtimeOf(table), principal.node, now);
  const isClosed = windows !== null && closedWindow(table.timezone, windows, now) !== null;
  return isClosed ? refuseWindow(table, principal, windows, now) : null;
}

function isOver({ expires }: Principal["key"], now: number): boolean {
  return expires !== null && now > expires;
}

/** Whether a tool is granted, and the first line that says so. */
export interface ToolGrant {
  readonly granted: boolean;
  readonly origin: Origin;
}

/** Decides one tool by its canonical name, for an answer that calls it. */
export function toolGranted(table: Table, principal: Principal, tool: string, now: number): ToolGrant {
  const runtime = runtimeOf(table);
  const { chain, until } = viewOf(runtime, principal.node, now).scope;
  const { granted, origins } = explain(chain, "tools", runtime.atomOf.tools(tool), until);
  return { granted, origin: origins[0] ?? table.nodes[principal.node]!.origin };
}

/** The models of the catalogue that a caller may use and that a provider is left for. */
export function modelsFor(table: Table, principal: Principal, now: number): readonly string[] {
  const runtime = runtimeOf(table);
  return namesOf(runtime, viewOf(runtime, principal.node, now).scope);
}

/** A model that a caller may use, for whoever does not care which: the first of the catalogue, else any that a glob allows. */
export function someModel(table: Table, principal: Principal, now: number): string | null {
  const runtime = runtimeOf(table);
  const { scope } = viewOf(runtime, principal.node, now);
  return namesOf(runtime, scope)[0] ?? unlistedModel(runtime, scope);
}

function ungrantedTools(runtime: Runtime, granted: Uint32Array, tools: readonly string[]): readonly string[] | null {
  let strip: string[] | null = null;
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i]!;
    const atom = runtime.atomOf.tools(tool);
    if (atom >= 0 && hasBit(granted, atom)) continue;
    if (strip === null) strip = [tool];
    else strip.push(tool);
  }
  return strip;
}

interface Why {
  readonly reason: Reason;
  readonly message: string;
  readonly origins: readonly Origin[];
  readonly retryAfterMs?: number;
}

function refuse(table: Table, why: Why): Refusal {
  const { reason, message, origins, retryAfterMs = null } = why;
  return { kind: "refusal", revision: table.revision.id, origins, reason, message, retryAfterMs };
}

function refuseExpired(table: Table, { key }: Principal): Refusal {
  const date = dateText(table.timezone, key.expires!);
  const message = `gateway key ${key.name} expired on ${date}; ask for a new one`;
  return refuse(table, { reason: "expired", message, origins: [key.origin] });
}

function refuseWindow(table: Table, { node }: Principal, windows: readonly Window[], now: number): Refusal {
  const closed = closedWindow(table.timezone, windows, now)!;
  const opens = opensAt(table.timezone, windows, now);
  const again = opens === null ? "" : `; open again ${openText(table.timezone, opens)}`;
  const hours = `${closed.origin.text.replace(/^active /, "")} ${table.timezone}`;
  const message = `${whoIs(table, node)} is outside its active hours, ${hours}${again}`;
  const wait = opens === null ? {} : { retryAfterMs: opens - now };
  return refuse(table, { reason: "window", message, origins: [closed.origin], ...wait });
}

function refuseDoor(table: Table, { node }: Principal, doors: readonly string[]): Refusal {
  const names = listNames([...new Set(doors)].map(quote));
  const message = `the request uses ${names}, which no policy can allow yet; leave it out`;
  return refuse(table, { reason: "door", message, origins: [table.nodes[node]!.origin] });
}

function refuseModel(runtime: Runtime, { node }: Principal, model: string, { scope }: View): Refusal {
  const { table } = runtime;
  const why = explain(scope.chain, "models", runtime.atomOf.models(model), scope.until);
  scope.choice ??= choiceOf(allowedModels(runtime, scope));
  const message = `model ${quote(model)} is outside the scope of ${whoIs(table, node)}${noteOf(why)}; ${scope.choice}`;
  return refuse(table, { reason: "model", message, origins: linesOf(table, node, why.origins) });
}

function choiceOf(allowed: readonly string[]): string {
  return allowed.length === 0 ? "no model is allowed" : `allowed: ${listNames(allowed)} - run /model`;
}

/** Names where the policy writes names out, else the globs it allows. */
function allowedModels(runtime: Runtime, scope: Scope): readonly string[] {
  const names = namesOf(runtime, scope);
  if (names.length > 0) return names;
  const { members } = runtime.table.atoms.models;
  const meets = (glob: string): boolean => members.get(glob)!.some((word, i) => (word & scope.access.models[i]!) !== 0);
  const allows = scope.chain
    .flatMap(({ grants }) => grants)
    .filter(({ effect, thing }) => effect !== "deny" && thing === "models");
  return [...new Set(allows.flatMap(({ globs }) => globs))].filter(meets);
}

function refuseProvider(runtime: Runtime, { node }: Principal, model: string, { scope }: View): Refusal {
  const { table, atomOf } = runtime;
  const route = table.routes[atomOf.models(model)]!;
  const whys = route.map((name) => explain(scope.chain, "providers", atomOf.providers(name), scope.until));
  const where =
    route.length === 0 ? "no provider is declared for it" : `none of its providers is (${listNames(route)})`;
  const note = whys[0] === undefined ? "" : noteOf(whys[0]);
  const message = `model ${quote(model)} is allowed for ${whoIs(table, node)}, but ${where}${note}`;
  const origins = linesOf(table, node, [...new Set(whys.flatMap((why) => why.origins))]);
  return refuse(table, { reason: "provider", message, origins });
}

/** Where no line decides, the node itself stands for the silence. */
function linesOf(table: Table, node: number, origins: readonly Origin[]): readonly Origin[] {
  return origins.length > 0 ? origins : [table.nodes[node]!.origin];
}

function refuseTools(table: Table, principal: Principal, strip: readonly string[], line: Origin): Refusal {
  const named = createNaming(table.servers);
  const names = listNames([...new Set(strip)].map((tool) => quote(named(tool))));
  const [noun, verb] = strip.length === 1 ? ["tool", "is"] : ["tools", "are"];
  const message = `${noun} ${names} ${verb} not granted to ${whoIs(table, principal.node)}`;
  return refuse(table, { reason: "tool", message, origins: [line] });
}

function whoIs(table: Table, node: number): string {
  const { kind, name } = table.nodes[node]!;
  return `${kind} ${name}`;
}

const LONGEST_NOTE = 100;

/** What the author of the deciding block wrote above it, when it is short: often the reason people look for. */
function noteOf({ by, node }: Explanation): string {
  if (node === null || node.doc === null || (by !== "deny" && by !== "only")) return "";
  const line = node.doc.split("\n")[0]!.trim().replace(/\.$/, "");
  return line === "" || line.length > LONGEST_NOTE ? "" : ` (${quote(line)})`;
}
