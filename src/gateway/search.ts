/**
 * Looks for guarded content in the texts of a request. What a request repeats is known; the rest is looked at turn by turn:
 * first for what patterns find, then for every secret that is known by then. What a text becomes depends on nothing that
 * comes after its turn, so that the same history gives the same bytes in every request, and the provider's caches and
 * signed thoughts stay good.
 */
import type { Change } from "../decision/change.ts";
import { clearOfEscapes } from "../decision/escapes.ts";
import type { Mark } from "../decision/mark.ts";
import { laying, learning, marksBack, type Ruled, rule } from "../decision/marks.ts";
import { LONG } from "../decision/slices.ts";
import type { TextSpan } from "../wire/anthropic/messages.ts";
import { type Conversation, namesIn } from "./conversation.ts";
import type { Guards } from "./guards.ts";
import type { Texts } from "./plane.ts";
import type { Repeated } from "./transcript.ts";

/** What a search says. */
export interface Searched {
  /** The marks of every text, in the order of the spans. */
  readonly marks: readonly (readonly Mark[])[];
  /** Indices of the texts that were looked at, and not known from a request before. */
  readonly fresh: readonly number[];
}

/** Searches a request, in steps that are short however long it is. */
export function* searching(texts: Texts, guards: Guards, conversation: Conversation): Generator<void, Searched> {
  const repeated = conversation.transcripts.repeatedIn(texts, guards.print);
  yield;
  const marks = [...repeated.marks];
  const desk = deskFor(texts, guards, conversation, repeated);
  yield;
  const fresh: number[] = [];
  for (const turn of newTurns(texts.spans, marks)) {
    const looked: Looked[] = [];
    for (const index of turn) {
      looked.push(yield* looking(index, desk));
      yield;
    }
    for (const [at, each] of looked.entries()) {
      if (texts.spans[each.index]!.follows) yield* lookingAcross(looked[at - 1], each, desk);
    }
    for (const each of looked) {
      marks[each.index] = yield* marking(each, desk);
      if (conversation.secrets.known.any) yield;
    }
    fresh.push(...turn);
  }
  const whole = marks as (readonly Mark[])[];
  if (!texts.passing)
    conversation.remember({ thread: desk.thread, texts, marks: whole, print: guards.print }, repeated);
  return { marks: whole, fresh };
}

/** Indices of the texts of which nothing is known, turn by turn. */
function* newTurns(spans: readonly TextSpan[], marks: readonly unknown[]): Generator<number[]> {
  let turn: number[] = [];
  for (let at = 0; at < spans.length; at += 1) {
    if (marks[at] !== undefined) continue;
    if (turn.length > 0 && spans[turn[0]!]!.turn !== spans[at]!.turn) {
      yield turn;
      turn = [];
    }
    turn.push(at);
  }
  if (turn.length > 0) yield turn;
}

/** What a search works with. */
interface Desk {
  readonly texts: Texts;
  readonly conversation: Conversation;
  readonly thread: string;
  /** True when the thread was seen before, and nothing of it is at hand to say what of it was new when. */
  readonly isCold: boolean;
  /** The guardrails under which a text is looked at. */
  readonly guardsAt: (index: number) => Guards;
  /** The name of a text among those of its turn. */
  readonly nameOf: (turn: number, text: string) => string;
}

/** In a thread of which nothing is at hand only the last turn counts as new. */
function deskFor(texts: Texts, guards: Guards, conversation: Conversation, { of, said }: Repeated): Desk {
  const { spans, lead, end } = texts;
  const thread = texts.opening();
  const isCold = of?.thread !== thread && conversation.eras.knows(thread);
  const newest = () => spans.findIndex(({ turn }, index) => index >= lead && turn === end.turn);
  const eraAt = conversation.eras.enter(thread, guards, isCold ? Math.max(0, newest() - lead) : said);
  const guardsAt = (index: number) => (index < lead && !isCold ? guards : eraAt(Math.max(0, index - lead)));
  return { texts, conversation, thread, isCold, guardsAt, nameOf: namesIn(thread) };
}

