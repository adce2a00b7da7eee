/**
 * Judges the input of a tool call, which is held until it is whole. What a tool gets it may write into a file, so nothing
 * is ever put in the place of a finding here: placeholders become what they stand for, or the call is withheld. blocks.ts
 * calls it for streams, document.ts for answers in one piece.
 */

import type { Change } from "../../decision/change.ts";
import { placeholdersIn } from "../../decision/placeholder.ts";
import { type Json, JsonError, type Node } from "../json.ts";
import { skim } from "../skim.ts";
import { quoteText, rawEdits } from "../text.ts";
import type { AnswerRules, Fate, Verdict } from "./answer.ts";
import { applyChanges, hasGuard, judge } from "./guard.ts";
import type { Edit } from "./messages.ts";
import type { Tally } from "./tally.ts";

/** What becomes of a call: it goes on with these edits, it is withheld, or the answer ends. */
export type InputVerdict =
  | { readonly kind: "pass"; readonly edits: readonly Edit[] }
  | { readonly kind: "withhold"; readonly why: string }
  | { readonly kind: "stop"; readonly sentence: string };

/** The same for one of its strings. */
type LeafVerdict =
  | { readonly kind: "pass"; readonly changes: readonly Change[]; readonly kept: boolean }
  | Exclude<InputVerdict, { kind: "pass" }>;

/** True when calls have to be looked into before they go out. */
export function looksIntoCalls(rules: AnswerRules): boolean {
  return rules.scanner !== null || rules.memory !== null;
}

/** Judges every string of an input, its keys too. What ends the answer counts before what only withholds the call. */
export function judgeInput(rules: AnswerRules, tally: Tally, json: Json, root: Node): InputVerdict {
  const edits: Edit[] = [];
  let withheld: InputVerdict | null = null;
  for (const { node, isKey } of stringsOf(json, root)) {
    const text = json.text(node);
    const verdict = judgeLeaf(rules, tally, text);
    if (verdict.kind === "stop") return verdict;
    if (verdict.kind === "withhold") withheld ??= verdict;
    else if (isKey && verdict.changes.length > 0) withheld ??= { kind: "withhold", why: KEY };
    else {
      if (!isKey) rules.memory?.heard(text, verdict.changes, verdict.kept);
      edits.push(...rawEdits(json.bytes, json.start(node) + 1, json.end(node) - 1, verdict.changes));
    }
  }
  return withheld ?? { kind: "pass", edits };
}

const KEY = "a key of its input holds a placeholder";

/** Input that came in pieces: as JSON when it is that, else as the text that somebody may be shown. */
export function judgeInputText(
  rules: AnswerRules,
  tally: Tally,
  input: string,
): { readonly bytes: Uint8Array; readonly verdict: InputVerdict } {
  const bytes = Buffer.from(input);
  try {
    return { bytes, verdict: judgeInput(rules, tally, skim(bytes), 0) };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
  }
  return { bytes, verdict: judgeBroken(rules, tally, input) };
}

function judgeLeaf(rules: AnswerRules, tally: Tally, text: string): LeafVerdict {
  let why: string | null = null;
  let kept = false;
  if (rules.scanner !== null) tally.saw(text, true);
  for (const hit of rules.scanner?.scan(text) ?? []) {
    const value = text.slice(hit.start, hit.end);
    const verdict = rules.verdict(hit, value);
    tally.hit(hit, value, fateIn(verdict));
    if (verdict.kind === "reject") return { kind: "stop", sentence: verdict.message };
    if (verdict.kind !== "redact") continue;
    if (verdict.restore) kept = true;
    else why ??= `its input holds \`${hit.pattern}\`, which no tool may get`;
  }
  const changes: Change[] = [];
  for (const { start, end, words } of rules.memory === null ? [] : placeholdersIn(text)) {
    const restored = rules.memory!.restore(words, { text, start });
    if ("why" in restored) why ??= restored.why;
    else changes.push({ start, end, text: restored.value });
  }
  return why === null ? { kind: "pass", changes, kept } : { kind: "withhold", why };
}

function fateIn(verdict: Verdict): Fate {
  if (verdict.kind !== "redact") return "ruled";
  return verdict.restore ? "kept" : "withheld";
}

/** Cut short or not JSON at all: nobody can run it, but it is shown, so that it is judged as the text that it is. */
function judgeBroken(rules: AnswerRules, tally: Tally, input: string): InputVerdict {
  if (!hasGuard(rules)) return { kind: "pass", edits: [] };
  const judgement = judge(rules, tally, { context: "", pending: input, final: true, signs: null });
  if (judgement.stop !== null) return { kind: "stop", sentence: judgement.stop };
  if (judgement.changes.length === 0) return { kind: "pass", edits: [] };
  const changes = judgement.changes.map((change) => ({ ...change, text: quoteText(change.text) }));
  const bytes = Buffer.from(applyChanges(input, { ...judgement, changes }));
  return { kind: "pass", edits: [{ start: 0, end: Buffer.byteLength(input), bytes }] };
}

/** Strings of a value in their order, keys among them. */
function* stringsOf(json: Json, root: Node): Generator<{ node: Node; isKey: boolean }> {
  const kind = json.kind(root);
  if (kind === "string") yield { node: root, isKey: false };
  if (kind === "array") for (const each of json.elements(root)) yield* stringsOf(json, each);
  if (kind !== "object") return;
  for (let key = root + 1; key < json.next(root); key = json.next(key + 1)) {
    yield { node: key, isKey: true };
    yield* stringsOf(json, key + 1);
  }
}
