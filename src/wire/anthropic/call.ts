/**
 * Judges a whole call in steps: what its input holds (inputs.ts), where policy asks for that what the input is, and in the end
 * whether there may be one more of it.
 * The second step looks at what the tool would really get: by then placeholders have become what they stand for, so that
 * a condition is about the value and not about our word for it. blocks.ts calls it for streams, document.ts for answers
 * in one piece.
 */
import { inputAt, readInput } from "../input.ts";
import type { Json, Node } from "../json.ts";
import { splice } from "../splice.ts";
import type { AnswerRules } from "./answer.ts";
import { type InputVerdict, judgeInput, judgeInputText, looksIntoCalls } from "./inputs.ts";
import type { Edit } from "./messages.ts";
import type { Tally } from "./tally.ts";
import { asRecord } from "./usage.ts";

/** Longest input that is held: of a stream its events, of a document its text. A model writes far less in one answer. */
export const CALL_MAX = 32 * 1024 * 1024;

/** A call as the answer began it. */
export interface Begun {
  /** Canonical name of its tool, and its number in the tally. */
  readonly name: string;
  readonly number: number;
}

/** What becomes of a call: it goes on, a sentence stands in its place, or the answer ends. */
export type CallVerdict<Passed> =
  | ({ readonly kind: "pass" } & Passed)
  | { readonly kind: "replace"; readonly sentence: string }
  | { readonly kind: "stop"; readonly sentence: string };

/** Its input with what was put into it; null when it goes on as it came. */
export interface Streamed {
  readonly changed: { readonly given: unknown; readonly text: string } | null;
}

/** True when calls of a tool wait until they are whole. */
export function waits(rules: AnswerRules, name: string): boolean {
  return looksIntoCalls(rules) || rules.judges(name);
}

/** Judges a call of a stream: the input that its start gave, and the text in which the rest came. */
export function judgeStreamed(
  rules: AnswerRules,
  tally: Tally,
  call: Begun & { readonly given: unknown; readonly text: string },
): CallVerdict<Streamed> {
  const first = settled(rules, tally, JSON.stringify(call.given ?? {}));
  if (first.kind !== "pass") return ended(rules, tally, call, first);
  const rest = settled(rules, tally, call.text);
  if (rest.kind !== "pass") return ended(rules, tally, call, rest);
  const input = () => inputOf(call.given === undefined ? "" : first.text, rest.text);
  const refused = refuse(rules, tally, call, input) ?? overLimit(rules, tally, call);
  if (refused !== null) return refused;
  if (!first.changed && !rest.changed) return { kind: "pass", changed: null };
  return { kind: "pass", changed: { given: JSON.parse(first.text) as unknown, text: rest.text } };
}

/** Judges a call of a document by the input that stands there; null for a call without one. */
export function judgeWhole(
  rules: AnswerRules,
  tally: Tally,
  call: Begun & { readonly json: Json; readonly input: Node | null },
): CallVerdict<{ readonly edits: readonly Edit[] }> {
  const { json, input: node } = call;
  const verdict: InputVerdict =
    node === null || !looksIntoCalls(rules) ? { kind: "pass", edits: [] } : judgeInput(rules, tally, json, node);
  if (verdict.kind !== "pass") return ended(rules, tally, call, verdict);
  const { edits } = verdict;
  const input = () => (node === null ? undefined : inputAfter(json, node, edits));
  return refuse(rules, tally, call, input) ?? overLimit(rules, tally, call) ?? verdict;
}

/** The verdict on a call that is longer than can be held. */
export function judgeOverlong(rules: AnswerRules, tally: Tally, call: Begun): { readonly sentence: string } {
  const refused = refuse(rules, tally, call, () => undefined);
  return refused ?? ended(rules, tally, call, { kind: "withhold", why: "its input is longer than can be held back" });
}

/** A text of an input with what was put into it. */
type Settled =
  | { readonly kind: "pass"; readonly text: string; readonly changed: boolean }
  | Exclude<InputVerdict, { kind: "pass" }>;

function settled(rules: AnswerRules, tally: Tally, text: string): Settled {
  if (text === "" || !looksIntoCalls(rules)) return { kind: "pass", text, changed: false };
  const { bytes, verdict } = judgeInputText(rules, tally, text);
  if (verdict.kind !== "pass") return verdict;
  if (verdict.edits.length === 0) return { kind: "pass", text, changed: false };
  return { kind: "pass", text: Buffer.from(splice(bytes, verdict.edits)).toString(), changed: true };
}

function ended(
  rules: AnswerRules,
  tally: Tally,
  { name }: Begun,
  verdict: Exclude<InputVerdict, { kind: "pass" }>,
): { readonly kind: "replace" | "stop"; readonly sentence: string } {
  if (verdict.kind === "stop") return verdict;
  tally.lose();
  return { kind: "replace", sentence: rules.spoiled(name, verdict.why) };
}

interface Replaced {
  readonly kind: "replace";
  readonly sentence: string;
}

function refuse(rules: AnswerRules, tally: Tally, { name, number }: Begun, input: () => unknown): Replaced | null {
  if (!rules.judges(name)) return null;
  const { withheld, observed } = rules.judge(name, input());
  if (observed !== null) tally.observe(number, observed);
  if (withheld === null) return null;
  tally.withhold(number, withheld);
  return { kind: "replace", sentence: withheld.sentence };
}

/** Counts a call that goes out. */
function overLimit(rules: AnswerRules, tally: Tally, { name, number }: Begun): Replaced | null {
  const limited = rules.count(name);
  if (limited === null) return null;
  tally.withhold(number, limited);
  return { kind: "replace", sentence: limited.sentence };
}

/**
 * The input that a client makes of a stream. Usually its start gives an empty one and the deltas the rest. Where both give
 * something, some clients take the one and some the other.
 */
function inputOf(given: string, text: string): unknown {
  const first = given === "" ? undefined : readInput(Buffer.from(given));
  if (text === "") return first;
  const gaveNothing = given === "" || (asRecord(first) !== null && Object.keys(first as object).length === 0);
  return gaveNothing ? readInput(Buffer.from(text)) : undefined;
}

/** The value of an input with its edits made. */
function inputAfter(json: Json, node: Node, edits: readonly Edit[]): unknown {
  const [from, to] = [json.start(node), json.end(node)];
  if (to - from > CALL_MAX) return undefined;
  if (edits.length === 0) return inputAt(json, node);
  const own = edits.map(({ start, end, bytes }) => ({ start: start - from, end: end - from, bytes }));
  return readInput(splice(json.bytes.subarray(from, to), own));
}
