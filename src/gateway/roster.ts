/**
 * Who is being served right now. A `Set` would say the same; but of one that grows and shrinks with every request the
 * engine keeps the worn-out tables, each holding on to the next, and with them all requests that were in them, until it
 * looks through the whole of its memory.
 */

/** Members that come and go, in no order. */
export class Roster<T> {
  readonly #places: (T | null)[] = [];
  readonly #free: number[] = [];

  /** Takes a member in; what it gives back takes it out again, once. */
  enter(member: T): () => void {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = member;
    return () => {
      if (this.#places[place] !== member) return;
      this.#places[place] = null;
      this.#free.push(place);
    };
  }

  /** Those who are in it now. */
  members(): T[] {
    return this.#places.filter((member) => member !== null);
  }
}
