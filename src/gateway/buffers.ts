/**
 * The memory that bodies may take together. Requests, and answers that are not streams, are held whole; without a bound
 * for all of them many large ones at once would end the process, and everybody's answers with it. Bytes count from when
 * they are here, so a slow sender holds only what it has sent.
 */

/** What all requests under way hold. */
export interface Buffers {
  /** Bytes that are held now. */
  readonly held: number;
  /** A part for one request. */
  share(): Share;
}

/** What one request holds, until it is over. */
export interface Share {
  /** True when so many bytes more would have a place now. */
  fits(bytes: number): boolean;
  /** Takes a place for so many bytes; false, and nothing is taken, when there is none. */
  take(bytes: number): boolean;
  /** Gives everything back. */
  release(): void;
}

/** Room for so many bytes. */
export function createBuffers(most: number): Buffers {
  let held = 0;
  const fits = (bytes: number): boolean => held + bytes <= most;
  return {
    get held() {
      return held;
    },
    share() {
      let own = 0;
      return {
        fits,
        take(bytes) {
          if (!fits(bytes)) return false;
          held += bytes;
          own += bytes;
          return true;
        },
        release() {
          held -= own;
          own = 0;
        },
      };
    },
  };
}
