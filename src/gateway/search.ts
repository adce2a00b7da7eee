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
  const scannerAt = scanners(guards);
  const marks: (readonly Mark[])[] = [];
  for (const turn of turnsOf(texts.spans)) {
    const looked = turn.map((span) =>
      look(span, { texts, table: guards.table, scanner: scannerAt(span.place), conversation }),
    );
    for (const [index, { text, hits, back }] of looked.entries()) {
      if (back !== null) marks.push(marksBack(conversation, back));
      else if (hits.length === 0 && !conversation.known.any) marks.push(NONE);
      else {
        const words = text ?? texts.read(turn[index]!);
        marks.push(layMarks(conversation, words, { hits, known: conversation.known.find(words) }));
      }
    }
  }
  return marks;
}

const NONE: readonly Mark[] = [];

interface Looked {
  /** null when it was not needed. */
  readonly text: string | null;
  readonly hits: readonly Ruled[];
  /** The changes that make the model's own words of it; null when it is not remembered. */
  readonly back: ReturnType<Conversation["recall"]>;
}

interface Look {
  readonly texts: Texts;
  readonly table: Table;
  readonly scanner: Scanner | null;
  readonly conversation: Conversation;
}

const NOTHING: Looked = { text: null, hits: [], back: null };

/** What patterns find in one text; it is kept, so that it is known in all of the turn. */
function look(span: TextSpan, { texts, table, scanner, conversation }: Look): Looked {
  if (span.author === "model" && conversation.remembers) {
    const text = texts.read(span);
    const back = conversation.recall(text);
    if (back !== null) return { text, hits: [], back };
  }
  const suspects = scanner?.suspects(texts.body, span.start, span.end) ?? null;
  if (scanner === null || suspects === null) return NOTHING;
  const text = texts.read(span);
  const hits = rule(table, scanner.scan(text, suspects));
  learn(conversation, text, hits);
  return { text, hits, back: null };
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
