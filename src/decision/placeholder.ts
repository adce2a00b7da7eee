/** What stands where a secret stood: the same value gives the same words everywhere, and nobody can guess back without the key. */

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const DIGITS = 10;

/**
 * `[[secret:KIND:id]]`, id being the first ten base32 characters of a keyed hash of the value. `hmacHex` gives that
 * hash in hex, at least 13 digits long; the key stays with the caller.
 */
export function placeholder(kind: string, value: string, hmacHex: (value: string) => string): string {
  return `[[secret:${kind}:${idOf(value, hmacHex)}]]`;
}

/** The id of a value by itself. */
export function idOf(value: string, hmacHex: (value: string) => string): string {
  return base32(hmacHex(value));
}

/** Every placeholder in a text, with its place; whoever made it. */
export function placeholdersIn(
  text: string,
): { readonly start: number; readonly end: number; readonly words: string }[] {
  if (!text.includes(OPENING)) return [];
  return [...text.matchAll(SHAPE)].map(({ 0: words, index: start }) => ({ start, end: start + words.length, words }));
}

const OPENING = "[[secret:";
/** Names of patterns, of packs and of guardrails, then an id. */
const SHAPE = /\[\[secret:[\w.@/-]{1,200}:[a-z2-7]{10}\]\]/g;

function base32(hex: string): string {
  // 13 hex digits are 52 bits, which a number holds; ten base32 characters take the first 50.
  let bits = Math.floor(Number.parseInt(hex.slice(0, 13), 16) / 4);
  let text = "";
  for (let i = 0; i < DIGITS; i++) {
    text = ALPHABET[bits % 32] + text;
    bits = Math.floor(bits / 32);
  }
  return text;
}
