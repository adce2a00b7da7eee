/** One answer of an upstream as the HTTP client hands it over: headers first, then a body that is pulled. */
import type { Agent, Dispatcher } from "undici";
import { BodyQueue } from "./body.ts";
import type { Mask } from "./mask.ts";
import type { Answer } from "./provider.ts";
import { UpstreamError } from "./provider.ts";

/** What a reception needs to know besides its request. */
export interface Terms {
  readonly signal: AbortSignal;
  readonly mask: Mask | null;
}

/** Sends a request, and resolves with the answer when its headers are there; throws UpstreamError. */
export function dispatch(agent: Agent, options: Dispatcher.DispatchOptions, terms: Terms): Promise<Answer> {
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
    // A function that stands behind the `=` itself is made among what V8 takes to be old, and all that it knows stays with it.
    const onAbort = () => this.#abort();
    this.#onAbort = onAbort;
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
  if (TIMEOUTS.has(code)) return new UpstreamError("timeout", "the upstream was silent for too long", { cause: error });
  if (!started) return new UpstreamError("connect", `no connection to the upstream (${code})`, { cause: error });
  return new UpstreamError("broken", "the connection to the upstream broke off", { cause: error });
}
