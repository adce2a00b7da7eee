/** Which tools of each server the address of all servers leaves out: told when they are others than before, not with every list. */

/** Told of a server and its own names for what is left out; none when all of it is there again. */
export type OnLeftOut = (server: string, tools: readonly string[]) => void;

/** What was told of each server. */
export class LeftOut {
  readonly #told = new Map<string, string>();
  readonly #tell: OnLeftOut;

  constructor(tell: OnLeftOut) {
    this.#tell = tell;
  }

  /** Takes in what a server's whole list came to. */
  note(server: string, tools: readonly string[]): void {
    const text = JSON.stringify(tools);
    if (text === (this.#told.get(server) ?? NOTHING)) return;
    this.#told.set(server, text);
    this.#tell(server, tools);
  }
}

const NOTHING = "[]";
