/**
 * Blocks of an answer that somebody else judges: what he is asked, and how an answer ends before a block that he rejects.
 * gate.ts holds a streamed answer for him, panel.ts of the gateway asks; here is what both forms of an answer share.
 */
import { type Json, JsonError } from "../json.ts";
import { skim } from "../skim.ts";
import { splice } from "../splice.ts";
import type { Edit } from "./messages.ts";
import { nameOfTool } from "./names.ts";
import { asRecord, type Fields } from "./usage.ts";

/** A whole block of an answer, as the client would have it; `id` counts the blocks that are asked about. */
export interface BlockQuestion {
  readonly id: number;
  readonly text: string;
  readonly place: "answer" | "call";
}

/** How blocks are judged. */
export interface Jury {
  /** True when a block waits for its verdict; else it is asked about while it goes out. */
  readonly waits: boolean;
  /** True for sentences of the gateway itself, about which nobody is asked. */
  readonly isOwn: (text: string) => boolean;
}

/** An answer in one piece, and what is asked about it. */
export interface JudgedDocument {
  readonly questions: readonly BlockQuestion[];
  /** The answer that ends before the block of a question, with a sentence in its place, and the calls that go with it. */
  before(question: number, sentence: string): { readonly body: Uint8Array; readonly dropped: readonly DroppedCall[] };
}

/** A call that never reached the client, by its canonical name. */
export interface DroppedCall {
  readonly name: string;
  readonly id: unknown;
}

/** Keys of an input that are as long as this are more than names. */
const LONG_KEY = 32;

/** The words in the input of a call. */
export function wordsOf(input: unknown): string {
  const words: string[] = [];
  const gather = (value: unknown): void => {
    if (typeof value === "string") words.push(value);
    else if (Array.isArray(value)) value.forEach(gather);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (key.length >= LONG_KEY) words.push(key);
        gather(member);
      }
    }
  };
  gather(input);
  return words.join("\n");
}

/** Finds what is asked about a whole answer. */
export function judgedDocument(body: Uint8Array, jury: Jury): JudgedDocument {
  const json = read(body);
  const content = json?.members(0).get("content");
  if (json === null || content === undefined || json.kind(content) !== "array") return { questions: [], before: none };
  const nodes = json.elements(content);
  const blocks = nodes.map((node) => asRecord(JSON.parse(json.raw(node))) ?? {});
  const asked = blocks.flatMap((block, at) => {
    const question = questionIn(block);
    return question === null || jury.isOwn(question.text) ? [] : [{ ...question, at }];
  });
  return {
    questions: asked.map(({ text, place }, id) => ({ id, text, place })),
    before(question, sentence) {
      const { at } = asked[question]!;
      const said = Buffer.from(JSON.stringify({ type: "text", text: sentence }));
      const edits: Edit[] = [{ start: json.start(nodes[at]!), end: json.end(nodes.at(-1)!), bytes: said }];
      for (const [member, value] of [
        ["stop_reason", '"end_turn"'],
        ["stop_sequence", "null"],
      ] as const) {
        const node = json.members(0).get(member);
        if (node !== undefined) edits.push({ start: json.start(node), end: json.end(node), bytes: Buffer.from(value) });
      }
      edits.sort((a, b) => a.start - b.start);
      return { body: splice(body, edits), dropped: blocks.slice(at).flatMap(callIn) };
    },
  };
}

function none(): never {
  throw new Error("nothing was asked about this answer");
}

function questionIn(block: Fields): Omit<BlockQuestion, "id"> | null {
  if (block.type === "text") return { text: String(block.text ?? ""), place: "answer" };
  return block.type === "tool_use" ? { text: wordsOf(block.input), place: "call" } : null;
}

/** The call that a block is. */
export function callIn({ type, name, id }: Fields): DroppedCall[] {
  return type === "tool_use" ? [{ name: nameOfTool(String(name)), id }] : [];
}

function read(body: Uint8Array): Json | null {
  try {
    const json = skim(body);
    return json.kind(0) === "object" ? json : null;
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}
