/**
 * Calls that wait for a client without a session. A server with sessions asks in the middle of a call; a stateless client
 * can be asked only by a result, and answers by calling again. In between the server's call is held open here, under a
 * state that the client brings back; it is found by the same key for the same call alone, and given up after a while.
 */
import { UpstreamError } from "../../providers/provider.ts";
import { mayAsk } from "../../wire/mcp/asking.ts";
import { type Answer, type Fields, fieldsIn, isFields, type Request, textIn } from "../../wire/mcp/message.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import type { Peer, PeerCall } from "./peer.ts";
import type { Visit } from "./visit.ts";

type Outcome = Pick<Answer, "result" | "error">;

/** How long a person may take to answer. */
const WAIT_MS = 10 * 60_000;
/** More than this push out the one that waits longest. */
const MOST = 1_000;
const MARK = "held:";
/** The name under which a question stands in a result. */
const QUESTION = "question";

/** The calls that wait. */
export class HeldCalls {
  readonly #waiting = new Map<string, HeldCall>();
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Calls a server that may ask, or goes on with a call that it asked in; resolves with its answer, or its question as one. */
  async call(visit: Visit, request: Request, peer: Peer, call: PeerCall): Promise<Outcome> {
    const owner = ownerOf(visit, request);
    const state = textIn(request.params, "requestState");
    const known = state?.startsWith(MARK) === true ? this.#waiting.get(state) : undefined;
    if (known !== undefined && known.owner === owner) {
      this.#waiting.delete(state!);
      known.answer(fieldsIn(fieldsIn(request.params, "inputResponses"), QUESTION));
      return this.#next(known, call);
    }
    if (state?.startsWith(MARK) === true) return { result: null, error: EXPIRED };
    const held = new HeldCall(owner, (method) => mayAsk(method, visit.server.may));
    held.begin(peer, call);
    return this.#next(held, call);
  }

  async #next(held: HeldCall, { onProgress, signal }: PeerCall): Promise<Outcome> {
    const turn = await held.turn(onProgress, signal);
    if (turn.kind === "answer") return turn.outcome;
    const state = MARK + this.#newId();
    for (const [oldest, its] of this.#waiting) {
      if (this.#waiting.size < MOST) break;
      this.#waiting.delete(oldest);
      its.giveUp();
    }
    this.#waiting.set(state, held);
    held.expire(() => this.#waiting.delete(state), WAIT_MS);
    const inputRequests = { [QUESTION]: { method: turn.method, params: turn.params } };
    return { result: { resultType: "input_required", inputRequests, requestState: state }, error: null };
  }
}

/**
 * Whose call it is, of what, and with which arguments: policy judges those of the request that came, so they must be those
 * of the call that goes on.
 */
function ownerOf({ caller, target, server }: Visit, { params }: Request): string {
  const name = target === null ? "" : canonicalName(server.name, target);
  return JSON.stringify([caller.principal.key.name, name, params.arguments ?? null]);
}

const EXPIRED: Fields = { code: -32_602, message: "the call that asked is over; call again from the beginning" };

type Turn =
  | { readonly kind: "answer"; readonly outcome: Outcome }
  | { readonly kind: "question"; readonly method: string; readonly params: Fields };

/** One call of a server, which outlives the requests of the client that it is made for. */
class HeldCall {
  readonly owner: string;
  readonly #allows: (method: string) => boolean;
  readonly #own = new AbortController();
  #onProgress: PeerCall["onProgress"] = null;
  #timer: NodeJS.Timeout | null = null;
  #turn = Promise.withResolvers<Turn>();
  #reply: PromiseWithResolvers<Answer> | null = null;

  constructor(owner: string, allows: (method: string) => boolean) {
    this.owner = owner;
    this.#allows = allows;
  }

  begin(peer: Peer, call: PeerCall): void {
    const wantsProgress = call.onProgress !== null;
    const onProgress = wantsProgress ? (progress: Fields) => this.#onProgress?.(progress) : null;
    const ask = (method: string, params: Fields) => this.#ask(method, params);
    peer.call({ ...call, signal: this.#own.signal, onProgress, ask }).then(
      (outcome) => this.#turn.resolve({ kind: "answer", outcome }),
      (error: unknown) => this.#turn.reject(error),
    );
  }

  /** What happens next; a client that goes away before takes the call with it. */
  async turn(onProgress: PeerCall["onProgress"], signal: AbortSignal): Promise<Turn> {
    this.#onProgress = onProgress;
    const onGone = () => this.#own.abort();
    if (signal.aborted) onGone();
    signal.addEventListener("abort", onGone);
    try {
      return await this.#turn.promise;
    } finally {
      signal.removeEventListener("abort", onGone);
      this.#onProgress = null;
    }
  }

  answer(result: Fields): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#turn = Promise.withResolvers<Turn>();
    const isAnswer = isFields(result) && Object.keys(result).length > 0;
    const given = isAnswer
      ? { result, error: null }
      : { result: null, error: { code: -32_603, message: "no answer came" } };
    this.#reply?.resolve({ kind: "answer", id: null, ...given, whole: {} });
  }

  expire(onExpired: () => void, ms: number): void {
    this.#timer = setTimeout(() => {
      onExpired();
      this.giveUp();
    }, ms).unref();
  }

  giveUp(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#own.abort();
    this.#reply?.reject(new UpstreamError("timeout", "nobody answered the server's question"));
  }

  #ask(method: string, params: Fields): Promise<Answer> {
    if (!this.#allows(method)) throw new UpstreamError("broken", `policy does not let the server use ${method}`);
    this.#reply = Promise.withResolvers<Answer>();
    this.#turn.resolve({ kind: "question", method, params });
    return this.#reply.promise;
  }
}
