/** What an answer is held to: the grants and the response guards of the table that the request began with. */
import { toolGranted } from "../decision/decide.ts";
import { deedsOf, maskText } from "../decision/deeds.ts";
import { placeholder } from "../decision/placeholder.ts";
import { createScanner } from "../decision/scanner.ts";
import type { TableGuardrail } from "../decision/table.ts";
import type { AnswerRules, Verdict } from "../wire/anthropic/answer.ts";
import type { Ports } from "./ports.ts";
import type { Ticket } from "./ticket.ts";

/** The rules for the answer to a ticket. */
export function rulesOf({ caller, decision }: Ticket, { hmac }: Pick<Ports, "hmac">): AnswerRules {
  const { table, principal, arrival } = caller;
  const grantOf = (tool: string) => toolGranted(table, principal, tool, arrival.at);
  return {
    granted: (tool) => grantOf(tool).granted,
    withheld: (tool) =>
      `[The gateway withheld a call of the tool ${tool}: policy does not grant it here (${grantOf(tool).origin.place}).]`,
    scanner: createScanner(table, decision.guards, "response"),
    verdict: (hit, value) => verdictOn(table.guardrails[hit.guardrail]!, { pattern: hit.pattern, value, hmac }),
  };
}

interface Finding extends Pick<Ports, "hmac"> {
  readonly pattern: string;
  readonly value: string;
}

function verdictOn(guardrail: TableGuardrail, { pattern, value, hmac }: Finding): Verdict {
  const { done } = deedsOf(guardrail, pattern);
  switch (done?.kind) {
    case undefined:
    case "flag":
      return { kind: "keep" };
    case "mask":
      return { kind: "redact", replacement: maskText(value, done.keep) };
    case "redact":
      return { kind: "redact", replacement: placeholder(pattern, value, hmac) };
    case "reject": {
      const where = `guardrail ${guardrail.name}, ${done.message} (${guardrail.origin.place})`;
      return { kind: "reject", message: `[The gateway stopped this answer: ${where}.]` };
    }
    default:
      return done satisfies never;
  }
}
