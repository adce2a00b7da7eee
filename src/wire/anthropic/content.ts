/**
 * What lies in the messages and the system prompt of a request: texts that a guardrail may look at, tools that are
 * mentioned, and doors through which tools come in unseen. read.ts calls it. Thinking, signatures, ids, names, base64
 * data and cache marks are nobody's text; of block types that are not known, strings under text-like keys count.
 */
import type { Place } from "../../language/tree.ts";
import { type Json, JsonError, type Node } from "../json.ts";
import { type CallingBlock, isCalling } from "./called.ts";
import { isSystem, listedNames } from "./listing.ts";
import type { TextSpan, ToolList, ToolSpan, Unread } from "./messages.ts";
import { nameOfTool } from "./names.ts";
import { RanCalls } from "./ran.ts";

/** Keys under which a block of unknown type keeps words for the model. */
const TEXT_KEYS: ReadonlySet<string> = new Set([
  "text",
  "content",
  "title",
  "context",
  "input",
  "output",
  "stdout",
  "stderr",
  "body",
  "message",
  "description",
  "snippet",
]);
/** Blocks without any words that a rule may look at or change. */
const WORDLESS: ReadonlySet<string> = new Set([
  "thinking",
  "redacted_thinking",
  "image",
  "container_upload",
  "base64",
  "url",
  "file",
]);
/** What such blocks are to a reader of the record. */
const UNREAD: ReadonlyMap<string, Unread> = new Map([
  ["thinking", "thinking"],
  ["redacted_thinking", "thinking"],
  ["image", "image"],
  ["container_upload", "file"],
  ["file", "file"],
]);
/** Types of blocks that are read as what they are, or are parts of such. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["", "content", "web_search_result", "web_fetch_result", "code_execution_result", "bash_code_execution_result"],
  ...["text_editor_code_execution_result", "code_execution_output", "compaction", "search_result_location"],
]);
/** Bytes of a key, quotes included, that is looked at. */
const KEY_MIN = 13;
const CALLS: ReadonlySet<string> = new Set(["tool_use", "server_tool_use", "mcp_tool_use"]);

/** The client's own accounting line; it changes with every request and is forwarded as it is. */
const BILLING = "x-anthropic-billing-header";
const BILLING_MAX = 512;

/** A door: a tool that is defined in the middle of the conversation. */
const INLINE = "inline tool definition";

/** Canonical names that the request itself gives. */
export interface KnownNames {
  /** The connector of each server in `mcp_servers`, by the server's name. */
  readonly hosts: ReadonlyMap<string, string>;
  /** What each offer really is, by the name that the model would call. */
  readonly offered: ReadonlyMap<string, string>;
}

/** Gathers texts, mentions and doors of one request. */
export class ContentReader {
  readonly texts: TextSpan[] = [];
  readonly mentions: ToolSpan[] = [];
  readonly doors = new Set<string>();
  /** Blocks that hold something at which nobody looks, by what it is. */
  readonly unread = new Map<Unread, number>();
  /** How many texts stand before the messages, and before the second of them. */
  lead = 0;
  opening = 0;
  /** True when the model has answered before. */
  answered = false;
  /** True when the model has called a tool of the client's before. */
  called = false;
  /** Every call that the model made before, by its tool. */
  readonly calls: CallingBlock[] = [];
  readonly ran = new RanCalls();
  readonly #json: Json;
  readonly #known: KnownNames;
  #author: TextSpan["author"] = "client";
  #turn = 0;

  constructor(json: Json, known: KnownNames) {
    this.#json = json;
    this.#known = known;
  }

