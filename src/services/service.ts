/**
 * What a service answers about a text, and how it fails. One file per kind speaks a service's language; asking.ts is the
 * policy of calls that all of them share; services.ts keeps them over reloads. A text leaves the process only in a call:
 * no error, cache or report of this room holds one.
 */
import type { TableService } from "../decision/table.ts";
import type { Place } from "../language/tree.ts";

/** What a service says about one piece of text; `why` are names of its own, never words of the text. */
export interface Judged {
  readonly flagged: boolean;
  readonly why: readonly string[];
}

/** The answer to one call, piece by piece in their order, with what it costs in the service's own units. */
export interface Answered {
  readonly judged: readonly Judged[];
  readonly units: number;
}

/** How much a service takes at once: pieces of a call, and characters (code points) of all of them together. */
export interface Capacity {
  readonly pieces: number;
  readonly characters: number;
}

/** Where a text stands: at a place of a request, in what an answer says, or in what a call in an answer gives its tool. */
export type Standing = Place | "answer" | "call";

/** Whether a text goes from the model to the client, and not the other way. */
export function isAnswer(place: Standing): boolean {
  return place === "answer" || place === "call";
}

/** A kind of service, set up for one declaration. */
export interface Kind {
  readonly capacity: Capacity;
  /** Throws ServiceError when a secret that it needs is not there at this moment. */
  check(): void;
  /** Asks about pieces that stand at one kind of place. Throws ServiceError. */
  ask(pieces: readonly string[], place: Standing, signal: AbortSignal): Promise<Answered>;
}

/** Why there is no verdict. */
export type Trouble =
  /** The service cannot be reached, or broke off. */
  | "connect"
  | "timeout"
  /** It says that there were too many calls, or that it is broken itself. */
  | "busy"
  /** It does not take the call: credentials, address, settings. */
  | "refused"
  /** It takes less text at once. */
  | "too-large"
  /** Its answer is no verdict, or only a part of one. */
  | "answer"
  /** The credential is not there. */
  | "credential"
  /** It failed again and again, and is left alone for a while. */
  | "open";

/** Thrown when there is no verdict; the message holds nothing of the text and nothing of the credential. */
export class ServiceError extends Error {
  readonly trouble: Trouble;
  /** Milliseconds after which the service asks to be tried again; null when it does not say. */
  readonly retryAfterMs: number | null;
  constructor(trouble: Trouble, message: string, more: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = "ServiceError";
    this.trouble = trouble;
    this.retryAfterMs = more.retryAfterMs ?? null;
  }
}

/** One text of a request or an answer, as it would go on: what is redacted is redacted. */
export interface Question {
  readonly text: string;
  readonly place: Standing;
}

/** What came of asking about some texts. */
export interface Verdict {
  /** The texts that are flagged, by their places in the questions. */
  readonly flagged: readonly number[];
  readonly why: readonly string[];
  /** Why there is no verdict about some of them; null when all are judged. */
  readonly trouble: Trouble | null;
  readonly calls: number;
  /** Pieces whose verdict was known. */
  readonly known: number;
  readonly units: number;
  readonly ms: number;
}

/** Everybody that can be asked. */
export interface Services {
  /** Throws ServiceError when a reference cannot be resolved; the message names the reference, never the value. */
  check(service: TableService): void;
  ask(service: TableService, questions: readonly Question[], timeoutMs: number): Promise<Verdict>;
  /** Lets go of the services that are not among `current`. */
  retain(current: readonly TableService[]): void;
}
