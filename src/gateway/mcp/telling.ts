/** Tells a client something ahead of its answer, in its order: looked through first where a line asks for it. */
import { type Fields, messageOf } from "../../wire/mcp/message.ts";
import type { LineOut } from "./line-out.ts";
import type { Sieves } from "./sieves.ts";

/** What is told ahead of one answer. */
export class Telling {
  readonly #line: LineOut;
  readonly #sieves: Sieves;
  readonly #onError: (error: unknown) => void;
  /** Resolves when all of it is told. */
  told: Promise<void> = Promise.resolve();

  constructor(line: LineOut, sieves: Sieves, onError: (error: unknown) => void) {
    this.#line = line;
    this.#sieves = sieves;
    this.#onError = onError;
  }

  push(message: Fields): void {
    if (this.#sieves.looks) this.told = this.told.then(() => this.#sifted(message)).catch(this.#onError);
    else this.#line.push(message);
  }

  async #sifted(message: Fields): Promise<void> {
    const read = messageOf(message);
    const shown = read.kind === "unreadable" ? null : await this.#sieves.message(read);
    if (shown !== null) this.#line.push(shown);
  }
}
