/**
 * The kind `azure-content-safety`: Prompt Shields for `check attacks`, text analysis for categories and blocklists. What
 * people write is a prompt there; results of tools and documents are documents, in which attacks come from outside. What
 * the model answers is no attack on it, so that answers are only analyzed.
 */
import type { TableService } from "../decision/table.ts";
import type { ServiceCheck } from "../model/model.ts";
import { type Surroundings, secretOf } from "./credentials.ts";
import { exchange, goodBody, list, member } from "./http.ts";
import { namesOf } from "./names.ts";
import { type Answered, isAnswer, type Judged, type Kind, ServiceError, type Standing } from "./service.ts";

const VERSION = "2024-09-01";
/** Of documents in one call, and of all of them together; text analysis takes as much of one text. */
const CAPACITY = { pieces: 5, characters: 10_000 };
/** Billed by the started thousand of characters. */
const RECORD = 1_000;

/** The names of categories, as a policy writes them. */
const CATEGORIES: Readonly<Record<string, string>> = {
  hate: "Hate",
  "self-harm": "SelfHarm",
  sexual: "Sexual",
  violence: "Violence",
};

type Post = (operation: string, body: object, signal: AbortSignal) => Promise<unknown>;

/** Sets up Azure AI Content Safety. */
export function createAzure(service: TableService, surroundings: Surroundings): Kind {
  const base = `${(service.url ?? "").replace(/\/+$/, "")}/contentsafety`;
  const { credential, checks } = service;
  const secret = credential !== null && "ref" in credential ? secretOf(credential, surroundings) : () => "";
  const post: Post = async (operation, body, signal) => {
    const headers = { "content-type": "application/json", "ocp-apim-subscription-key": secret() };
    const url = `${base}/${operation}?api-version=${VERSION}`;
    return goodBody(await exchange({ url, headers, body: JSON.stringify(body), signal }));
  };
  const shields = checks.some(({ name }) => name === "attacks");
  const analyzes = checks.some(({ name }) => name !== "attacks");
  return {
    capacity: CAPACITY,
    check: () => void secret(),
    async ask(pieces, place, signal) {
      const [attacks, harms] = await Promise.all([
        shields && !isAnswer(place) ? shield(pieces, place, { post, signal }) : [],
        analyzes ? Promise.all(pieces.map((text) => analyze(text, checks, { post, signal }))) : [],
      ]);
      const looks = Number(shields && !isAnswer(place)) + Number(analyzes);
      return answered(pieces, [attacks, harms], looks);
    },
  };
}

interface Line {
  readonly post: Post;
  readonly signal: AbortSignal;
}

function answered(pieces: readonly string[], found: readonly (readonly Judged[])[], looks: number): Answered {
  const judged = pieces.map((_, index): Judged => {
    const about = found.flatMap((of) => of[index] ?? []);
    return { flagged: about.some(({ flagged }) => flagged), why: about.flatMap(({ why }) => why) };
  });
  const records = pieces.reduce((sum, text) => sum + Math.ceil(text.length / RECORD), 0);
  return { judged, units: records * looks };
}

async function shield(pieces: readonly string[], place: Standing, { post, signal }: Line): Promise<readonly Judged[]> {
  if (place === "tool-result" || place === "document") {
    const answer = await post("text:shieldPrompt", { userPrompt: "", documents: pieces }, signal);
    const analyses = list(member(answer, "documentsAnalysis"), "documentsAnalysis");
    if (analyses.length !== pieces.length) throw new ServiceError("answer", "the answer leaves documents out");
    return analyses.map(attackIn);
  }
  return Promise.all(
    pieces.map(async (userPrompt) => {
      const answer = await post("text:shieldPrompt", { userPrompt, documents: [] }, signal);
      return attackIn(member(answer, "userPromptAnalysis"));
    }),
  );
}

function attackIn(analysis: unknown): Judged {
  const flagged = member(analysis, "attackDetected");
  if (typeof flagged !== "boolean") throw new ServiceError("answer", "the answer has no `attackDetected`");
  return { flagged, why: flagged ? ["attack"] : [] };
}

async function analyze(text: string, checks: readonly ServiceCheck[], { post, signal }: Line): Promise<Judged> {
  const levels = new Map(checks.flatMap(({ name, at }) => (CATEGORIES[name] && at ? [[CATEGORIES[name], at]] : [])));
  const blocklistNames = checks.flatMap(({ name, of }) => (name === "blocklist" && of !== null ? [of] : []));
  const answer = await post(
    "text:analyze",
    {
      text,
      // Without a list it would be all of them, and an empty list is none that Azure knows.
      categories: levels.size > 0 ? [...levels.keys()] : ["Hate"],
      outputType: "EightSeverityLevels",
      ...(blocklistNames.length > 0 ? { blocklistNames, haltOnBlocklistHit: false } : {}),
    },
    signal,
  );
  const harms = list(member(answer, "categoriesAnalysis"), "categoriesAnalysis").map((found) => {
    return { category: String(member(found, "category")), severity: Number(member(found, "severity")) };
  });
  for (const category of levels.keys()) {
    if (harms.some((harm) => harm.category === category && harm.severity >= 0)) continue;
    throw new ServiceError("answer", `the answer says nothing of \`${category}\``);
  }
  const over = harms.filter(({ category, severity }) => severity >= (levels.get(category) ?? Number.POSITIVE_INFINITY));
  const matches = member(answer, "blocklistsMatch");
  const listed = (Array.isArray(matches) ? matches : []).map((match) => member(match, "blocklistName"));
  return {
    flagged: over.length + listed.length > 0,
    why: namesOf([...over.map(({ category }) => category), ...listed]),
  };
}
