/** What an answer is held to: the grants and the response guards of the table that the request began with. */

import { type Call, callGranted, dependsOnInput } from "../decision/call-granted.ts";
import { changed } from "../decision/change.ts";
import { toolGranted } from "../decision/decide.ts";
import { deedsOf, maskText } from "../decision/deeds.ts";
import { createGrowth } from "../decision/growing.ts";
import { createNaming } from "../decision/naming.ts";
import type { Origin } from "../decision/origin.ts";
import { placeholdersIn } from "../decision/placeholder.ts";
import type { Hit } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table } from "../decision/table.ts";
import type { Deed } from "../model/model.ts";
import type { Reason } from "../model/reasons.ts";
import type { AnswerRules, Judged, Memory, Restored, Verdict, Withheld } from "../wire/anthropic/answer.ts";
import { waitWords } from "../wire/wait.ts";
import { type Conversation, namesIn } from "./conversation.ts";
import type { Ticket } from "./ticket.ts";

/** The rules for the answer to a ticket. */
export function rulesOf(ticket: Ticket): AnswerRules {
  const { caller, asked, guards, conversation, flow } = ticket;
  const { table, principal, arrival } = caller;
  const { at } = arrival;
  const tables = table.observed === null ? [table] : [table, table.observed];
  return {
    withheld(tool) {
      const { granted, origin } = toolGranted(table, principal, tool, at);
      if (!granted) return withheldCall(table, tool, { reason: "tool", why: "policy does not grant it here", origin });
      const denial = flow?.denial(tool) ?? null;
      if (denial === null) return null;
      const why = `policy does not let it be called after ${denial.after}`;
      return withheldCall(table, tool, { reason: "flow", why, origin: denial.origin });
    },
    judges: (tool) => tables.some((each) => dependsOnInput(each, principal, tool, at)),
    judge: (tool, input) => judged(ticket, { tool, input }),
    passed(call, id) {
      if (flow === null) return null;
      const tool = asked.nameOf(call);
      const would = flow.observed(tool);
      flow.passed(tool, id);
      return would === null ? null : { effect: "refuse", origin: would.origin.place };
    },
    count(tool) {
      const refusal = ticket.calls.take(tool);
      if (refusal === null) return null;
      const { reason, message, retryAfterMs, origins } = refusal;
      return withheldCall(table, tool, { reason, why: message + waitWords(retryAfterMs), origin: origins[0]! });
    },
    spoiled: (tool, why) => sentence(table, tool, why),
    // Where nothing is kept of a conversation no guardrail binds, and nothing is found.
    scanner: conversation === null ? null : createScanner(table, guards, "response"),
    verdict: (hit, value) => verdictOn(ticket, hit, value),
    stays: (hit) => isHarmless(deedsOf(table.guardrails[hit.guardrail]!, hit.pattern).done),
    growth: createGrowth(table, guards, "response"),
    overlong({ guardrail, pattern }) {
      const { name, origin } = table.guardrails[guardrail]!;
      const what = `what may be \`${pattern}\` is longer than can be held back`;
      return `[The gateway stopped this answer: guardrail ${name}, ${what} (${origin.place}).]`;
    },
    memory: conversation === null ? null : memoryOf(ticket, conversation),
  };
}

function judged({ caller: { table, principal, arrival } }: Ticket, call: Call): Judged {
  const grant = callGranted(table, principal, call, arrival.at);
  const would = table.observed === null ? grant : callGranted(table.observed, principal, call, arrival.at);
  const effect = would.granted ? "allow" : "refuse";
  const withheld = grant.granted
    ? null
    : withheldCall(table, call.tool, { reason: "arguments", why: `it ${grant.why}`, origin: grant.origin });
  return {
    withheld,
    observed: would.granted === grant.granted ? null : { effect, origin: would.origin.place },
  };
}

/** A tool has the name by which policy calls it, so that whoever reads the sentence can look for it there. */
function sentence({ servers }: Table, tool: string, why: string): string {
  return `[The gateway withheld a call of the tool ${createNaming(servers)(tool)}: ${why}.]`;
}

interface Why {
  readonly reason: Reason;
  readonly why: string;
  readonly origin: Origin;
}

function withheldCall(table: Table, tool: string, { reason, why, origin: { place } }: Why): Withheld {
  return { sentence: sentence(table, tool, `${why} (${place})`), reason, origin: place };
}

function isHarmless(done: Deed | null): boolean {
  return done === null || done.kind === "flag";
}

function verdictOn({ caller, conversation }: Ticket, { guardrail, pattern }: Hit, value: string): Verdict {
  const ruled = caller.table.guardrails[guardrail]!;
  const { done } = deedsOf(ruled, pattern);
  switch (done?.kind) {
    case undefined:
    case "flag":
      return { kind: "keep" };
    case "mask":
      return { kind: "redact", replacement: maskText(value, done.keep), restore: false };
    case "redact": {
      const { restore } = done;
      const secret = conversation!.secrets.keep(value, {
        guardrail: ruled.name,
        pattern,
        restore,
        bare: ruled.on.includes("request"),
      });
      return { kind: "redact", replacement: secret.placeholder, restore };
    }
    case "reject": {
      const where = `guardrail ${ruled.name}, ${done.message} (${ruled.origin.place})`;
      return { kind: "reject", message: `[The gateway stopped this answer: ${where}.]` };
    }
    default:
      return done satisfies never;
  }
}

/** What of the model's own words is worth keeping: where the client has others, or its next request would be changed. */
function memoryOf({ caller: { table }, asked, guards }: Ticket, conversation: Conversation): Memory {
  // What looks at answers too has had its say.
  const silent = guards.filter((guard) => !table.guardrails[guard]!.on.includes("response"));
  const scanner = createScanner(table, silent, "request");
  const { end, opening } = asked.texts;
  const turn = end.author === "model" ? end.turn : end.turn + 1;
  let nameOf: ReturnType<typeof namesIn> | null = null;
  return {
    restore: (words, place) => restored(conversation, words, place),
    heard(original, changes, kept) {
      // A placeholder of the model's own stands for itself, though elsewhere it may stand for what the model wrote.
      const isTouched =
        kept || changes.length > 0 || placeholdersIn(original).length > 0 || (scanner?.scan(original).length ?? 0) > 0;
      if (!isTouched) return;
      nameOf ??= namesIn(opening());
      conversation.hear(original, changes, nameOf(turn, changed(original, changes)));
    },
  };
}

/** A placeholder that nothing stands behind any more must not be written anywhere. */
function restored({ secrets }: Conversation, words: string, place: Parameters<Memory["restore"]>[1]): Restored {
  const secret = secrets.behind(words);
  if (secret?.restore) return { value: secrets.spelledAt(secret, words, place) };
  if (secret !== undefined) {
    return { why: `its input holds ${words}, which guardrail ${secret.guardrail} does not give back to tools` };
  }
  return {
    why: `its input holds ${words}, and what stands behind that is not known here any more; read it again from its source`,
  };
}
