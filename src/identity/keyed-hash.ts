/**
 * Keyed hashes of short values (HMAC with SHA-256), one or more for each request. Made of two plain hashes, as the
 * definition has it: Node makes an object with a stream for each HMAC, which costs more than both.
 */
import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;

/** The hash under a secret, in hex. */
export function createKeyedHash(secret: Uint8Array): (value: string) => string {
  const key = secret.length > BLOCK_BYTES ? hash("sha256", secret, "buffer") : secret;
  const inner = padded(key, 0x36);
  const outer = Buffer.concat([padded(key, 0x5c), Buffer.alloc(HASH_BYTES)]);
  return (value) => {
    const message = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(value));
    message.set(inner);
    message.write(value, BLOCK_BYTES);
    outer.set(hash("sha256", message, "buffer"), BLOCK_BYTES);
    return hash("sha256", outer, "hex");
  };
}

function padded(key: Uint8Array, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, pad);
  for (const [at, byte] of key.entries()) block[at] = byte ^ pad;
  return block;
}
