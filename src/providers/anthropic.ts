/**
 * The provider kind `anthropic`: anything that speaks the Messages format over HTTP. Adds the credential, drops what may
 * not travel, keeps order and spelling of everything else. One pool of kept-alive connections per provider, without
 * pipelining. providers.ts makes it; body.ts queues the answer, mask.ts and decode.ts clean it.
 */
import { Agent, type Dispatcher } from "undici";
import type { TableProvider } from "../decision/table.ts";
import { BodyQueue } from "./body.ts";
import type { Credential } from "./credential.ts";
import { decoded } from "./decode.ts";
import { headerOf, towardsCaller, towardsProvider } from "./headers.ts";
import { createMask, type Mask, masked } from "./mask.ts";
import type { Answer, Outgoing, Provider } from "./provider.ts";
import { UpstreamError } from "./provider.ts";

/** How long a provider may take; milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** From the request being sent to the answer's headers. */
  readonly headers: number;
  /** Between two pieces of an answer's body. */
  readonly idle: number;
}

/** A provider that holds connections. */
export interface Client extends Provider {
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 30_000;

/** Opens the client of one provider of kind `anthropic`. */
export function createAnthropic(provider: TableProvider, credential: Credential, timeouts: Timeouts): Client {
  const url = new URL(provider.url ?? "https://api.anthropic.com");
  const base = url.pathname.replace(/\/+$/, "");
  const agent = new Agent({
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.idle,
    connect: { timeout: timeouts.connect },
  });
  return {
    name: provider.name,
    check: () => void credential.read(),
    async send(request) {
      const secret = credential.read();
      const options = { origin: url.origin, path: base + request.path, method: request.method, body: request.body };
      const mask = createMask(secret);
      const reception = { signal: request.signal, mask };
      const raw = await dispatch(agent, { ...options, headers: outgoingHeaders(request, secret) }, reception);
      if (raw.status === 401) credential.doubt();
      return cleaned(raw, secret);
    },
    close: () => agent.close(),
  };
}

function outgoingHeaders(request: Outgoing, secret: string): string[] {
  const flat: string[] = [];
  for (const [name, value] of towardsProvider(request.headers)) flat.push(name, value);
  flat.push("accept-encoding", "identity", "x-api-key", secret);
  return flat;
}

function cleaned(raw: Answer, secret: string): Answer {
  const headers = towardsCaller(raw.headers).filter(([, value]) => !value.includes(secret));
  const encoding = headerOf(headers, "content-encoding");
  if (encoding === null) return { ...raw, headers };
  const plain = headers.filter(([name]) => !/^content-(encoding|length)$/i.test(name));
  const body = decoded(raw.body, encoding);
  const mask = createMask(secret);
  return { status: raw.status, headers: plain, body: mask === null ? body : masked(body, mask) };
}

/** What a reception needs to know besides its request. */
interface Terms {
  readonly signal: AbortSignal;
  readonly mask: Mask | null;
}

function dispatch(agent: Agent, options: Dispatcher.DispatchOptions, terms: Terms): Promise<Answer> {
  return new Promise((resolve, reject) => {
    agent.dispatch(options, new Reception(resolve, reject, terms));
  });
}

/** Receives one answer from the HTTP client. */
class Reception implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: Error) => void;
  readonly #terms: Terms;
  readonly #onAbort: () => void;
  #controller: Dispatcher.DispatchController | null = null;
  #body: BodyQueue | null = null;

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void, terms: Terms) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#terms = terms;
    this.#onAbort = () => this.#abort();
    terms.signal.addEventListener("abort", this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#terms.signal.aborted) this.#abort();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#body = new BodyQueue(controller, this.#terms.mask);
    this.#resolve({ status, headers: paired(controller.rawHeaders), body: this.#body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#body?.push(chunk);
  }

  onResponseEnd(): void {
    this.#terms.signal.removeEventListener("abort", this.#onAbort);
    this.#body?.end(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#terms.signal.removeEventListener("abort", this.#onAbort);
    const failure = upstreamError(error, this.#controller !== null);
    if (this.#body === null) this.#reject(failure);
    else this.#body.end(failure);
  }

  // A request that still waits for its connection has no controller; it is then given up when it starts.
  #abort(): void {
    const reason = new Error("given up by the gateway");
    this.#controller?.abort(reason);
    this.#reject(upstreamError(reason, true));
  }
}

function paired(raw: Dispatcher.DispatchController["rawHeaders"]): [string, string][] {
  const pairs: [string, string][] = [];
  if (!Array.isArray(raw)) return pairs;
  for (let index = 0; index + 1 < raw.length; index += 2) pairs.push([text(raw[index]), text(raw[index + 1])]);
  return pairs;
}

function text(raw: Buffer | string | undefined): string {
  return typeof raw === "string" ? raw : (raw?.toString("latin1") ?? "");
}

const TIMEOUTS = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

function upstreamError(error: Error, started: boolean): UpstreamError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (TIMEOUTS.has(code)) return new UpstreamError("timeout", "the provider was silent for too long", { cause: error });
  if (!started) return new UpstreamError("connect", `no connection to the provider (${code})`, { cause: error });
  return new UpstreamError("broken", "the connection to the provider broke off", { cause: error });
}
