/**
 * What goes into the record, made from what the stages know: names, counts and places, never a text. Also the one place
 * that waits for a record to be durable, so that the wait is measured.
 */
import type { Actor, Body, Charge, DecisionBody, FaultBody, Observed } from "../audit/entry.ts";
import type { Decision } from "../decision/decision.ts";
import { createNaming } from "../decision/naming.ts";
import type { WouldBe } from "../decision/observed.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import { digestOf, fingerprintOf, withoutKeys } from "../identity/mint.ts";
import type { FaultNotice } from "../wire/fault.ts";
import type { Arrival } from "./arrival.ts";
import type { Asked } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { NOTHING_SEEN, type Seen } from "./seen.ts";

/** The names of a known caller. */
export function actorOf(table: Table, { key, node }: Principal): Actor {
  const parent = table.nodes[node]?.parent ?? null;
  const team = parent === null ? null : (table.nodes[parent]?.name ?? null);
  return { key: key.name, team, fingerprint: null };
}

/** What may be said of a caller that is not known. */
export function strangerOf(presented: string | null): Actor {
  return { key: null, team: null, fingerprint: presented === null ? null : fingerprintOf(digestOf(presented)) };
}

/** Waits until a record is durable; false when it cannot be recorded. */
export async function recorded(body: Body, { log, telemetry, tick }: Ports): Promise<boolean> {
  if (!log.healthy) return false;
  const from = tick();
  try {
    await log.append(body);
  } catch {
    return false;
  }
  telemetry.ack((tick() - from) / 1000);
  return true;
}

/** Records how something ended, after its caller has seen the end: it is done with when the record is durable. */
export async function recordEnd(body: Body, { log }: Ports): Promise<void> {
  // A log that takes nothing more is known by `healthy`, to which every request looks.
  if (log.healthy) await log.append(body, "soon").catch(() => {});
}

/** Who decided about what. */
export interface Case {
  readonly arrival: Arrival;
  readonly table: Table;
  readonly actor: Actor;
  readonly purpose: DecisionBody["purpose"];
  readonly asked: Asked | null;
}

/** A caller decides how many tools it offers; the record must not grow with that. */
const MOST_STRIPPED = 100;
const MOST_RAN = 100;

/** What the stages know beside the decision itself. */
export interface Beside extends Seen {
  readonly held: readonly Charge[];
  /** Tools that stay in, or out, though the policy says otherwise by now. */
  readonly stood: readonly string[];
}

/** Of a request that nobody looked into and for which nothing is held. */
export const NOTHING_BESIDE: Beside = { ...NOTHING_SEEN, held: [], stood: [] };

/** The record of a decision. */
export function decisionBody(
  of: Case,
  decision: Decision,
  { findings, scan, asked: answers, would, held, stood }: Beside,
): DecisionBody {
  const { table, asked } = of;
  const allowed = decision.kind === "allow";
  return {
    kind: "decision",
    ticket: of.arrival.id,
    actor: of.actor,
    revision: table.revision.id,
    commit: table.revision.commit,
    effect: allowed ? "allow" : "refuse",
    reason: allowed ? null : decision.reason,
    origins: decision.origins.map(({ place }) => place),
    purpose: of.purpose,
    model: asked?.facts.model ?? null,
    stream: asked?.facts.stream ?? false,
    provider: allowed ? (decision.routes[0] ?? null) : null,
    bytes: asked?.body.length ?? 0,
    tools: asked?.facts.tools.length ?? 0,
    stripped: allowed ? [...new Set(decision.strip)].slice(0, MOST_STRIPPED) : [],
    stood: stood.slice(0, MOST_STRIPPED),
    defined: [...new Set(asked?.definitions.map(({ tool }) => tool))].slice(0, MOST_STRIPPED),
    findings,
    scan,
    asked: answers,
    observed: would === null ? null : observedOf(would),
    session: asked?.session ?? null,
    agent: asked?.agent ?? null,
    ran: asked === null ? [] : ranIn(asked, table),
    held,
  };
}

/** What would have been decided, as the record has it. */
export function observedOf({ effect, reason, stripped, origins }: WouldBe): Observed {
  return {
    effect,
    reason,
    stripped: stripped.slice(0, MOST_STRIPPED),
    origins: origins.map(({ place }) => place).slice(0, MOST_STRIPPED),
  };
}

/** Calls that a client carried out; how many it names is its own affair. */
function ranIn({ ran }: Asked, { servers }: Table): DecisionBody["ran"] {
  if (ran.length === 0) return [];
  const named = createNaming(servers);
  return ran.slice(0, MOST_RAN).map(({ id, name }) => ({ id: withoutKeys(id), name: withoutKeys(named(name)) }));
}

/** The record of a request that could not be served; `status` as the caller sees it. */
export function faultBody(of: Case, { fault }: FaultNotice, status: number): FaultBody {
  const { id, path } = of.arrival;
  return { kind: "fault", ticket: id, actor: of.actor, fault, status, path: withoutKeys(path).slice(0, 200) };
}
