/** The kind `model-armor`: a template of Google's Model Armor. */
import type { TableService } from "../decision/table.ts";
import { type Surroundings, secretOf } from "./credentials.ts";
import { accountToken, checkAccount, machineToken, type TokenSource } from "./google-token.ts";
import { exchange, goodBody, member } from "./http.ts";
import { namesOf } from "./names.ts";
import { type Answered, isAnswer, type Kind, ServiceError } from "./service.ts";

/** Some of its filters look at the first 2,000 tokens only. */
const CAPACITY = { pieces: 1, characters: 8_000 };

/** Sets up a template of Model Armor. */
export function createModelArmor(service: TableService, surroundings: Surroundings): Kind {
  const template = service.resource?.name ?? "";
  const location = /\/locations\/([^/]+)\//.exec(template)?.[1] ?? "";
  const base = (service.url ?? `https://modelarmor.${location}.rep.googleapis.com`).replace(/\/+$/, "");
  const token = tokenOf(service, surroundings);
  return {
    capacity: CAPACITY,
    check: () => checkOf(service, surroundings),
    async ask([text = ""], place, signal) {
      const headers = { "content-type": "application/json", authorization: `Bearer ${await token(signal)}` };
      const [method, said] = isAnswer(place)
        ? ["sanitizeModelResponse", { modelResponseData: { text } }]
        : ["sanitizeUserPrompt", { userPromptData: { text } }];
      const url = `${base}/v1/${template}:${method}`;
      return answered(goodBody(await exchange({ url, headers, body: JSON.stringify(said), signal })));
    },
  };
}

function checkOf({ credential }: TableService, surroundings: Surroundings): void {
  if (credential?.kind === "file") checkAccount(credential.ref, surroundings);
  if (credential?.kind === "env") secretOf(credential, surroundings)();
}

function tokenOf({ credential }: TableService, surroundings: Surroundings): TokenSource {
  switch (credential?.kind) {
    case "file":
      return accountToken(credential.ref, surroundings);
    case "env": {
      const secret = secretOf(credential, surroundings);
      return async () => secret();
    }
    default:
      return machineToken(surroundings);
  }
}

/** A match is one whatever else failed; that there is none counts only when every filter was run. */
function answered(answer: unknown): Answered {
  const result = member(answer, "sanitizationResult");
  const state = member(result, "filterMatchState");
  if (state === "MATCH_FOUND") return { judged: [{ flagged: true, why: matchesIn(result) }], units: 1 };
  const run = member(result, "invocationResult");
  if (state !== "NO_MATCH_FOUND" || run !== "SUCCESS") {
    throw new ServiceError("answer", "Model Armor did not run every filter");
  }
  return { judged: [{ flagged: false, why: [] }], units: 1 };
}

function matchesIn(result: unknown): string[] {
  const filters = member(result, "filterResults");
  if (typeof filters !== "object" || filters === null) return [];
  return namesOf(Object.entries(filters).flatMap(([name, of]) => (hasMatch(of) ? [name] : [])));
}

/** Each filter has its own form around the state. */
function hasMatch(of: unknown): boolean {
  if (typeof of !== "object" || of === null) return false;
  return Object.entries(of).some(([name, value]) =>
    name === "matchState" ? value === "MATCH_FOUND" : hasMatch(value),
  );
}
