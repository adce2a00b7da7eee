/**
 * Lists that a server lets be kept (`ttlMs`), so that they are neither fetched nor cut again for each client. What is kept is
 * the server's own list; what a caller gets of it is cut by its grants, and kept for all callers with the very same access.
 */
import type { McpHttp } from "../../providers/mcp.ts";
import type { MessageRules } from "../../wire/mcp/judge.ts";
import { cutList, LISTINGS } from "../../wire/mcp/lists.ts";
import { type Fields, type Request, textIn } from "../../wire/mcp/message.ts";

/** A list that may be longer old than this is asked for anew. */
const LONGEST_MS = 5 * 60_000;

/** What decides which of a list a caller sees; equal access is one object. */
type Access = WeakKey;

/** One kept list. */
class Kept {
  readonly until: number;
  readonly #method: string;
  readonly #result: Fields;
  readonly #cuts = new WeakMap<Access, Buffer>();

  constructor(method: string, result: Fields, until: number) {
    this.#method = method;
    this.#result = result;
    this.until = until;
  }

  /** The bytes of what a caller gets. */
  cut(access: Access, rules: MessageRules): Buffer {
    const known = this.#cuts.get(access);
    if (known !== undefined) return known;
    const cut = Buffer.from(JSON.stringify(cutList(LISTINGS[this.#method]!, this.#result, rules)));
    this.#cuts.set(access, cut);
    return cut;
  }
}

/** The lists of all servers at addresses. */
export class ListMemory {
  readonly #lists = new WeakMap<McpHttp, Map<string, Kept>>();

  /** The answer to a request for a list that is kept and still good; null when there is none. */
  answer(client: McpHttp, rules: MessageRules, access: Access, now: number): Buffer | null {
    const { request, era } = rules;
    if (request === null || era !== "stateless") return null;
    const kept = this.#lists.get(client)?.get(nameOf(request));
    if (kept === undefined || now >= kept.until) return null;
    const head = Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(request.id)},"result":`);
    return Buffer.concat([head, kept.cut(access, rules), CLOSES]);
  }

  /** Takes in a list as the server gave it, when it may be kept. */
  keep(client: McpHttp, request: Request, result: Fields, now: number): void {
    const { ttlMs } = result;
    if (LISTINGS[request.method] === undefined || typeof ttlMs !== "number" || !(ttlMs > 0)) return;
    const lists = this.#lists.get(client) ?? new Map<string, Kept>();
    this.#lists.set(client, lists);
    if (lists.size >= MOST_PAGES) lists.clear();
    lists.set(nameOf(request), new Kept(request.method, result, now + Math.min(ttlMs, LONGEST_MS)));
  }

  /** The server says that something changed. */
  forget(client: McpHttp): void {
    this.#lists.delete(client);
  }
}

const CLOSES = Buffer.from("}");
/** Callers choose cursors. */
const MOST_PAGES = 256;

function nameOf({ method, params }: Request): string {
  return `${method} ${textIn(params, "cursor") ?? ""}`;
}
