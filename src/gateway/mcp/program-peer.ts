/**
 * Talks to a program over its input and output. One program serves all callers, in one conversation that begins with the
 * gateway's own greeting: it is told nothing of them and can ask them nothing. When it ends, whatever waits for it fails,
 * and the next call begins a new one.
 */
import type { McpLine, McpProgram } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { META, SESSION_VERSION, STATELESS_VERSION } from "../../wire/mcp/era.ts";
import { type CHANGES, changeNamed } from "../../wire/mcp/judge.ts";
import {
  type Answer,
  errorTo,
  type Fields,
  fieldsIn,
  type Id,
  type Request,
  readMessage,
  resultTo,
  textIn,
} from "../../wire/mcp/message.ts";
import { GATEWAY } from "./http-exchange.ts";
import type { Hello, Peer, PeerCall } from "./peer.ts";

/** Called when the program says that one of its lists changed. */
export type OnChange = (name: keyof typeof CHANGES) => void;

/** The peer of one program; it follows the program through its restarts. */
export function createProgramPeer(program: McpProgram, onChange: OnChange, greetingMs = GREETING_MS): Peer {
  let talk: Talk | null = null;
  const current = (): Talk => {
    const line = program.line();
    if (talk === null || talk.line !== line) talk = new Talk(line, onChange, greetingMs);
    return talk;
  };
  return {
    asksInCalls: false,
    hello: () => current().hello(),
    call: (call) => current().call(call),
  };
}

/** How long is waited for a program to say who it is: some are fetched or compiled first. */
const GREETING_MS = 60_000;
/** The longest time of a timer, for what ends with the program. */
const NO_END_MS = 2 ** 31 - 1;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: UpstreamError) => void;
  readonly onProgress: ((progress: Fields) => void) | null;
  readonly timer: NodeJS.Timeout;
}

/** One conversation, as long as the program runs. */
class Talk {
  readonly line: McpLine;
  /** The greeting; while it is awaited it fails when it takes too long, and is still good for whoever calls later. */
  #hello: Promise<Hello>;
  #greeted = false;
  readonly #onChange: OnChange;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #stateless = false;
  #over = false;

