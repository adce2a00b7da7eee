/**
 * The reckoning: settle every counter by what was really used, let the answer end, record the outcome. In this order, so
 * that a caller who has seen the end finds its place free, and exactly once for each ticket.
 */
import type { Charge, OutcomeBody } from "../audit/entry.ts";
import { costOf, tokensOf } from "../decision/cost.ts";
import type { Demand } from "../decision/demand.ts";
import type { Usage } from "../decision/usage.ts";
import type { BudgetWarning } from "./budget-warnings.ts";
import { findingsInAnswer } from "./findings.ts";
import type { Asked } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { recordEnd, recorded } from "./record.ts";
import { type Inquired, NOTHING_INQUIRED, scanOfAnswer } from "./seen.ts";
import type { Ending, Ticket } from "./ticket.ts";

/** Settles, ends and records one ticket. */
export async function account(ticket: Ticket, ending: Ending, ports: Ports): Promise<void> {
  const bill = billOf(ticket, ending);
  const charges = [...settle(ticket, ending, bill, ports), ...ticket.calls.charges];
  ending.close();
  learn(ticket, ending, bill, ports);
  const due = showBudgets(ticket, ports);
  const totalMs = ports.tick() - ticket.caller.arrival.started;
  const inquired = await inquiredIn(ending, ports);
  await recordEnd(outcomeBody(ticket, ending, { ...bill, charges, totalMs, inquired }), ports);
  await warn(due, ticket, ports);
}

/** What services said of an answer; those for whose verdict nothing waits may be the last to know. */
async function inquiredIn({ inquired }: Ending, { onInternalError }: Ports): Promise<Inquired> {
  try {
    return (await inquired?.()) ?? NOTHING_INQUIRED;
  } catch (error) {
    onInternalError(error);
    return NOTHING_INQUIRED;
  }
}

interface Bill {
  readonly usage: Usage | null;
  readonly microUsd: number;
  readonly priced: boolean;
}

const FREE: Bill = { usage: null, microUsd: 0, priced: true };
const BYTES_PER_TOKEN = 4;

function billOf({ caller, asked }: Ticket, ending: Ending): Bill {
  const usage = ending.report?.usage ?? guessed(asked, ending);
  if (usage === null) return FREE;
  const { microUsd, priced } = costOf(caller.table, asked.facts.model, usage, caller.arrival.at);
  return { usage, microUsd, priced };
}

/** What a provider will have charged for an answer that nobody saw whole. */
function guessed({ facts }: Asked, { end, fault, reached, unread }: Ending): Usage | null {
  const mayHaveWorked = reached && (end === "client-gone" || fault === "timeout" || unread > 0);
  if (!mayHaveWorked || facts.purpose === "count") return null;
  const output = Math.ceil(unread / BYTES_PER_TOKEN);
  return { input: facts.estimate, output, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0 };
}

function settle({ reservation }: Ticket, { reached }: Ending, bill: Bill, { limits, now }: Ports): readonly Charge[] {
  if (reached) return limits.settle(reservation, demandOf(bill), now());
  limits.release(reservation, now());
  return [];
}

function demandOf({ usage, microUsd }: Bill): Demand {
  return { tokens: usage === null ? 0 : tokensOf(usage), microUsd };
}

function learn({ caller, asked: { facts } }: Ticket, { end }: Ending, { usage }: Bill, { outputs }: Ports): void {
  if (end === "complete" && usage !== null) outputs.learn({ team: caller.actor.team, facts }, usage);
}

/** Shows how full the budgets of a request are; the warnings that are due about them. */
function showBudgets({ decision: { holds }, caller: { table } }: Ticket, ports: Ports): readonly BudgetWarning[] {
  const budgets = holds.filter(({ slot }) => slot.measure === "budget");
  if (budgets.length === 0) return [];
  const now = ports.now();
  const due: (BudgetWarning | null)[] = [];
  for (const [index, level] of ports.limits.levels(budgets, table.timezone, now).entries()) {
    const budget = budgets[index]!;
    ports.telemetry.budget(level.counter, budget.slot.period ?? "", level.used / level.amount);
    due.push(ports.warnings.due(budget, level, table.timezone, now));
  }
  return due.filter((warning) => warning !== null);
}

/** Records the warnings; what cannot be recorded is due again at the next request. */
async function warn(due: readonly BudgetWarning[], { caller }: Ticket, ports: Ports): Promise<void> {
  const { arrival, actor } = caller;
  for (const warning of due) {
    const isTold = await recorded({ kind: "budget.warn", ticket: arrival.id, actor, ...warning }, ports);
    if (!isTold) ports.warnings.forget(warning);
  }
}

interface Reckoned extends Bill {
  readonly charges: readonly Charge[];
  readonly totalMs: number;
  readonly inquired: Inquired;
}

function outcomeBody({ caller, asked, conversation, guards }: Ticket, ending: Ending, reckoned: Reckoned): OutcomeBody {
  const { report, end, fault, status, provider, upstreamRequestId, firstByteMs } = ending;
  const { usage, microUsd, priced, charges, totalMs, inquired } = reckoned;
  return {
    kind: "outcome",
    ticket: caller.arrival.id,
    actor: caller.actor,
    end,
    fault,
    status,
    model: asked.facts.model,
    stream: asked.facts.stream,
    provider,
    upstreamRequestId,
    usage,
    microUsd,
    priced,
    charges,
    toolUses: report?.toolUses ?? [],
    findings: [...findingsInAnswer(caller.table.guardrails, report?.hits ?? [], conversation), ...inquired.findings],
    scan: report === null ? null : scanOfAnswer(report.scanned, { table: caller.table, guards }),
    asked: inquired.asked,
    bytes: caller.arrival.sink.written,
    firstByteMs: firstByteMs === null ? null : Math.round(firstByteMs),
    totalMs: Math.round(totalMs),
  };
}
