/**
 * Reads a Messages request in its bytes: what policy decides on, where its texts are, and which doors it opens. The
 * messages themselves are read by content.ts. Fields that mean nothing to policy pass unseen; a body that two readers
 * could read differently is malformed.
 */
import type { Purpose } from "../../decision/facts.ts";
import { inputAt } from "../input.ts";
import { type Json, JsonError, type Node } from "../json.ts";
import { skim } from "../skim.ts";
import { ContentReader } from "./content.ts";
import type { Definition, Malformed, MessagesRequest, ToolList, ToolSpan } from "./messages.ts";
import { isBeyondReach, nameOfEntry, nameOfServer, nameOfTool } from "./names.ts";

/** Where the client's session stands in what it says of its user. */
const SESSION = /"session_id":"([\w.:-]{1,128})"/;
/** Longest name of a model that is read. */
const MODEL_MAX = 256;
/** Fields that bring in tools, models or history that the body does not show. */
const DOORS = [
  "thread",
  "container",
  "fallbacks",
  "fallback",
  "fallback_model",
  "fallback_models",
  "models",
  "agent",
  "agents",
  "skills",
  "toolsets",
] as const;
/** Fields that policy decides on. */
const DECIDING: ReadonlySet<string> = new Set([
  ...["model", "stream", "max_tokens", "messages", "system", "tools", "tool_choice", "mcp_servers"],
  ...DOORS,
]);

/** Reads the body of `POST /v1/messages`, or of a count of its tokens; never throws. */
export function readMessages(body: Uint8Array, purpose: Purpose = "generate"): MessagesRequest | Malformed {
  try {
    return new RequestReader(skim(body), purpose).read();
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const what =
      error.code === "shape" || error.code === "duplicate" ? "the body cannot be read" : "the body is not valid JSON";
    return { kind: "malformed", message: `${what}: ${error.message} (byte ${error.at})` };
  }
}

class RequestReader {
  readonly #json: Json;
  readonly #purpose: Purpose;
  readonly #fields: ReadonlyMap<string, Node>;
  readonly #hosts = new Map<string, string>();
  readonly #tools: ToolSpan[] = [];
  readonly #definitions: Definition[] = [];
  /** Canonical name of each offer by the name that the model would call. */
  readonly #offered = new Map<string, string>();

  constructor(json: Json, purpose: Purpose) {
    this.#json = json;
    this.#purpose = purpose;
    this.#fields = json.fields(0);
    this.#refuseTwins();
  }