interface Looked {
  readonly index: number;
  /** null as long as it was not needed. */
  text: string | null;
  hits: readonly Ruled[];
  /** The changes that make the model's own words of it; null when it is not remembered. */
  readonly back: readonly Change[] | null;
}

/** What patterns find in one text; it is kept, so that it is known in all of the turn. */
function* looking(index: number, { texts, guardsAt, conversation, nameOf }: Desk): Generator<void, Looked> {
  const span = texts.spans[index]!;
  const guards = guardsAt(index);
  let text = span.end - span.start < LONG ? null : yield* texts.reading(span);
  const read = (): string => {
    text ??= texts.read(span);
    return text;
  };
  if (span.author === "model" && conversation.remembers) {
    const back = conversation.recall(read(), nameOf(span.turn, read()));
    if (back !== null) return { index, text, hits: [], back };
  }
  const found = yield* guards.finding(span.place, texts.body, span, read);
  if (found.length === 0) return { index, text, hits: [], back: null };
  const hits = clearOfEscapes(read(), rule(guards.guardrails, found));
  yield* learning(conversation.secrets, read(), hits);
  return { index, text, hits, back: null };
}

/** Letters on either side of the border of two blocks in which a value that lies across it is looked for. */
const BORDER = 512;

/** A value that lies across the border of two blocks is a finding in each of them, as far as it lies there. */
function* lookingAcross(
  last: Looked | undefined,
  right: Looked,
  { texts, guardsAt, conversation }: Desk,
): Generator<void, void> {
  const span = texts.spans[right.index]!;
  const guards = guardsAt(right.index);
  const scanner = guards.at(span.place);
  // What was said of a text before stands, so that only what is looked at now can have a part on the left.
  const left = last?.index === right.index - 1 ? last : null;
  if (scanner === null || right.back !== null || (left !== null && left.back !== null)) return;
  const before = left?.text ?? texts.read(texts.spans[right.index - 1]!);
  const after = right.text ?? texts.read(span);
  right.text = after;
  const tail = before.slice(-BORDER);
  const hits = scanner.scan(tail + after.slice(0, BORDER));
  const isAcross = hits.filter(({ start, end }) => start < tail.length && end > tail.length);
  const across = rule(guards.guardrails, isAcross);
  const rest = across.map((hit) => ({ ...hit, start: 0, end: hit.end - tail.length }));
  yield* learning(conversation.secrets, after, rest);
  right.hits = [...rest, ...right.hits];
  if (left === null) return;
  const shift = before.length - tail.length;
  const parts = across.map((hit) => ({ ...hit, start: hit.start + shift, end: before.length }));
  yield* learning(conversation.secrets, before, parts);
  left.text = before;
  left.hits = [...left.hits, ...parts];
}

const NONE: readonly Mark[] = [];

function* marking(
  { index, text, hits, back }: Looked,
  { texts, conversation, thread, isCold }: Desk,
): Generator<void, readonly Mark[]> {
  if (back !== null) return marksBack(conversation.secrets, back);
  if (hits.length === 0 && !conversation.secrets.known.any) return NONE;
  const span = texts.spans[index]!;
  const words = text ?? texts.read(span);
  const moment = { thread, turn: span.turn, past: isCold && span.turn < texts.end.turn };
  const known = yield* conversation.secrets.finding(words, moment);
  const marks = yield* laying(conversation.secrets, words, { hits, known, moment });
  return span.fixed ? marks.map(left) : marks;
}

/** A mark in a text that may not be changed: what would have been done is only observed, but for a rejection. */
function left(mark: Mark): Mark {
  const { ruling } = mark;
  const done = ruling?.deeds.done ?? null;
  if (ruling === null || done === null || done.kind === "reject") return { ...mark, text: null };
  const deeds = done.kind === "flag" ? ruling.deeds : { done: null, observed: done };
  return { ...mark, text: null, ruling: { ...ruling, deeds } };
}
