/**
 * Gateway keys: how they are made and what a well-made one looks like. A key is `gk_`, 32 characters that carry 160
 * random bits, and 6 characters of checksum, so that a slip of the hand is told apart from a revoked key and secret
 * scanners can know one for certain. Only the SHA-256 of a key is ever stored; its entropy makes a salt needless.
 */
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";

/** What every gateway key begins with. */
export const PREFIX = "gk_";

/** Crockford's alphabet: no i, l, o, u, so that a key can be read out. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const RANDOM_BYTES = 20;
const SHAPE = new RegExp(`^${PREFIX}[${ALPHABET}]{38}$`);
const ANYWHERE = new RegExp(`${PREFIX}[${ALPHABET}]{38}`, "g");
const CHECKSUM_LENGTH = 6;

/** A new key: shown once to its owner, and the digest that goes into the policy. */
export interface Minted {
  readonly key: string;
  /** SHA-256 of the key, 64 hex digits. */
  readonly digest: string;
}

/** Makes a key from a source of random bytes. */
export function mintKey(randomBytes: (size: number) => Uint8Array): Minted {
  const head = PREFIX + base32(randomBytes(RANDOM_BYTES));
  const key = head + checksum(head);
  return { key, digest: digestOf(key) };
}

/** True when the text has the form of a gateway key and its checksum is right. */
export function wellFormed(key: string): boolean {
  return SHAPE.test(key) && key.endsWith(checksum(key.slice(0, -CHECKSUM_LENGTH)));
}

/** The text without the gateway keys that stand in it: some clients put theirs where nobody looks for one. */
export function withoutKeys(text: string): string {
  return text.includes(PREFIX) ? text.replace(ANYWHERE, `${PREFIX}...`) : text;
}

/** SHA-256 of a presented key, 64 hex digits: how a table finds it. */
export function digestOf(key: string): string {
  return hash("sha256", key, "hex");
}

/** The first 8 hex digits of a digest: enough to find its `sha256:` line in a policy, useless to an attacker. */
export function fingerprintOf(digest: string): string {
  return digest.slice(0, 8);
}

/** The low 30 bits of CRC-32 in 6 characters. */
function checksum(head: string): string {
  const crc = crc32(head);
  let text = "";
  for (let shift = 25; shift >= 0; shift -= 5) text += ALPHABET[(crc >>> shift) & 31];
  return text;
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(buffer >>> (bits - 5)) & 31];
    buffer &= 31;
  }
  return text;
}
