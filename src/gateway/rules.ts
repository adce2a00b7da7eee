/** What an answer is held to: the grants and the response guards of the table that the request began with. */
import { toolGranted } from "../decision/decide.ts";
import { placeholder } from "../decision/placeholder.ts";
import { createScanner } from "../decision/scanner.ts";
import type { AnswerRules } from "../wire/anthropic/answer.ts";
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
    verdict: (hit, value) => {
      const { name, action, origin } = table.guardrails[hit.guardrail]!;
      if (action.kind === "redact") return { kind: "redact", replacement: placeholder(hit.pattern, value, hmac) };
      const message = `[The gateway stopped this answer: guardrail ${name}, ${action.message} (${origin.place}).]`;
      return { kind: "reject", message };
    },
  };
}
