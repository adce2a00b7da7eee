/** The kind `patronus`: evaluators of Patronus, none of which keeps what it sees. */
import type { TableService } from "../decision/table.ts";
import { type Surroundings, secretOf } from "./credentials.ts";
import { exchange, goodBody, list, member } from "./http.ts";
import { namesOf } from "./names.ts";
import { type Answered, isAnswer, type Kind, ServiceError } from "./service.ts";

const CAPACITY = { pieces: 1, characters: 10_000 };

/** Sets up evaluators of Patronus. */
export function createPatronus(service: TableService, surroundings: Surroundings): Kind {
  const url = `${(service.url ?? "https://api.patronus.ai").replace(/\/+$/, "")}/v1/evaluate`;
  const { credential, checks } = service;
  const secret = credential !== null && "ref" in credential ? secretOf(credential, surroundings) : () => "";
  const evaluators = checks.map(({ name, of }) => {
    return { evaluator: name, ...(of === null ? {} : { criteria: of }), explain_strategy: "never" };
  });
  return {
    capacity: CAPACITY,
    check: () => void secret(),
    async ask([text = ""], place, signal) {
      const headers = { "content-type": "application/json", "x-api-key": secret() };
      const said = isAnswer(place) ? { evaluated_model_output: text } : { evaluated_model_input: text };
      const body = JSON.stringify({ evaluators, ...said, capture: "none" });
      return answered(goodBody(await exchange({ url, headers, body, signal })), evaluators.length);
    },
  };
}

/** A single evaluator that says no is enough; for a yes all of them must have spoken. */
function answered(answer: unknown, evaluators: number): Answered {
  const results = list(member(answer, "results"), "results").map((result) => {
    const found = member(result, "evaluation_result");
    const name = member(result, "criteria") ?? member(found, "criteria") ?? member(result, "evaluator_id");
    return { pass: member(found, "pass"), good: member(result, "status") === "success", name };
  });
  const failed = results.filter(({ pass }) => pass === false);
  const silent = results.length < evaluators || results.some(({ pass, good }) => !good || typeof pass !== "boolean");
  if (failed.length === 0 && silent) throw new ServiceError("answer", "not every evaluator gave a result");
  const why = namesOf(failed.map(({ name }) => name));
  return { judged: [{ flagged: failed.length > 0, why }], units: evaluators };
}
