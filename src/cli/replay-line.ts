/** One line of a record, as far as a replay looks at it. Any line is read here; most never come, see replay-quick.ts. */
import type { Ended, Recorded, RecordedCall } from "../analysis/recorded.ts";
import type { CallBody, DecisionBody, Entry, OutcomeBody } from "../audit/entry.ts";
import { tokensOf } from "../decision/cost.ts";

/** What a line says. */
export type Told =
  | { readonly kind: "decided"; readonly recorded: Recorded }
  | { readonly kind: "ended"; readonly ended: Ended }
  | { readonly kind: "called"; readonly called: RecordedCall }
  /** The process ended before these did. */
  | { readonly kind: "lost"; readonly at: number; readonly tickets: readonly string[] }
  | { readonly kind: "other" };

/** A line with its number. */
export type Numbered = Told & { readonly seq: number };

const HEAD = /^\{"v":1,"seq":(\d{1,16}),"at":"([^"\\]+)",[^{}]*"body":(?=\{)/;
const PREV = Buffer.from(',"prev":"');
/** `prev` and `hash` end each line; both are 64 digits. */
export const TAIL_LENGTH = 2 * (PREV.length + 64 + 1) + 1;

/** Reads a line; null when it is no record. Only its body is parsed: the rest is plain. */
export function readLine(line: Buffer): Numbered | null {
  const head = HEAD.exec(line.toString("latin1"));
  const tail = line.length - TAIL_LENGTH;
  if (head === null || tail < 0 || !line.subarray(tail, tail + PREV.length).equals(PREV)) return null;
  try {
    const body: Entry["body"] | null = JSON.parse(line.toString("utf8", head[0].length, tail));
    return typeof body?.kind === "string" ? tell(Number(head[1]), Date.parse(head[2]!), body) : null;
  } catch {
    return null;
  }
}

function tell(seq: number, at: number, body: Entry["body"]): Numbered {
  if (body.kind === "decision") return { seq, kind: "decided", recorded: recordedOf(body, at) };
  if (body.kind === "outcome") return { seq, kind: "ended", ended: endedOf(body, at) };
  if (body.kind === "call") return { seq, kind: "called", called: calledOf(body, at) };
  return body.kind === "recovery" ? { seq, kind: "lost", at, tickets: body.open } : { seq, kind: "other" };
}

function recordedOf(body: DecisionBody, at: number): Recorded {
  const { ticket, actor, effect, reason, purpose, model, provider, tools, stripped } = body;
  // Records of before do not have it.
  const { defined = [] }: Partial<Pick<DecisionBody, "defined">> = body;
  const { key, team } = actor;
  const held = { tokens: setAside(body, "tokens"), microUsd: setAside(body, "budget") };
  return { ticket, at, key, team, effect, reason, purpose, model, provider, tools, stripped, defined, held };
}

/** What was set aside of a measure, the same in each of its counters. Records of earlier versions do not say. */
function setAside({ held = [] }: Partial<DecisionBody>, measure: "tokens" | "budget"): number {
  return Math.max(0, ...held.filter((charge) => charge.measure === measure).map(({ amount }) => amount));
}

function calledOf({ ticket, actor, effect, reason, name, method }: CallBody, at: number): RecordedCall {
  const { key, team } = actor;
  return { ticket, at, key, team, effect, reason, name, isCall: method === "tools/call" };
}

function endedOf(body: OutcomeBody, at: number): Ended {
  const { ticket, end, usage, microUsd, charges, toolUses } = body;
  // What never reached a provider has no charge; neither has what no limit bound, but that ended well.
  const charged = end === "complete" || usage !== null || charges.length > 0;
  const tokens = usage === null ? 0 : tokensOf(usage);
  const ofTokens = charges.filter(({ measure }) => measure === "tokens");
  const ceilings = ofTokens.map(({ counter, ceiling }) => ({ counter, ceiling }));
  const uses = toolUses.map(({ name, granted }) => ({ name, granted }));
  return { ticket, at, charged, tokens, microUsd, ceilings, toolUses: uses };
}
