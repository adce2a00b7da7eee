/**
 * All that guardrails do about a request: their own search first, and then, of what that leaves, the services that some of
 * them ask. A conversation is in a guardrail's sample as a whole or not at all.
 */

import type { Allow, Refusal } from "../decision/decision.ts";
import { isSampled } from "../decision/deeds.ts";
import type { WouldBe } from "../decision/observed.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import { consult } from "./consult.ts";
import type { Conversation } from "./conversation.ts";
import { inspect } from "./guard.ts";
import { guardsOf } from "./guards.ts";
import type { Asked } from "./plane.ts";
import type { Ports } from "./ports.ts";
import { NOTHING_SEEN, type Seen, scanOf } from "./seen.ts";
import type { Caller } from "./ticket.ts";
import { takingTurns } from "./turns.ts";

/** What guardrails say of a request. */
export interface Looked {
  readonly refusal: Refusal | null;
  readonly edits: readonly Edit[];
  readonly seen: Seen;
  /** The guardrails that look at the conversation, by their indices. */
  readonly guards: readonly number[];
  /** null for a caller whom no guardrail binds. */
  readonly conversation: Conversation | null;
  /** Milliseconds for which services were waited for. */
  readonly waited: number;
}

/** What was decided about a request before guardrails look at it. */
export interface Settled {
  readonly decision: Allow;
  readonly would: WouldBe | null;
  /** What is taken out of it, with the tools that are not granted. */
  readonly cut: readonly Edit[];
}

/** Looks at a request for the guardrails that bind its caller. */
export async function look(
  asked: Asked,
  { decision, would, cut }: Settled,
  caller: Caller,
  ports: Ports,
): Promise<Looked> {
  const { table, principal } = caller;
  const name = `${principal.key.name} ${asked.conversation}`;
  // A conversation that began under a guardrail is kept to its end, also when none binds its caller any more.
  const conversation = ports.conversations.find(name, decision.guards.length > 0);
  const guards = sampled(decision.guards, table.guardrails, name);
  if (conversation === null) return { ...CLEAN, seen: { ...NOTHING_SEEN, would }, guards, conversation };
  const { texts } = asked;
  const inspected = { asked, guards: guardsOf(table, guards), conversation, revision: table.revision.id, cut };
  const rest = takingTurns(ports.tick);
  const { refusal, edits, findings, marks, fresh } = await inspect(inspected, rest);
  const scan = scanOf(texts, { table, bound: decision.guards, indices: guards }, fresh);
  if (refusal !== null) {
    return { refusal, edits: [], seen: { would, findings, scan, asked: [] }, guards, conversation, waited: 0 };
  }
  const since = ports.tick();
  const advice = await consult(
    { asked, marks, edits, table, indices: guards, conversation, cut, rest },
    ports.services,
  );
  return {
    refusal: advice.refusal,
    edits: advice.edits,
    seen: { would, findings: [...findings, ...advice.findings], scan, asked: advice.asked },
    guards,
    conversation,
    waited: advice.asked.length === 0 ? 0 : ports.tick() - since,
  };
}

const CLEAN = { refusal: null, edits: [], waited: 0 } as const;

function sampled(
  guards: readonly number[],
  guardrails: Caller["table"]["guardrails"],
  name: string,
): readonly number[] {
  const isIn = (index: number): boolean => isSampled(guardrails[index]!, name);
  return guards.every(isIn) ? guards : guards.filter(isIn);
}
