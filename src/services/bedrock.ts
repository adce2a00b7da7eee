/** The kind `bedrock-guardrail`: ApplyGuardrail of AWS Bedrock, signed with keys of AWS or let in by an API key. */
import type { TableService } from "../decision/table.ts";
import { awsKeys } from "./aws-keys.ts";
import { type Surroundings, secretOf } from "./credentials.ts";
import { exchange, goodBody, member, type Reply } from "./http.ts";
import { namesOf } from "./names.ts";
import { type Answered, isAnswer, type Kind, ServiceError } from "./service.ts";
import { signed } from "./sigv4.ts";

/** 25 of the units of 1,000 characters by which Bedrock counts; where it takes less, halves are asked about. */
const CAPACITY = { pieces: 1, characters: 25_000 };

/** Sets up a guardrail of Bedrock. */
export function createBedrock(service: TableService, surroundings: Surroundings): Kind {
  const region = service.region ?? "";
  const base = (service.url ?? `https://bedrock-runtime.${region}.amazonaws.com`).replace(/\/+$/, "");
  const { name, version } = service.resource ?? { name: "", version: null };
  const url = new URL(`${base}/guardrail/${encodeURIComponent(name)}/version/${version ?? "DRAFT"}/apply`);
  const { check, prove } = proverOf(service, { region, url }, surroundings);
  return {
    capacity: CAPACITY,
    check,
    async ask([text = ""], place, signal) {
      const body = JSON.stringify({ source: isAnswer(place) ? "OUTPUT" : "INPUT", content: [{ text: { text } }] });
      const headers = await prove(body, signal);
      return answered(await exchange({ url: url.href, headers, body, signal }));
    },
  };
}

interface Prover {
  /** What AWS gives to a process only a call can tell. */
  check(): void;
  prove(body: string, signal: AbortSignal): Promise<Record<string, string>>;
}

function proverOf(
  { credential }: TableService,
  { region, url }: { readonly region: string; readonly url: URL },
  surroundings: Surroundings,
): Prover {
  const headers = { "content-type": "application/json", accept: "application/json" };
  if (credential !== null && "ref" in credential) {
    const secret = secretOf(credential, surroundings);
    const prove = async () => ({ ...headers, authorization: `Bearer ${secret()}` });
    return { check: () => void secret(), prove };
  }
  const keys = awsKeys(region, surroundings);
  const prove = async (body: string, signal: AbortSignal) =>
    signed({ method: "POST", url, headers, body, service: "bedrock", region }, await keys(signal), surroundings.now());
  return { check: () => {}, prove };
}

function answered(reply: Reply): Answered {
  if (reply.status === 400 && isTooLong(reply)) throw new ServiceError("too-large", "the text is too long for Bedrock");
  const body = goodBody(reply);
  // A failure may come as a success with the name of an exception in it.
  const failure = member(member(body, "Output"), "__type");
  if (failure !== undefined) throw new ServiceError("busy", "Bedrock answered with an exception");
  const action = member(body, "action");
  if (action !== "NONE" && action !== "GUARDRAIL_INTERVENED") {
    throw new ServiceError("answer", "the answer of Bedrock has no known `action`");
  }
  const flagged = action === "GUARDRAIL_INTERVENED";
  return { judged: [{ flagged, why: flagged ? reasonsIn(member(body, "assessments")) : [] }], units: unitsIn(body) };
}

/** Bedrock has no code of its own for it; which limit it is hangs on region, tier and policy. */
function isTooLong({ body, text }: Reply): boolean {
  const message = member(body, "message") ?? member(body, "Message") ?? text;
  return /too (?:long|large|many text units)|text units?|exceeds? .*(?:limit|maximum|length)/i.test(String(message));
}

function unitsIn(body: unknown): number {
  const usage = member(body, "usage");
  if (typeof usage !== "object" || usage === null) return 0;
  return Object.values(usage).reduce<number>((sum, units) => sum + (typeof units === "number" ? units : 0), 0);
}

/** Lists of findings in an assessment, and which member names one; matches are words of the text and never taken. */
const LISTS = [
  ["topicPolicy", "topics", "name"],
  ["contentPolicy", "filters", "type"],
  ["wordPolicy", "managedWordLists", "type"],
  ["sensitiveInformationPolicy", "piiEntities", "type"],
  ["sensitiveInformationPolicy", "regexes", "name"],
  ["contextualGroundingPolicy", "filters", "type"],
] as const;

function reasonsIn(assessments: unknown): string[] {
  const names: unknown[] = [];
  for (const assessment of Array.isArray(assessments) ? assessments : []) {
    for (const [policy, of, name] of LISTS) {
      const found = member(member(assessment, policy), of);
      for (const each of Array.isArray(found) ? found : []) {
        if (member(each, "action") !== "NONE") names.push(member(each, name));
      }
    }
    if (Array.isArray(member(member(assessment, "wordPolicy"), "customWords"))) names.push("WORDS");
  }
  return namesOf(names);
}