  /** Turn and author of the message that was read last. */
  get end(): Pick<TextSpan, "turn" | "author"> {
    return { turn: this.#turn, author: this.#author };
  }

  /** The `system` field. */
  system(node: Node): void {
    const first = this.#json.elements(node)[0];
    if (first !== undefined && this.#isBilling(first)) {
      let before = "";
      for (const block of this.#json.elements(node).slice(1)) before = this.#block(block, "system", null, before);
    } else this.content(node, "system");
  }

  /** One entry of `messages`. */
  message(node: Node): void {
    const fields = this.#json.fields(node);
    const content = fields.get("content");
    if (content === undefined) throw new JsonError("shape", "a message has no content", this.#json.start(node));
    const role = this.#string(fields, "role");
    if (role === null) throw new JsonError("shape", "a message has no role", this.#json.start(node));
    const author = role === "assistant" ? "model" : "client";
    if (author === "model" && this.#author === "client") this.#turn += 1;
    this.#author = author;
    if (author === "model") {
      this.answered = true;
      this.ran.answer();
    }
    const before = this.texts.length;
    this.content(content, role === "system" ? "system" : "user");
    for (const text of this.texts.slice(before)) if (isSystem(this.#json.bytes, text)) this.#listing(text);
  }

  #listing({ start, end }: TextSpan): void {
    for (const elements of listedNames(this.#json.bytes, start, end)) {
      const list: ToolList = { elements, filler: "none" };
      for (const span of elements) {
        const name = Buffer.from(this.#json.bytes.subarray(span.start, span.end)).toString("latin1");
        const known = this.#known.offered.get(name) ?? nameOfTool(name);
        this.mentions.push({ kind: "mention", name: known, deferred: false, list, ...span });
      }
    }
  }

  /** A string, or an array of blocks. */
  content(node: Node, place: Place): void {
    if (this.#json.kind(node) === "string") this.#text(node, place);
    else if (this.#json.kind(node) === "array") this.#blocks(node, place);
    else throw new JsonError("shape", "content is neither a string nor a list of blocks", this.#json.start(node));
  }

  #blocks(node: Node, place: Place, filler: ToolList["filler"] = "text"): void {
    const elements = this.#json.elements(node);
    const spans = elements.map((each) => ({ start: this.#json.start(each), end: this.#json.end(each) }));
    const list: ToolList = { elements: spans, filler };
    let before = "";
    for (const each of elements) before = this.#block(each, place, list, before);
  }

  /** Reads a block and gives its type; `before` is that of the block right before it. */
  #block(node: Node, place: Place, list: ToolList | null, before = ""): string {
    const fields = this.#json.fields(node);
    const type = this.#string(fields, "type") ?? "";
    if (fields.has("tool_changes")) this.doors.add("tool_changes");
    const unread = UNREAD.get(type);
    if (unread !== undefined) this.#leave(unread);
    if (WORDLESS.has(type)) return type;
    if (isCalling(type)) this.#call(type, fields);
    if (type === "tool_result") this.ran.result(this.#string(fields, "tool_use_id"), this.#isTrue(fields, "is_error"));
    if (CALLS.has(type)) this.#leaves(fields.get("input"), "tool-input");
    else if (type === "document" || type === "search_result") this.#document(fields, place);
    else if (type === "tool_reference") this.#mention(node, this.#referred(fields), list);
    else if (type === "tool_addition" || type === "tool_removal") this.#change(node, fields, list);
    else if (type === "text") this.#words(fields.get("text"), place, before === "text");
    else {
      if (!KNOWN.has(type) && !type.endsWith("tool_result")) this.#unknown(fields);
      this.#members(fields, type.endsWith("tool_result") ? "tool-result" : place);
    }
    return type;
  }

  /** A block that nobody knows yet is let through with what it says, but not with a tool. */
  #unknown(fields: ReadonlyMap<string, Node>): void {
    this.#leave("unknown");
    if (fields.has("tool") || fields.has("tools")) this.doors.add(INLINE);
  }

  #call(type: CallingBlock["type"], fields: ReadonlyMap<string, Node>): void {
    if (type === "tool_use") this.called = true;
    const name = this.#string(fields, "name");
    if (name === null) return;
    this.calls.push({ type, name, server: type === "mcp_tool_use" ? this.#string(fields, "server_name") : null });
    if (type === "tool_use") this.ran.ask(this.#string(fields, "id"), name);
  }

  #leave(what: Unread): void {
    this.unread.set(what, (this.unread.get(what) ?? 0) + 1);
  }

  #words(node: Node | undefined, place: Place, follows: boolean): void {
    if (node !== undefined && this.#json.kind(node) === "string") this.#text(node, place, { follows });
    else this.#member(node, place, true);
  }

  #members(fields: ReadonlyMap<string, Node>, place: Place): void {
    if (fields.has("input_schema")) this.doors.add(INLINE);
    for (const [key, value] of fields) {
      if (key === "tool_references" && this.#json.kind(value) === "array") this.#blocks(value, place, "none");
      else this.#member(value, place, TEXT_KEYS.has(key));
    }
  }

  #member(node: Node | undefined, place: Place, textual: boolean): void {
    if (node === undefined) return;
    const kind = this.#json.kind(node);
    if (kind === "string" && textual) this.#text(node, place);
    if (kind === "object") this.#inner(node, place);
    if (kind !== "array") return;
    const elements = this.#json.elements(node);
    if (elements.some((each) => this.#json.kind(each) !== "object")) {
      for (const each of elements) this.#member(each, place, textual);
    } else this.#blocks(node, place);
  }

  /** An object inside a block: a block itself when it has a type, else a bag of members. */
  #inner(node: Node, place: Place): void {
    const fields = this.#json.fields(node);
    if (fields.has("type")) this.#block(node, place, null);
    else this.#members(fields, place);
  }

  #document(fields: ReadonlyMap<string, Node>, outer: Place): void {
    const place = outer === "tool-result" ? outer : "document";
    for (const key of ["title", "context", "content"]) this.#member(fields.get(key), place, true);
    const source = fields.get("source");
    if (source === undefined || this.#json.kind(source) !== "object") return;
    const members = this.#json.fields(source);
    const type = this.#string(members, "type");
    if (type === "text") this.#member(members.get("data"), place, true);
    if (type === "content") this.#member(members.get("content"), place, true);
    if (type !== "text" && type !== "content") this.#leave("file");
  }

  #referred(fields: ReadonlyMap<string, Node>): string {
    const name = this.#string(fields, "tool_name") ?? this.#string(fields, "name") ?? "";
    return this.#known.offered.get(name) ?? nameOfTool(name);
  }

  /** `tool_addition` and `tool_removal` name a tool, or bring its definition along. */
  #change(node: Node, fields: ReadonlyMap<string, Node>, list: ToolList | null): void {
    const tool = fields.get("tool");
    const members = tool === undefined ? new Map<string, Node>() : this.#json.fields(tool);
    const server = this.#string(members, "mcp_server_name") ?? this.#string(members, "server_name");
    const type = this.#string(members, "type");
    if (type === "tool_reference") this.#mention(node, this.#referred(members), list);
    else if (server !== null && this.#known.hosts.has(server) && type !== "tool_definition" && type !== "mcp_toolset") {
      this.#mention(node, this.#known.hosts.get(server)!, list);
    } else if (this.#string(fields, "type") === "tool_addition") this.doors.add(INLINE);
  }

  #mention(node: Node, name: string, list: ToolList | null): void {
    const span = { start: this.#json.start(node), end: this.#json.end(node) };
    this.mentions.push({
      kind: "mention",
      name,
      deferred: false,
      list: list ?? { elements: [span], filler: "text" },
      ...span,
    });
  }

  /** Every string of a value; its keys are only looked at, and the short ones hold nothing. */
  #leaves(node: Node | undefined, place: Place): void {
    if (node === undefined) return;
    const kind = this.#json.kind(node);
    if (kind === "string") this.#text(node, place);
    if (kind === "array") for (const each of this.#json.elements(node)) this.#leaves(each, place);
    if (kind !== "object") return;
    for (let key = node + 1; key < this.#json.next(node); key = this.#json.next(key + 1)) {
      if (this.#json.end(key) - this.#json.start(key) > KEY_MIN) this.#text(key, place, { fixed: true });
      this.#leaves(key + 1, place);
    }
  }

  /** What a tool is said to do: its own words and those of its parameters. */
  tool(node: Node): void {
    for (const [key, value] of this.#json.members(node)) this.#description(key, value);
  }

  #description(key: string, node: Node): void {
    const kind = this.#json.kind(node);
    if (kind === "string" && key === "description") this.#text(node, "system", { fixed: true });
    if (kind === "array") for (const each of this.#json.elements(node)) this.#description(key, each);
    if (kind === "object") this.tool(node);
  }

  #text(node: Node, place: Place, { follows = false, fixed = false } = {}): void {
    const start = this.#json.start(node) + 1;
    const end = this.#json.end(node) - 1;
    if (end > start) this.texts.push({ place, author: this.#author, turn: this.#turn, follows, fixed, start, end });
  }

  #isBilling(block: Node): boolean {
    const fields = this.#json.fields(block);
    const text = fields.get("text");
    if (text === undefined || this.#json.end(text) - this.#json.start(text) > BILLING_MAX) return false;
    return this.#string(fields, "type") === "text" && this.#string(fields, "text")?.startsWith(BILLING) === true;
  }

  #isTrue(fields: ReadonlyMap<string, Node>, key: string): boolean {
    const node = fields.get(key);
    return node !== undefined && this.#json.kind(node) === "true";
  }

  #string(fields: ReadonlyMap<string, Node>, key: string): string | null {
    const node = fields.get(key);
    return node !== undefined && this.#json.kind(node) === "string" ? this.#json.word(node) : null;
  }
}
