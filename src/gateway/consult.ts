/**
 * Asks services about a request for the guardrails that do so: about texts as they would go on, with what is redacted
 * already redacted, the newest first. What is new and flagged turns the request away; what is flagged and older was turned
 * away before, and is withheld, so that the conversation can go on. Who gives no verdict counts as the guardrail says.
 */

import { hash } from "node:crypto";
import type { Asking, Finding } from "../audit/entry.ts";
import { changed } from "../decision/change.ts";
import type { Refusal } from "../decision/decision.ts";
import { deedsAt } from "../decision/deeds.ts";
import type { Mark } from "../decision/mark.ts";
import { changesOf } from "../decision/marks.ts";
import type { Table, TableGuardrail, TableService } from "../decision/table.ts";
import type { Question, Services, Verdict } from "../services/service.ts";
import type { Edit, TextSpan } from "../wire/anthropic/messages.ts";
import type { Conversation } from "./conversation.ts";
import { isCut, LEAVE_OUT, newTexts, toldOf, toolTold, WHERE, wayOut } from "./guard.ts";
import { noVerdict } from "./no-verdict.ts";
import type { Asked, Texts } from "./plane.ts";

/** A request whose own guardrails have had their say. */
export interface Consulted {
  readonly asked: Asked;
  readonly marks: readonly (readonly Mark[])[];
  readonly edits: readonly Edit[];
  readonly table: Table;
  readonly indices: readonly number[];
  readonly conversation: Conversation;
  /** What is taken out of the request anyway. */
  readonly cut: readonly Edit[];
  /** Asked now and then, to let others work while a long request is read. */
  readonly rest: () => Promise<void> | null;
}

/** What services said, and what becomes of the request. */
export interface Advice {
  readonly refusal: Refusal | null;
  readonly edits: readonly Edit[];
  readonly findings: readonly Finding[];
  readonly asked: readonly Asking[];
}

/** A guardrail, whom it asks, and what came of it. */
interface Opinion {
  readonly guardrail: TableGuardrail;
  readonly service: TableService;
  /** Indices of the texts that it was asked about, in the order of the questions. */
  readonly about: readonly number[];
  readonly verdict: Verdict;
}

/** Asks every service that some guardrail of the caller asks, all at the same time. */
export async function consult(consulted: Consulted, services: Services): Promise<Advice> {
  const { table, indices, edits } = consulted;
  const guardrails = indices.map((index) => table.guardrails[index]!);
  const asking = guardrails.filter(({ ask, on }) => ask !== null && on.includes("request"));
  if (asking.length === 0) return { refusal: null, edits, findings: [], asked: [] };
  const opinions = await Promise.all(asking.map((guardrail) => ask(guardrail, consulted, services)));
  const asked = opinions.map(askingOf);
  const { texts } = consulted.asked;
  const fresh = newTexts(texts, consulted.conversation);
  const refusal = refusalOf(opinions, fresh, consulted);
  const findings = opinions.flatMap((opinion) => findingsOf(opinion, texts, refusal !== null));
  if (refusal !== null) return { refusal, edits: [], findings, asked };
  return { refusal: null, edits: withheld(opinions, consulted), findings, asked };
}

async function ask(guardrail: TableGuardrail, consulted: Consulted, services: Services): Promise<Opinion> {
  const { marks, table, conversation, cut, rest } = consulted;
  const { texts } = consulted.asked;
  const { service: name, timeoutMs } = guardrail.ask!;
  const service = table.services.find((it) => it.name === name)!;
  const settings = hash("sha256", JSON.stringify({ ...service, origin: null }), "base64");
  const about: number[] = [];
  const hashes: string[] = [];
  const questions: Question[] = [];
  for (let index = texts.spans.length - 1; index >= 0; index--) {
    const span = texts.spans[index]!;
    if (!isAbout(span, guardrail) || (span.fixed && isCut(span, cut))) continue;
    const pause = rest();
    if (pause !== null) await pause;
    const text = span.place + hash("sha256", texts.body.subarray(span.start, span.end), "base64");
    if (conversation.clearances.has(settings, text)) continue;
    about.push(index);
    hashes.push(text);
    questions.push({ text: changed(texts.read(span), changesOf(marks[index]!)), place: span.place });
  }
  const verdict = await services.ask(service, questions, timeoutMs);
  if (verdict.trouble === null) {
    for (const [question, text] of hashes.entries()) {
      if (!verdict.flagged.includes(question)) conversation.clearances.add(settings, text);
    }
  }
  return { guardrail, service, about, verdict };
}

