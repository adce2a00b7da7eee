/**
 * Looks for guarded content in the texts of a request, turn by turn: first for what patterns find, then for every secret
 * that is known by then. What a text becomes depends on nothing that comes after its turn, so that the same history gives
 * the same bytes in every request, and the provider's caches and signed thoughts stay good.
 */
import type { Scanner } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table } from "../decision/table.ts";
import type { Place } from "../language/tree.ts";
import type { TextSpan } from "../wire/anthropic/messages.ts";
import type { Change } from "../wire/text.ts";
import type { Conversation } from "./conversation.ts";
import { layMarks, learn, type Mark, marksBack, type Ruled, rule } from "./marks.ts";
import type { Texts } from "./plane.ts";

/** The guardrails that look at a request. */
export interface Guards {
  readonly table: Table;
  readonly indices: readonly number[];
}

/** The marks of every text, in the order of the spans. */
export function search(texts: Texts, guards: Guards, conversation: Conversation): (readonly Mark[])[] {
  const at: Desk = { texts, table: guards.table, scannerAt: scanners(guards), conversation };
  return turnsOf(texts.spans).flatMap((turn) => {
    const looked = turn.map((span) => look(span, at));
    for (const [index, span] of turn.entries()) if (span.follows) lookAcross(looked[index - 1]!, looked[index]!, at);
    return looked.map((each) => marksOf(each, at));
  });
}

/** What a search works with. */
interface Desk {
  readonly texts: Texts;
  readonly table: Table;
  readonly scannerAt: (place: Place) => Scanner | null;
  readonly conversation: Conversation;
}

interface Looked {
  readonly span: TextSpan;
  /** null as long as it was not needed. */
  text: string | null;
  hits: readonly Ruled[];
  /** The changes that make the model's own words of it; null when it is not remembered. */
  readonly back: readonly Change[] | null;
}

/** What patterns find in one text; it is kept, so that it is known in all of the turn. */
function look(span: TextSpan, { texts, table, scannerAt, conversation }: Desk): Looked {
  if (span.author === "model" && conversation.remembers) {
    const text = texts.read(span);
    const back = conversation.recall(text);
    if (back !== null) return { span, text, hits: [], back };
  }
  const scanner = scannerAt(span.place);
  const suspects = scanner?.suspects(texts.body, span.start, span.end) ?? null;
  if (scanner === null || suspects === null) return { span, text: null, hits: [], back: null };
  const text = texts.read(span);
  const hits = rule(table, scanner.scan(text, suspects));
  learn(conversation, text, hits);
  return { span, text, hits, back: null };
}

/** Letters on either side of the border of two blocks in which a value that lies across it is looked for. */
const BORDER = 512;

/** A value that lies across the border of two blocks is a finding in each of them, as far as it lies there. */
function lookAcross(left: Looked, right: Looked, { texts, table, scannerAt, conversation }: Desk): void {
  const scanner = scannerAt(right.span.place);
  if (scanner === null || left.back !== null || right.back !== null) return;
  left.text ??= texts.read(left.span);
  right.text ??= texts.read(right.span);
  const before = left.text.slice(-BORDER);
  const hits = scanner.scan(before + right.text.slice(0, BORDER));
  const across = rule(
    table,
    hits.filter(({ start, end }) => start < before.length && end > before.length),
  );
  if (across.length === 0) return;
  const shift = left.text.length - before.length;
  const parts = across.map((hit) => ({ ...hit, start: hit.start + shift, end: left.text!.length }));
  const rest = across.map((hit) => ({ ...hit, start: 0, end: hit.end - before.length }));
  learn(conversation, left.text, parts);
  learn(conversation, right.text, rest);
  left.hits = [...left.hits, ...parts];
  right.hits = [...rest, ...right.hits];
}

const NONE: readonly Mark[] = [];

function marksOf({ span, text, hits, back }: Looked, { texts, conversation }: Desk): readonly Mark[] {
  if (back !== null) return marksBack(conversation, back);
  if (hits.length === 0 && !conversation.known.any) return NONE;
  const words = text ?? texts.read(span);
  const marks = layMarks(conversation, words, { hits, known: conversation.known.find(words) });
  return span.fixed ? marks.map((mark) => ({ ...mark, text: null })) : marks;
}

/** The scanner for each place, made when it is asked for. */
function scanners({ table, indices }: Guards): (place: Place) => Scanner | null {
  const made = new Map<Place, Scanner | null>();
  return (place) => {
    let scanner = made.get(place);
    if (scanner === undefined) {
      const looking = indices.filter((index) => table.guardrails[index]?.in.includes(place));
      scanner = createScanner(table, looking, "request");
      made.set(place, scanner);
    }
    return scanner;
  };
}

/** Texts of one turn lie together. */
function turnsOf(spans: readonly TextSpan[]): TextSpan[][] {
  const turns: TextSpan[][] = [];
  for (const span of spans) {
    const last = turns.at(-1);
    if (last?.[0]?.turn === span.turn) last.push(span);
    else turns.push([span]);
  }
  return turns;
}
