/** Which calls of the model's last answer a client says it has carried out, among those of tools of servers. */
import { nameOfTool } from "./names.ts";

/** A call by its id and the canonical name of its tool. */
export interface RanCall {
  readonly id: string;
  readonly name: string;
}

const ID = /^[\w-]{1,128}$/;

/** Follows the messages of a request in their order. */
export class RanCalls {
  readonly #asked = new Map<string, string>();
  #ran: RanCall[] = [];

  /** What was carried out since the model's last answer. */
  get calls(): readonly RanCall[] {
    return this.#ran;
  }

  /** An answer of the model begins. */
  answer(): void {
    this.#asked.clear();
    this.#ran = [];
  }

  /** The answer asks for a call. */
  ask(id: string | null, called: string | null): void {
    if (id === null || called === null || !called.startsWith("mcp__") || !ID.test(id)) return;
    this.#asked.set(id, nameOfTool(called));
  }

  /** A result came; a call that failed may never have left the client. */
  result(id: string | null, failed: boolean): void {
    const name = id === null ? undefined : this.#asked.get(id);
    if (name === undefined || failed) return;
    this.#asked.delete(id!);
    this.#ran.push({ id: id!, name });
  }
}
