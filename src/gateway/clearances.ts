/** Texts of one conversation that a service has judged harmless, by their hash: they need not be read again to know that. */

/** Most that are kept of one conversation; the oldest make room, and are then asked about again. */
const MOST = 20_000;
/** Bytes that one takes, roughly. */
const ENTRY = 150;

/** What services said of one conversation. */
export class Clearances {
  readonly #cleared = new Set<string>();

  /** Bytes of memory that they take, roughly. */
  get bytes(): number {
    return this.#cleared.size * ENTRY;
  }

  /** Whether a service, by its settings, has judged a text harmless. */
  has(service: string, text: string): boolean {
    return this.#cleared.has(`${service} ${text}`);
  }

  /** Notes that it has. */
  add(service: string, text: string): void {
    this.#cleared.add(`${service} ${text}`);
    if (this.#cleared.size > MOST) this.#cleared.delete(this.#cleared.values().next().value!);
  }
}
