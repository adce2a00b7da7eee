/** Which messages on the way back to a visit are looked through, and for what. Where no line asks for it nothing is made. */
import type { ResultSearch } from "../../audit/entry.ts";
import { Secrets } from "../../decision/secrets.ts";
import { quote } from "../../decision/words.ts";
import { withData, withMessage } from "../../wire/mcp/events.ts";
import {
  type Answer,
  bytesOf,
  errorTo,
  type Fields,
  type Message,
  type Request,
  resultTo,
} from "../../wire/mcp/message.ts";
import { toolError } from "../../wire/mcp/refuse.ts";
import { canonicalName } from "../../wire/mcp/target.ts";
import { eventData } from "../../wire/sse.ts";
import type { Ports } from "../ports.ts";
import { takingTurns } from "../turns.ts";
import { type Going, heldOf } from "./rules.ts";
import { SearchNotes } from "./search-notes.ts";
import { type Means, Sieve, type Sifted } from "./sieve.ts";

/** What sieves are made from. */
type World = Pick<Ports, "hmac" | "tick">;

/** The sieves of one visit. */
export class Sieves {
  readonly #going: Going;
  /** null on a stream that answers nothing. */
  readonly #request: Request | null;
  readonly #world: World;
  /** Made when the first line is met that looks for something. */
  #means: Means | null = null;
  #own: Sieve | null | undefined;
  #other: Sieve | null | undefined;

  constructor(going: Going, request: Request | null, world: World) {
    this.#going = going;
    this.#request = request;
    this.#world = world;
  }

  /** For the record; null when nothing was looked through. */
  get search(): ResultSearch | null {
    return this.#means?.notes.search ?? null;
  }

  /** The same of what came since this was asked last, on a stream that is told of message by message. */
  take(): ResultSearch | null {
    return this.#means?.notes.take() ?? null;
  }

  /** Whether what comes back to the visit's own request is looked through. */
  get looks(): boolean {
    return this.#request !== null && this.#sieveOf(true) !== null;
  }

  /** True when something could not be looked through, and a sentence went on in its place. */
  get withheld(): boolean {
    return this.#means !== null && this.#means.notes.withheld !== null;
  }

  /** What goes on of an event that carries this message; null when nothing may. */
  event(message: Message, event: Uint8Array): Uint8Array | null | Promise<Uint8Array | null> {
    const sieve = this.#for(message);
    if (sieve === null) return event;
    return sieve.sift(eventData(event)!).then((sifted) => {
      if (sifted.kind === "clean") return event;
      if (sifted.kind === "changed") return withData(event, sifted.bytes);
      return message.kind === "answer" ? withMessage(event, this.#sentence(message, sifted)) : null;
    });
  }

  /** What goes on of a document that is this message; null when nothing may. */
  document(message: Message, body: Uint8Array): Uint8Array | null | Promise<Uint8Array | null> {
    const sieve = this.#for(message);
    if (sieve === null) return body;
    return sieve.sift(body).then((sifted) => {
      if (sifted.kind === "clean") return body;
      if (sifted.kind === "changed") return sifted.bytes;
      return message.kind === "answer" ? bytesOf(this.#sentence(message, sifted)) : null;
    });
  }

  /** What goes on of a message that the gateway writes itself; null when nothing may. */
  async message(message: Message): Promise<Fields | null> {
    const sieve = this.#for(message);
    if (sieve === null) return message.whole;
    const sifted = await sieve.sift(bytesOf(message.whole));
    if (sifted.kind === "clean") return message.whole;
    if (sifted.kind === "changed") return JSON.parse(Buffer.from(sifted.bytes).toString()) as Fields;
    return message.kind === "answer" ? this.#sentence(message, sifted) : null;
  }

  /** What is said of the call on its way belongs to it; an answer to something else may be one of any tool. */
  #for(message: Message): Sieve | null {
    return this.#sieveOf(this.#request !== null && (message.kind !== "answer" || message.id === this.#request.id));
  }

  #sieveOf(isOwn: boolean): Sieve | null {
    if (isOwn) {
      if (this.#own === undefined) this.#own = this.#made(true);
      return this.#own;
    }
    if (this.#other === undefined) this.#other = this.#made(false);
    return this.#other;
  }

  #made(isOwn: boolean): Sieve | null {
    const searches = heldOf(this.#going, isOwn)?.searches ?? [];
    if (searches.length === 0) return null;
    const { hmac, tick } = this.#world;
    this.#means ??= { notes: new SearchNotes(), secrets: new Secrets(hmac), rest: takingTurns(tick) };
    return new Sieve(this.#going.caller.table, searches, this.#means);
  }

  #sentence({ id }: Answer, { why, origin }: Extract<Sifted, { kind: "withheld" }>): Fields {
    const { caller, server, target, era } = this.#going;
    const isOwn = id === this.#request?.id;
    const name = isOwn && target !== null ? quote(canonicalName(server.name, target)) : "a call";
    const words = `what ${name} gave back is withheld: policy has something looked for in it, and ${why}; ask for less (${origin}, ${caller.arrival.id})`;
    return id === null ? errorTo(null, -32_603, words) : resultTo(id, toolError(words, era));
  }
}
