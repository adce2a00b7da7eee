/**
 * Sends an admitted request to the first of its routes that takes it. The next one is tried only before anything of an
 * answer went to the caller: when a provider cannot be reached, is silent, or says that it is down or overloaded.
 */
import type { TableProvider } from "../decision/table.ts";
import type { Answer, Outgoing } from "../providers/provider.ts";
import { UpstreamError } from "../providers/provider.ts";
import type { FaultNotice } from "../wire/fault.ts";
import { passing, unanswered } from "./faults.ts";
import type { Ports } from "./ports.ts";
import type { Ticket } from "./ticket.ts";

/** A provider's answer, its body not yet read. */
export interface Answered {
  readonly kind: "answered";
  readonly provider: string;
  readonly answer: Answer;
}

/** No provider answered. */
export interface Unanswered {
  readonly kind: "unanswered";
  readonly provider: string | null;
  readonly reached: boolean;
  readonly notice: FaultNotice;
}

/** Statuses that say "not here, not now". */
const ELSEWHERE = new Set([502, 503, 504, 529]);

/** Tries the routes of a ticket in their order. */
export async function forward(ticket: Ticket, outgoing: Outgoing, ports: Ports): Promise<Answered | Unanswered> {
  const providers = routesOf(ticket);
  let reached = false;
  for (const [index, provider] of providers.entries()) {
    const isLast = index === providers.length - 1;
    try {
      const answer = await ports.providers.open(provider).send(outgoing);
      reached = true;
      if (isLast || !ELSEWHERE.has(answer.status)) return { kind: "answered", provider: provider.name, answer };
      await answer.body[Symbol.asyncIterator]().return?.();
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      reached ||= error.code === "timeout" || error.code === "broken";
      if (!isLast && !outgoing.signal.aborted) continue;
      const notice = unanswered(`provider \`${provider.name}\``, error);
      return { kind: "unanswered", provider: provider.name, reached, notice };
    }
  }
  return { kind: "unanswered", provider: null, reached, notice: passing("upstream", "no provider is left to try") };
}

function routesOf({ caller, decision }: Ticket): TableProvider[] {
  return decision.routes.flatMap((name) => caller.table.providers.find((provider) => provider.name === name) ?? []);
}