  constructor(line: McpLine, onChange: OnChange, greetingMs: number) {
    this.line = line;
    this.#onChange = onChange;
    line.onLine((bytes) => this.#take(bytes));
    void line.ended.then(() => this.#end());
    this.#hello = this.#awaited(this.#greet(), greetingMs);
    // Whoever calls hears of it; nobody has to be listening now.
    this.#hello.catch(() => {});
  }

  /** What the program says of itself; nobody waits for a program that is late already. */
  hello(): Promise<Hello> {
    return this.#hello;
  }

  async call({ method, params, signal, idleMs, onProgress }: PeerCall): Promise<Pick<Answer, "result" | "error">> {
    if (!this.#greeted) await unlessOver(this.#hello, signal);
    return this.#request(method, this.#stateless ? withVersion(params) : params, { signal, idleMs, onProgress });
  }

  /** Most programs begin with `initialize`; one that knows no sessions answers `server/discover`. */
  async #greet(): Promise<Hello> {
    const begin = { protocolVersion: SESSION_VERSION, capabilities: {}, clientInfo: GATEWAY };
    const { result } = await this.#request("initialize", begin);
    if (result !== null) {
      this.#send({ jsonrpc: "2.0", method: "notifications/initialized" });
      return helloOf(result, fieldsIn(result, "serverInfo"));
    }
    const found = await this.#request("server/discover", withVersion({}));
    if (found.result === null) throw new UpstreamError("broken", "the program does not speak MCP");
    this.#stateless = true;
    return helloOf(found.result, fieldsIn(fieldsIn(found.result, "_meta"), META.server));
  }

  #awaited(greeting: Promise<Hello>, greetingMs: number): Promise<Hello> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        reject(new UpstreamError("timeout", "the program did not say who it is"));
      }, greetingMs);
      const onHello = (hello: Hello) => {
        this.#greeted = true;
        this.#hello = greeting;
        resolve(hello);
        // What was listed without it is another list now.
        if (isLate) for (const list of LISTS) this.#onChange(list);
      };
      void greeting.then(onHello, reject).finally(() => clearTimeout(timer));
    });
  }

  #request(
    method: string,
    params: Fields,
    options: Partial<Pick<PeerCall, "signal" | "idleMs" | "onProgress">> = {},
  ): Promise<Answer> {
    const { signal, idleMs = NO_END_MS, onProgress = null } = options;
    if (this.#over) return Promise.reject(ended());
    this.#last += 1;
    const id = this.#last;
    const _meta = onProgress === null ? params._meta : { ...fieldsIn(params, "_meta"), progressToken: id };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(id, new UpstreamError("timeout", "the program was silent")), idleMs);
      const onAbort = () => this.#giveUp(id, new UpstreamError("broken", "given up by the gateway"));
      const stop = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      this.#waiting.set(id, {
        resolve: (answer) => {
          stop();
          resolve(answer);
        },
        reject: (error) => {
          stop();
          reject(error);
        },
        onProgress,
        timer,
      });
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener("abort", onAbort);
      this.#send({ jsonrpc: "2.0", id, method, params: _meta === undefined ? params : { ...params, _meta } });
    });
  }

  /** The program is told that nobody waits any more. */
  #giveUp(id: number, error: UpstreamError): void {
    this.#send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
    this.#settle(id)?.reject(error);
  }

  #settle(id: Id | null): Waiting | null {
    const waiting = typeof id === "number" ? this.#waiting.get(id) : undefined;
    if (waiting === undefined) return null;
    this.#waiting.delete(id as number);
    return waiting;
  }

  #send(message: Fields): void {
    if (!this.#over) this.line.write(JSON.stringify(message));
  }

  #end(): void {
    this.#over = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(ended());
  }

  #take(line: Buffer): void {
    const message = readMessage(line);
    switch (message.kind) {
      case "unreadable":
        // Some programs print what is no message; it answers nothing.
        break;
      case "answer":
        this.#settle(message.id)?.resolve(message);
        break;
      case "request":
        this.#send(reactionTo(message));
        break;
      case "notification":
        this.#notice(message.method, message.params);
        break;
      default:
        message satisfies never;
    }
  }

  #notice(method: string, params: Fields): void {
    if (method === "notifications/progress") {
      const { progressToken, ...progress } = params;
      const waiting = typeof progressToken === "number" ? this.#waiting.get(progressToken) : undefined;
      waiting?.timer.refresh();
      waiting?.onProgress?.(progress);
      return;
    }
    const change = changeNamed(method);
    if (change !== null) this.#onChange(change);
  }
}

/** A program asks nobody but the gateway, which only says that it is there. */
function reactionTo({ id, method }: Request): Fields {
  return method === "ping" ? resultTo(id, {}) : errorTo(id, -32_601, "the gateway answers no questions");
}

const LISTS = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"] as const;

/** Waits no longer than whoever asked does. */
function unlessOver<T>(awaited: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new UpstreamError("broken", "given up by the gateway"));
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    void awaited.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function ended(): UpstreamError {
  return new UpstreamError("broken", "the program has ended");
}

function withVersion(params: Fields): Fields {
  const own = { [META.version]: STATELESS_VERSION, [META.client]: GATEWAY, [META.capabilities]: {} };
  return { ...params, _meta: { ...fieldsIn(params, "_meta"), ...own } };
}

/** What all callers of a program can share: not its log, and not what one of them subscribed to. */
function helloOf(result: Fields, serverInfo: Fields): Hello {
  const { logging: _, ...capabilities } = fieldsIn(result, "capabilities");
  const { subscribe: __, ...resources } = fieldsIn(capabilities, "resources");
  return {
    capabilities: "resources" in capabilities ? { ...capabilities, resources } : capabilities,
    serverInfo,
    instructions: textIn(result, "instructions"),
  };
}
