/**
 * Asks services about an answer for the guardrails that do so: about each of its blocks once it is whole, as the client
 * would have it, with every secret replaced. What is flagged ends the answer, or is recorded; who gives no verdict counts as
 * the guardrail says. consult.ts does it for requests.
 */

import type { Asking, Finding } from "../audit/entry.ts";
import { changed } from "../decision/change.ts";
import { deedsAt, deedsOf } from "../decision/deeds.ts";
import type { Occurrence } from "../decision/known.ts";
import { createScanner } from "../decision/scanner.ts";
import type { TableGuardrail, TableService } from "../decision/table.ts";
import type { Services, Verdict } from "../services/service.ts";
import type { AnswerRules } from "../wire/anthropic/answer.ts";
import type { BlockQuestion, Jury } from "../wire/anthropic/jury.ts";
import { noVerdict } from "./no-verdict.ts";
import { noted } from "./own-words.ts";
import type { Inquired } from "./seen.ts";
import type { Ticket } from "./ticket.ts";

/** The sentence that ends an answer, and the guardrail's line. */
export interface Objection {
  readonly sentence: string;
  readonly origin: string;
}

/** All that is asked about one answer. */
export interface Inquiry {
  readonly jury: Jury;
  /** The rules of the answer, listened to for the gateway's own sentences. */
  listening(rules: AnswerRules): AnswerRules;
  /** Asks about a block; null when it may go out. */
  ask(question: BlockQuestion): Promise<Objection | null>;
  /** What came of it; resolves when the last verdict is there. */
  report(): Promise<Inquired>;
}

/** A guardrail that asks, whom it asks, and what it was told so far. */
interface Party {
  readonly guardrail: TableGuardrail;
  readonly service: TableService;
  /** True when a block waits for the verdict. */
  readonly binds: boolean;
  readonly verdicts: Verdict[];
}

/** The inquiry into the answer to a ticket; null when no guardrail asks about it. */
export function inquiryOf(ticket: Ticket, services: Services): Inquiry | null {
  const parties = partiesOf(ticket);
  if (parties.length === 0) return null;
  const underWay: Promise<unknown>[] = [];
  const redacted = redactor(ticket);
  const own = new Set<string>();
  const putTo = async (party: Party, text: string, place: BlockQuestion["place"]): Promise<Objection | null> => {
    const { guardrail, service, verdicts } = party;
    const verdict = await services.ask(service, [{ text, place }], guardrail.ask!.timeoutMs);
    verdicts.push(verdict);
    return objectionOf(party, verdict);
  };
  return {
    jury: { waits: parties.some(({ binds }) => binds), isOwn: (text) => own.has(text) },
    listening: (rules) => noted(rules, own),
    async ask({ text, place }) {
      const words = redacted(text);
      const said = parties.map((party) => putTo(party, words, place));
      underWay.push(...said);
      const binding = await Promise.all(said.filter((_, at) => parties[at]!.binds));
      return binding.find((objection) => objection !== null) ?? null;
    },
    async report() {
      await Promise.all(underWay);
      return { findings: parties.flatMap(findingsOf), asked: parties.map(askingOf) };
    },
  };
}

function partiesOf({ caller: { table }, guards }: Ticket): Party[] {
  return guards.flatMap((index): Party[] => {
    const guardrail = table.guardrails[index]!;
    if (guardrail.ask === null || !guardrail.on.includes("response")) return [];
    const service = table.services.find(({ name }) => name === guardrail.ask!.service)!;
    const { done } = deedsAt(guardrail.actions, null);
    const binds = done?.kind === "reject" || (done !== null && guardrail.ask.onError === "block");
    return [{ guardrail, service, binds, verdicts: [] }];
  });
}

/** What guardrails find in either direction, and secrets that are known, never go to a service. */
function redactor({ caller: { table }, guards, conversation }: Ticket): (text: string) => string {
  const scanners = (["request", "response"] as const).flatMap((stage) => createScanner(table, guards, stage) ?? []);
  return (text) => {
    const hits = scanners.flatMap((scanner) => scanner.scan(text));
    const hidden = hits.filter((hit) => isHidden(deedsOf(table.guardrails[hit.guardrail]!, hit.pattern).done?.kind));
    const known = conversation?.secrets.known.find(text) ?? [];
    const changes = apart([...hidden, ...known]).map(({ start, end, pattern }) => {
      const value = text.slice(start, end);
      return { start, end, text: conversation?.secrets.wordsOf(value, pattern) ?? "****" };
    });
    return changed(text, changes);
  };
}

function isHidden(deed: string | undefined): boolean {
  return deed !== undefined && deed !== "flag";
}

interface Stretch extends Occurrence {
  /** null for a known value. */
  readonly pattern: string | null;
}

/** Places that overlap as one. */
function apart(found: readonly (Occurrence & { readonly pattern?: string })[]): Stretch[] {
  const laid: Stretch[] = [];
  for (const { start, end, pattern = null } of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = laid.at(-1);
    if (last === undefined || start >= last.end) laid.push({ start, end, pattern });
    else if (end > last.end) laid[laid.length - 1] = { ...last, end };
  }
  return laid;
}

/** A verdict counts before the lack of one. */
function objectionOf({ guardrail, service }: Party, { flagged, trouble }: Verdict): Objection | null {
  const { done } = deedsAt(guardrail.actions, null);
  const { place } = guardrail.origin;
  const stopped = (why: string): Objection => ({
    sentence: `[The gateway stopped this answer: guardrail ${guardrail.name}, ${why} (${place}).]`,
    origin: place,
  });
  if (flagged.length > 0) return done?.kind === "reject" ? stopped(done.message) : null;
  if (trouble === null || done === null || guardrail.ask!.onError !== "block") return null;
  return stopped(noVerdict(service.name, trouble));
}

function findingsOf({ guardrail, service, verdicts }: Party): Finding[] {
  const count = verdicts.filter(({ flagged }) => flagged.length > 0).length;
  if (count === 0) return [];
  const { done, observed } = deedsAt(guardrail.actions, null);
  const acts = { done: done?.kind ?? null, observed: observed?.kind ?? null };
  const where = { guardrail: guardrail.name, pattern: service.name, stage: "response", place: null } as const;
  return [{ ...where, ...acts, count, values: [] }];
}

/** All verdicts of a guardrail as one; they were waited for at the same time, so that the longest counts. */
function askingOf({ guardrail, service, verdicts }: Party): Asking {
  const sum = (of: (verdict: Verdict) => number): number => verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const trouble = verdicts.find((verdict) => verdict.trouble !== null)?.trouble ?? null;
  const isFlagged = verdicts.some(({ flagged }) => flagged.length > 0);
  return {
    guardrail: guardrail.name,
    service: service.name,
    texts: verdicts.length,
    verdict: isFlagged ? "flagged" : trouble === null ? "pass" : "none",
    trouble,
    why: [...new Set(verdicts.flatMap(({ why }) => why))],
    calls: sum(({ calls }) => calls),
    known: sum(({ known }) => known),
    units: sum(({ units }) => units),
    ms: Math.max(0, ...verdicts.map(({ ms }) => ms)),
  };
}
