/**
 * Keeps a credential out of what comes back: should a provider, or a proxy before it, repeat the credential in an
 * answer, asterisks of the same length stand in its place, also when it is split over chunks.
 */

/** Shorter values would hit ordinary text. */
const SHORTEST = 8;

/** Blots a secret out of bytes that come piece by piece. */
export interface Mask {
  /** The piece that may go on; a beginning of the secret at its end stays behind for the next one. */
  clean(chunk: Buffer): Buffer;
  /** What stayed behind when no piece follows. */
  rest(): Buffer;
}

const NOTHING = Buffer.alloc(0);

/** A mask for one body; null for a value too short to be told from text. */
export function createMask(secret: string): Mask | null {
  return secret.length < SHORTEST ? null : new Masker(Buffer.from(secret));
}

/** The same body with every occurrence of the secret blotted out. */
export async function* masked(body: AsyncIterable<Uint8Array>, mask: Mask): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    const clean = mask.clean(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (clean.length > 0) yield clean;
  }
  const rest = mask.rest();
  if (rest.length > 0) yield rest;
}

class Masker implements Mask {
  readonly #secret: Buffer;
  #held: Buffer = NOTHING;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  clean(chunk: Buffer): Buffer {
    const whole = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const blotted = blot(whole, this.#secret);
    const keep = startedAtEnd(blotted, this.#secret);
    this.#held = keep === 0 ? NOTHING : Buffer.from(blotted.subarray(blotted.length - keep));
    return keep === 0 ? blotted : blotted.subarray(0, blotted.length - keep);
  }

  rest(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }
}

function blot(bytes: Buffer, secret: Buffer): Buffer {
  let at = bytes.indexOf(secret);
  if (at < 0) return bytes;
  const copy = Buffer.from(bytes);
  for (; at >= 0; at = copy.indexOf(secret, at + secret.length)) copy.fill("*", at, at + secret.length);
  return copy;
}

/** How many bytes at the end could be the beginning of the secret. */
function startedAtEnd(bytes: Buffer, secret: Buffer): number {
  const first = secret[0];
  for (let size = Math.min(secret.length - 1, bytes.length); size > 0; size--) {
    const from = bytes.length - size;
    if (bytes[from] === first && bytes.compare(secret, 0, size, from) === 0) return size;
  }
  return 0;
}
