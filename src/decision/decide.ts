/**
 * The decision: may this caller do this now, and under which duties. Pure: the same table, principal, facts and moment
 * give the same answer. The checks come in one order, the first that fails answers; what is allowed costs a few
 * look-ups and no allocation, whatever the number of keys, teams and rules. Counting against limits is for limits/.
 */
import { chainOf, type Explanation, explain } from "./access.ts";
import { hasBit } from "./bits.ts";
import { dateText } from "./clock.ts";
import type { Decision, Reason, Refusal } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Table, TableNode } from "./table.ts";
import { answerOf, type Runtime, runtimeOf, type View, viewOf } from "./view.ts";
import { closedWindow, opensAt, openText } from "./windows.ts";
import { listNames, quote } from "./words.ts";

/** Decides one request. */
export function decide(table: Table, principal: Principal, facts: Facts, now: number): Decision {
  const runtime = runtimeOf(table);
  const { key, node } = principal;
  if (key.expires !== null && now > key.expires) return refuseExpired(table, principal);
  const view = viewOf(runtime, node, now);
  if (view.windows.length > 0 && closedWindow(table.timezone, view.windows, now) !== null) {
    return refuseWindow(table, principal, view, now);
  }
  if (facts.doors.length > 0) return refuseDoor(table, principal, facts.doors);

  const atom = runtime.atomOf.models(facts.model);
  if (atom < 0 || !hasBit(view.access.models, atom)) return refuseModel(runtime, principal, facts.model, now);
  const answer = answerOf(runtime, node, view, atom);
  if (answer === null) return refuseProvider(runtime, principal, facts.model, now);

  const strip = ungrantedTools(runtime, view, facts.tools);
  if (strip.length > 0 && view.refusesTools !== null) return refuseTools(table, principal, strip, view.refusesTools);
  // Counting tokens is scoped like the real thing, but takes nothing from any limit.
  if (facts.purpose === "count") return { ...answer, strip, holds: [] };
  return strip.length === 0 ? answer : { ...answer, strip };
}

/** Whether a tool is granted, and the first line that says so. */
export interface ToolGrant {
  readonly granted: boolean;
  readonly origin: Origin;
}

/** Decides one tool by its canonical name, for an answer that calls it. */
export function toolGranted(table: Table, principal: Principal, tool: string, now: number): ToolGrant {
  const { granted, origins } = explainTool(runtimeOf(table), principal, tool, now);
  return { granted, origin: origins[0]! };
}

/** The models of the catalogue that a caller may use and that a provider is left for. */
export function modelsFor(table: Table, principal: Principal, now: number): string[] {
  const runtime = runtimeOf(table);
  const view = viewOf(runtime, principal.node, now);
  return table.catalogue.filter((model) => {
    const atom = runtime.atomOf.models(model);
    return atom >= 0 && hasBit(view.access.models, atom) && answerOf(runtime, principal.node, view, atom) !== null;
  });
}

const NO_TOOLS: readonly string[] = [];

function ungrantedTools(runtime: Runtime, view: View, tools: readonly string[]): readonly string[] {
  let strip: string[] | null = null;
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i]!;
    const atom = runtime.atomOf.tools(tool);
    if (atom >= 0 && hasBit(view.access.tools, atom)) continue;
    if (strip === null) strip = [tool];
    else strip.push(tool);
  }
  return strip ?? NO_TOOLS;
}

function explainTool(runtime: Runtime, { node }: Principal, tool: string, now: number): Explanation {
  return explain(chainOf(runtime.table.nodes, node), "tools", runtime.atomOf.tools(tool), now);
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

function refuseWindow(table: Table, { node }: Principal, view: View, now: number): Refusal {
  const closed = closedWindow(table.timezone, view.windows, now)!;
  const opens = opensAt(table.timezone, view.windows, now);
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

function refuseModel(runtime: Runtime, principal: Principal, model: string, now: number): Refusal {
  const { table } = runtime;
  const chain = chainOf(table.nodes, principal.node);
  const why = explain(chain, "models", runtime.atomOf.models(model), now);
  const allowed = allowedModels(runtime, principal, now);
  const choice = allowed.length === 0 ? "no model is allowed" : `allowed: ${listNames(allowed)} - run /model`;
  const message = `model ${quote(model)} is outside the scope of ${whoIs(table, principal.node)}${noteOf(why)}; ${choice}`;
  return refuse(table, { reason: "model", message, origins: why.origins });
}

/** Names where the policy writes names out, else the globs it allows. */
function allowedModels(runtime: Runtime, principal: Principal, now: number): readonly string[] {
  const names = modelsFor(runtime.table, principal, now);
  if (names.length > 0) return names;
  const { models } = viewOf(runtime, principal.node, now).access;
  const globs = chainOf(runtime.table.nodes, principal.node).flatMap(({ grants }) =>
    grants
      .filter(
        ({ effect, thing, bits }) =>
          thing === "models" && effect !== "deny" && bits.some((word, i) => word & models[i]!),
      )
      .flatMap((grant) => grant.globs),
  );
  return [...new Set(globs)].filter((glob) =>
    runtime.table.atoms.models.members.get(glob)!.some((word, i) => word & models[i]!),
  );
}

function refuseProvider(runtime: Runtime, principal: Principal, model: string, now: number): Refusal {
  const { table } = runtime;
  const chain = chainOf(table.nodes, principal.node);
  const route = table.routes[runtime.atomOf.models(model)]!;
  const whys = route.map((name) => explain(chain, "providers", runtime.atomOf.providers(name), now));
  const origins = [...new Set(whys.flatMap((why) => why.origins))];
  const where =
    route.length === 0 ? "no provider is declared for it" : `none of its providers is (${listNames(route)})`;
  const note = whys[0] === undefined ? "" : noteOf(whys[0]);
  const message = `model ${quote(model)} is allowed for ${whoIs(table, principal.node)}, but ${where}${note}`;
  return refuse(table, {
    reason: "provider",
    message,
    origins: origins.length > 0 ? origins : [table.nodes[principal.node]!.origin],
  });
}

function refuseTools(table: Table, principal: Principal, strip: readonly string[], line: Origin): Refusal {
  const names = listNames([...new Set(strip)].map(quote));
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
function noteOf({ by, node }: { readonly by: Explanation["by"]; readonly node: TableNode }): string {
  if (node.doc === null || (by !== "deny" && by !== "only")) return "";
  const line = node.doc.split("\n")[0]!.trim().replace(/\.$/, "");
  return line === "" || line.length > LONGEST_NOTE ? "" : ` (${quote(line)})`;
}
