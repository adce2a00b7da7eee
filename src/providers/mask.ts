/**
 * Keeps a credential out of what comes back: should a provider, or a proxy before it, repeat the credential in an
 * answer, asterisks of the same length stand in its place, also when it is split over chunks.
 */

/** Shorter values would hit ordinary text. */
const SHORTEST = 8;

/** The same body with every occurrence of `secret` blotted out. */
export function masked(body: AsyncIterable<Uint8Array>, secret: string): AsyncIterable<Uint8Array> {
  if (secret.length < SHORTEST) return body;
  return { [Symbol.asyncIterator]: () => new Masker(body[Symbol.asyncIterator](), Buffer.from(secret)) };
}

class Masker implements AsyncIterator<Uint8Array, undefined> {
  readonly #inner: AsyncIterator<Uint8Array>;
  readonly #secret: Buffer;
  #held: Buffer | null = null;

  constructor(inner: AsyncIterator<Uint8Array>, secret: Buffer) {
    this.#inner = inner;
    this.#secret = secret;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const step = await this.#inner.next();
      if (step.done === true) return this.#last();
      const clean = this.#clean(step.value);
      if (clean.length > 0) return { done: false, value: clean };
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.#inner.return?.();
    return { done: true, value: undefined };
  }

  #last(): IteratorResult<Uint8Array, undefined> {
    const held = this.#held;
    this.#held = null;
    return held === null ? { done: true, value: undefined } : { done: false, value: held };
  }

  #clean(chunk: Uint8Array): Uint8Array {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const whole = this.#held === null ? fresh : Buffer.concat([this.#held, fresh]);
    const blotted = blot(whole, this.#secret);
    const keep = startedAtEnd(blotted, this.#secret);
    this.#held = keep === 0 ? null : Buffer.from(blotted.subarray(blotted.length - keep));
    return keep === 0 ? blotted : blotted.subarray(0, blotted.length - keep);
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
