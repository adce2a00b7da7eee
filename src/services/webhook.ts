/**
 * The kind `webhook`: anybody who takes `{"version":1,"texts":[{"place":"tool-result","text":"…"}]}` and answers
 * `{"verdicts":[{"flagged":true,"reasons":["injection"]}],"units":1}`, one verdict for each text, in their order. Reasons
 * and units may be left out.
 */
import type { TableService } from "../decision/table.ts";
import { type Surroundings, secretOf } from "./credentials.ts";
import { exchange, goodBody, list, member } from "./http.ts";
import { namesOf } from "./names.ts";
import { type Answered, type Kind, ServiceError } from "./service.ts";

const CAPACITY = { pieces: 16, characters: 64_000 };

/** Sets up a webhook. */
export function createWebhook(service: TableService, surroundings: Surroundings): Kind {
  const { credential, url } = service;
  const secret = credential !== null && "ref" in credential ? secretOf(credential, surroundings) : null;
  return {
    capacity: CAPACITY,
    check: () => void secret?.(),
    async ask(pieces, place, signal) {
      const headers: Record<string, string> = { "content-type": "application/json" };
      if (secret !== null) headers.authorization = `Bearer ${secret()}`;
      const body = JSON.stringify({ version: 1, texts: pieces.map((text) => ({ place, text })) });
      return answered(goodBody(await exchange({ url: url ?? "", headers, body, signal })));
    },
  };
}

function answered(answer: unknown): Answered {
  const judged = list(member(answer, "verdicts"), "verdicts").map((verdict) => {
    const flagged = member(verdict, "flagged");
    if (typeof flagged !== "boolean") throw new ServiceError("answer", "a verdict has no `flagged`");
    const reasons = member(verdict, "reasons");
    return { flagged, why: flagged && Array.isArray(reasons) ? namesOf(reasons) : [] };
  });
  const units = member(answer, "units");
  return { judged, units: typeof units === "number" && units >= 0 ? units : 0 };
}