  /** Some readers do not mind the case of keys: for them `Model` says what `model` says here. */
  #refuseTwins(): void {
    for (const [key, node] of this.#fields) {
      const folded = key.toUpperCase().toLowerCase();
      if (folded === key || !DECIDING.has(folded)) continue;
      throw this.#wrong(node, `a key is \`${folded}\` but for the case of its letters`);
    }
  }

  read(): MessagesRequest {
    const model = this.#model();
    const stream = this.#stream();
    const maxTokens = this.#maxTokens();
    const doors = this.#doors();
    this.#servers();
    const foreign = this.#offers(model);
    const content = this.#content();
    return {
      kind: "messages",
      body: this.#json.bytes,
      model,
      stream,
      maxTokens,
      tools: [...this.#tools, ...content.mentions],
      definitions: this.#definitions,
      choosesTool: this.#present("tool_choice") !== null,
      toolChoice: this.#toolChoice(),
      doors: [...doors, ...foreign, ...content.doors],
      texts: content.texts,
      unread: content.unread,
      lead: content.lead,
      opening: content.opening,
      end: content.end,
      session: this.#session(),
      answered: content.answered,
      called: content.called,
      calls: content.calls,
      hosts: this.#hosts,
      ran: content.ran.calls,
    };
  }

  #model(): string {
    const node = this.#present("model");
    if (node === null) throw new JsonError("shape", "`model` is missing", 0);
    if (this.#json.kind(node) !== "string") throw this.#wrong(node, "`model` is not a string");
    const model = this.#json.text(node);
    if (model.length === 0 || model.length > MODEL_MAX) {
      throw this.#wrong(node, `\`model\` is not a string of 1 to ${MODEL_MAX} characters`);
    }
    return model;
  }

  #stream(): boolean {
    const node = this.#fields.get("stream");
    if (node === undefined) return false;
    const kind = this.#json.kind(node);
    if (kind !== "true" && kind !== "false") throw this.#wrong(node, "`stream` is neither true nor false");
    return kind === "true";
  }

  #maxTokens(): number {
    const node = this.#present("max_tokens");
    if (node === null) {
      if (this.#purpose === "count") return 0;
      throw new JsonError("shape", "`max_tokens` is missing", 0);
    }
    const raw = this.#json.raw(node);
    const amount = /^\d{1,16}$/.test(raw) ? Number(raw) : Number.NaN;
    if (!Number.isSafeInteger(amount)) throw this.#wrong(node, "`max_tokens` is not a whole number from 0 up");
    return amount;
  }

  #doors(): string[] {
    return DOORS.filter((field) => this.#present(field) !== null);
  }

  #servers(): void {
    for (const { node, fields, list } of this.#entries("mcp_servers")) {
      const name = nameOfServer(this.#string(fields, "url"));
      this.#hosts.set(this.#string(fields, "name") ?? "", name);
      this.#tools.push({ kind: "server", name, deferred: false, list, ...this.#span(node) });
      this.#define(name, node);
    }
  }

  /** Reads `tools`; gives a door when an entry brings in a model of its own. */
  #offers(model: string): string[] {
    const doors = new Set<string>();
    for (const { node, fields, list } of this.#entries("tools")) {
      const type = this.#string(fields, "type");
      const called = this.#string(fields, "name");
      const name = nameOfEntry({ type, name: called, server: this.#string(fields, "mcp_server_name") }, this.#hosts);
      const own = this.#string(fields, "model");
      if (own !== null && own !== model) doors.add("a model named by a tool");
      if (called !== null) this.#offered.set(called, name);
      this.#tools.push({ kind: "offer", name, deferred: this.#deferred(fields), list, ...this.#span(node) });
      this.#define(name, node);
    }
    return [...doors];
  }

  #define(tool: string, node: Node): void {
    if (isBeyondReach(tool)) this.#definitions.push({ tool, definition: inputAt(this.#json, node) });
  }

  #deferred(fields: ReadonlyMap<string, Node>): boolean {
    const own = fields.get("defer_loading");
    if (own !== undefined) return this.#json.kind(own) === "true";
    const shared = fields.get("default_config");
    const node = shared === undefined ? undefined : this.#json.members(shared).get("defer_loading");
    return node !== undefined && this.#json.kind(node) === "true";
  }

  #toolChoice(): string | null {
    const node = this.#present("tool_choice");
    if (node === null) return null;
    const fields = this.#json.fields(node);
    const name = this.#string(fields, "name");
    return name === null ? null : (this.#offered.get(name) ?? nameOfTool(name));
  }

  /** Claude Code writes an object into `user_id`, as text; nothing hangs on whether it can be read. */
  #session(): string | null {
    const metadata = this.#fields.get("metadata");
    const user = metadata === undefined ? undefined : this.#json.members(metadata).get("user_id");
    if (user === undefined || this.#json.kind(user) !== "string") return null;
    return SESSION.exec(this.#json.text(user))?.[1] ?? null;
  }

  #content(): ContentReader {
    const content = new ContentReader(this.#json, { hosts: this.#hosts, offered: this.#offered });
    const tools = this.#present("tools");
    for (const node of tools === null ? [] : this.#json.elements(tools)) content.tool(node);
    const system = this.#present("system");
    if (system !== null) content.system(system);
    const messages = this.#present("messages");
    if (messages === null) throw new JsonError("shape", "`messages` is missing", 0);
    if (this.#json.kind(messages) !== "array") throw this.#wrong(messages, "`messages` is not a list");
    content.lead = content.texts.length;
    const all = this.#json.elements(messages);
    for (const [index, message] of all.entries()) {
      content.message(message);
      if (index === 0) content.opening = content.texts.length;
    }
    return content;
  }

  *#entries(field: "tools" | "mcp_servers") {
    const array = this.#present(field);
    if (array === null) return;
    if (this.#json.kind(array) !== "array") throw this.#wrong(array, `\`${field}\` is not a list`);
    const nodes = this.#json.elements(array);
    const list: ToolList = { elements: nodes.map((node) => this.#span(node)), filler: "none" };
    for (const node of nodes) yield { node, fields: this.#json.fields(node), list };
  }

  #span(node: Node): { start: number; end: number } {
    return { start: this.#json.start(node), end: this.#json.end(node) };
  }

  /** A member of the body that says something; `null` counts as left out. */
  #present(field: string): Node | null {
    const node = this.#fields.get(field);
    return node === undefined || this.#json.kind(node) === "null" ? null : node;
  }

  /** A member that must be a string where it is given. */
  #string(fields: ReadonlyMap<string, Node>, key: string): string | null {
    const node = fields.get(key);
    if (node === undefined || this.#json.kind(node) === "null") return null;
    if (this.#json.kind(node) !== "string") throw this.#wrong(node, `\`${key}\` is not a string`);
    return this.#json.word(node);
  }

  #wrong(node: Node, message: string): JsonError {
    return new JsonError("shape", message, this.#json.start(node));
  }
}
