/** What stands where a secret stood: the same value gives the same words everywhere, and nobody can guess back without the key. */

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const DIGITS = 10;

/**
 * `[[secret:KIND:id]]`, id being the first ten base32 characters of a keyed hash of the value. `hmacHex` gives that
 * hash in hex, at least 13 digits long; the key stays with the caller.
 */
export function placeholder(kind: string, value: string, hmacHex: (value: string) => string): string {
  return `[[secret:${kind}:${base32(hmacHex(value))}]]`;
}

function base32(hex: string): string {
  let bits = 0n;
  for (const digit of hex.slice(0, 13)) bits = (bits << 4n) | BigInt(Number.parseInt(digit, 16));
  // 13 hex digits are 52 bits; ten base32 characters take the first 50.
  bits >>= 2n;
  let text = "";
  for (let i = 0; i < DIGITS; i++) {
    text = ALPHABET[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return text;
}
