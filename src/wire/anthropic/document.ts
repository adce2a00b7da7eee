/**
 * An answer that comes in one piece, under the same rules as a streamed one: the client asks for it whenever a stream
 * broke, so a rule that held only in streams would hold nowhere. Untouched, the body is the very one that came.
 */
import { type Json, JsonError, type Node } from "../json.ts";
import { skim } from "../skim.ts";
import { splice } from "../splice.ts";
import { rawEdits } from "../text.ts";
import type { AnswerReport, AnswerRules } from "./answer.ts";
import { judgeWhole } from "./call.ts";
import { isCalling } from "./called.ts";
import { applyChanges, contextOf, hasGuard, judge } from "./guard.ts";
import type { Edit } from "./messages.ts";
import { nameOfTool } from "./names.ts";
import { Tally } from "./tally.ts";
import { asRecord, readUsage } from "./usage.ts";

/** The body to send, and what is known of the answer. */
export interface RewrittenDocument {
  readonly body: Uint8Array;
  readonly report: AnswerReport;
}

/** What a block asks for: edits, and the sentence that ends the answer in it; `kept` when some of the block stays. */
interface BlockVerdict {
  readonly edits: readonly Edit[];
  readonly stop: { readonly sentence: string; readonly kept: boolean } | null;
}

const UNTOUCHED: BlockVerdict = { edits: [], stop: null };
const END_TURN = Buffer.from('"end_turn"');
const NULL = Buffer.from("null");

/** Applies the rules to a whole answer; anything but a message passes as it came. */
export function rewriteDocument(body: Uint8Array, rules: AnswerRules): RewrittenDocument {
  const tally = new Tally();
  const json = read(body);
  const members = json?.members(0);
  if (json === null || members === undefined || textOf(json, members.get("type")) !== "message") {
    return { body, report: tally.report() };
  }
  const usage = members.get("usage");
  if (usage !== undefined) tally.usage = readUsage(null, asRecord(JSON.parse(json.raw(usage))));
  const edits = new DocumentRewriter(json, rules, tally).rewrite(members);
  tally.complete = true;
  return { body: splice(body, edits), report: tally.report() };
}

class DocumentRewriter {
  readonly #json: Json;
  readonly #rules: AnswerRules;
  readonly #tally: Tally;
  /** The end of the text block before, when nothing lies between. */
  #before = "";

  constructor(json: Json, rules: AnswerRules, tally: Tally) {
    this.#json = json;
    this.#rules = rules;
    this.#tally = tally;
  }

  rewrite(members: ReadonlyMap<string, Node>): Edit[] {
    const content = members.get("content");
    const blocks = content === undefined ? [] : this.#json.elements(content);
    const edits: Edit[] = [];
    for (const block of blocks) {
      const verdict = this.#block(block);
      edits.push(...verdict.edits);
      if (verdict.stop === null) continue;
      this.#tally.stopped = true;
      return [...edits, this.#ending(block, blocks.at(-1)!, verdict.stop), ...this.#endTurn(members)];
    }
    const waits = textOf(this.#json, members.get("stop_reason")) === "tool_use" && this.#tally.lostEveryCall;
    return waits ? [...edits, this.#replace(members.get("stop_reason")!, END_TURN)] : edits;
  }

  #block(block: Node): BlockVerdict {
    const members = this.#json.members(block);
    const type = textOf(this.#json, members.get("type"));
    const text = members.get("text");
    if (type === "text" && text !== undefined && this.#json.kind(text) === "string") return this.#text(text);
    this.#before = "";
    if (type === "thinking" || type === "redacted_thinking") this.#tally.thought();
    if (type === "tool_use") return this.#call(block, members);
    // The provider has carried it out by itself.
    if (type === "server_tool_use" || type === "mcp_tool_use") this.#passed(members, null);
    return UNTOUCHED;
  }

  #passed(members: ReadonlyMap<string, Node>, number: number | null): void {
    const [type, name, server, id] = ["type", "name", "server_name", "id"].map((key) =>
      textOf(this.#json, members.get(key)),
    );
    if (type == null || !isCalling(type) || name == null) return;
    const observed = this.#rules.passed({ type, name, server: server ?? null }, id ?? null);
    if (observed !== null && number !== null) this.#tally.observe(number, observed);
  }

  #call(block: Node, members: ReadonlyMap<string, Node>): BlockVerdict {
    const name = nameOfTool(textOf(this.#json, members.get("name")) ?? "");
    const number = this.#tally.call(name, textOf(this.#json, members.get("id")));
    const withheld = this.#rules.withheld(name);
    if (withheld !== null) {
      this.#tally.withhold(number, withheld);
      return { edits: [this.#replace(block, textBlock(withheld.sentence))], stop: null };
    }
    const call = { name, number, json: this.#json, input: members.get("input") ?? null };
    const verdict = judgeWhole(this.#rules, this.#tally, call);
    switch (verdict.kind) {
      case "pass":
        this.#passed(members, number);
        return { edits: verdict.edits, stop: null };
      case "stop":
        return { edits: [], stop: { sentence: verdict.sentence, kept: false } };
      case "replace":
        return { edits: [this.#replace(block, textBlock(verdict.sentence))], stop: null };
      default:
        return verdict satisfies never;
    }
  }

  #text(node: Node): BlockVerdict {
    const rules = this.#rules;
    const text = this.#json.text(node);
    const judgement = hasGuard(rules)
      ? judge(rules, this.#tally, { context: this.#before, pending: text, final: true, signs: null })
      : { cut: text.length, changes: [], stop: null };
    const { cut, changes, stop } = judgement;
    rules.memory?.heard(text.slice(0, cut), changes, false);
    this.#before = contextOf(this.#before + text.slice(0, cut));
    if (stop !== null && applyChanges(text, judgement) === "") {
      return { edits: [], stop: { sentence: stop, kept: false } };
    }
    const tail = stop === null ? [] : [{ start: cut, end: text.length, text: "" }];
    const start = this.#json.start(node) + 1;
    const edits = rawEdits(this.#json.bytes, start, this.#json.end(node) - 1, [...changes, ...tail]);
    return { edits, stop: stop === null ? null : { sentence: stop, kept: true } };
  }

  /** Puts the sentence in the place of a block and all behind it, or only behind it. */
  #ending(block: Node, last: Node, stop: { readonly sentence: string; readonly kept: boolean }): Edit {
    const said = textBlock(stop.sentence);
    const end = this.#json.end(last);
    if (!stop.kept) return { start: this.#json.start(block), end, bytes: said };
    return { start: this.#json.end(block), end, bytes: Buffer.concat([Buffer.from(","), said]) };
  }

  #endTurn(members: ReadonlyMap<string, Node>): Edit[] {
    const reason = members.get("stop_reason");
    const sequence = members.get("stop_sequence");
    return [
      ...(reason === undefined ? [] : [this.#replace(reason, END_TURN)]),
      ...(sequence === undefined ? [] : [this.#replace(sequence, NULL)]),
    ];
  }

  #replace(node: Node, bytes: Uint8Array): Edit {
    return { start: this.#json.start(node), end: this.#json.end(node), bytes };
  }
}

function read(body: Uint8Array): Json | null {
  try {
    return skim(body);
  } catch (error) {
    if (error instanceof JsonError) return null;
    throw error;
  }
}

function textOf(json: Json, node: Node | undefined): string | null {
  return node !== undefined && json.kind(node) === "string" ? json.word(node) : null;
}

function textBlock(text: string): Uint8Array {
  return Buffer.from(JSON.stringify({ type: "text", text }));
}