/** What the model itself said is no news from outside, but for what it would have tools do. */
function isAbout({ place, author }: TextSpan, guardrail: TableGuardrail): boolean {
  return guardrail.in.includes(place) && (author === "client" || place === "tool-input");
}

function flaggedIn({ about, verdict }: Opinion): number[] {
  return verdict.flagged.map((question) => about[question]!);
}

/** What a request goes on without was withheld, whatever is done about what is new. */
function findingsOf(opinion: Opinion, { spans }: Texts, refused: boolean): Finding[] {
  const { guardrail, service } = opinion;
  const { done, observed } = deedsAt(guardrail.actions, null);
  const places = Map.groupBy(flaggedIn(opinion), (index) => spans[index]!.place);
  return [...places].map(([place, { length }]) => ({
    guardrail: guardrail.name,
    pattern: service.name,
    stage: "request",
    place,
    done: done?.kind === "reject" && !refused ? "withhold" : (done?.kind ?? null),
    observed: observed?.kind ?? null,
    count: length,
    values: [],
  }));
}

function askingOf({ guardrail, service, about, verdict }: Opinion): Asking {
  const { flagged, trouble, why, calls, known, units, ms } = verdict;
  return {
    guardrail: guardrail.name,
    service: service.name,
    texts: about.length,
    verdict: flagged.length > 0 ? "flagged" : trouble === null ? "pass" : "none",
    trouble,
    why,
    calls,
    known,
    units,
    ms,
  };
}

/** A verdict counts before the lack of one. */
function refusalOf(opinions: readonly Opinion[], fresh: readonly number[], consulted: Consulted): Refusal | null {
  const { asked, table, conversation } = consulted;
  const { texts } = asked;
  const { id: revision } = table.revision;
  for (const opinion of opinions) {
    const { done } = deedsAt(opinion.guardrail.actions, null);
    if (done?.kind !== "reject") continue;
    const index = flaggedIn(opinion).find((each) => fresh.includes(each) || texts.spans[each]!.fixed);
    if (index === undefined) continue;
    const what = `what service \`${opinion.service.name}\` flags`;
    const tool = toolTold(asked, index);
    if (tool !== null) return blocked(opinion, `: ${done.message}; ${toldOf(tool)} ${what}, ${LEAVE_OUT}`, revision);
    const { place } = texts.spans[index]!;
    conversation.turnAway(fresh.map((each) => texts.read(texts.spans[each]!)));
    return blocked(opinion, `: ${done.message}; ${WHERE[place]} ${what}, ${wayOut(place)}${WITHHELD}`, revision);
  }
  for (const opinion of opinions) {
    const { guardrail, service, verdict } = opinion;
    const binds = deedsAt(guardrail.actions, null).done !== null;
    if (verdict.trouble === null || guardrail.ask?.onError !== "block" || !binds) continue;
    return blocked(opinion, `; ${noVerdict(`\`${service.name}\``, verdict.trouble)}`, revision);
  }
  return null;
}

const WITHHELD = ", or send another message and it will be withheld";

function blocked({ guardrail: { name, origin } }: Opinion, why: string, revision: string): Refusal {
  const message = `blocked by guardrail \`${name}\`${why}`;
  return { kind: "refusal", revision, origins: [origin], reason: "guardrail", message, retryAfterMs: null };
}

/** Edits with older texts that a service flags taken out as a whole. */
function withheld(opinions: readonly Opinion[], { asked: { texts }, edits }: Consulted): readonly Edit[] {
  const gone = new Map<number, string>();
  for (const opinion of opinions) {
    if (deedsAt(opinion.guardrail.actions, null).done?.kind !== "reject") continue;
    for (const index of flaggedIn(opinion)) gone.set(index, opinion.guardrail.name);
  }
  if (gone.size === 0) return edits;
  const spans = [...gone.keys()].map((index) => texts.spans[index]!);
  const kept = edits.filter((edit) => !spans.some(({ start, end }) => start <= edit.start && edit.end <= end));
  const taken = [...gone].flatMap(([index, guardrail]) => {
    const span = texts.spans[index]!;
    const words = `[[withheld: guardrail ${guardrail}]]`;
    return texts.edit(span, [{ start: 0, end: texts.read(span).length, text: words }]);
  });
  return [...kept, ...taken];
}
