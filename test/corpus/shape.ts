/**
 * Values made from what is publicly known of a format: `ghp_{n30}{crc}` is a fixed text, 30 letters and digits, and
 * their checksum. Nothing that looks like a credential stands in the repository; every value is made at run time.
 */
import { crc32 } from "node:zlib";
import type { Chance } from "../wire/chance.ts";

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const UPPER = LOWER.toUpperCase();
const DIGITS = "0123456789";

/** One letter names an alphabet. */
const ALPHABETS: Readonly<Record<string, string>> = {
  a: LOWER,
  A: UPPER,
  d: DIGITS,
  x: `${DIGITS}abcdef`,
  X: `${DIGITS}ABCDEF`,
  l: LOWER + DIGITS,
  u: UPPER + DIGITS,
  m: LOWER + UPPER,
  n: LOWER + UPPER + DIGITS,
  w: `${LOWER}${UPPER}${DIGITS}_-`,
  b: `${LOWER}${UPPER}${DIGITS}+/`,
  q: `${UPPER}234567`,
  k: `${LOWER}234567`,
  h: "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
  s: `${LOWER}${UPPER}${DIGITS}!@#%^*-_+?~`,
};

/** So many letters of an alphabet. */
export function letters(chance: Chance, alphabet: string, length: number): string {
  const from = ALPHABETS[alphabet] ?? alphabet;
  return Array.from({ length }, () => from[chance.below(from.length)]).join("");
}

/** A random UUID of version 4. */
export function uuid(chance: Chance): string {
  const x = (length: number): string => letters(chance, "x", length);
  return `${x(8)}-${x(4)}-4${x(3)}-${chance.pick([..."89ab"])}${x(3)}-${x(12)}`;
}

/** Base64 of random bytes. */
export function base64Bytes(chance: Chance, length: number): string {
  return Buffer.from(Array.from({ length }, () => chance.below(256))).toString("base64");
}

/** Base64url of a JSON value, as tokens carry it. */
export function base64Json(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** CRC32 in base 62, six digits, as GitHub and npm end their tokens. */
export function checksum(text: string): string {
  const digits = DIGITS + UPPER + LOWER;
  let rest = crc32(text);
  let out = "";
  for (let i = 0; i < 6; i++) {
    out = digits[rest % 62] + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/**
 * A value of a shape. `{n20}` and `{n20-24}` are letters of an alphabet, `{uuid}` and `{64:30}` (base64 of 30 bytes) what
 * they say, `{crc}` the checksum of the part before it, and `{live|test}` a choice.
 */
export function shaped(chance: Chance, shape: string): string {
  let last = "";
  return shape.replace(/\{([^}]*)\}/g, (_, part: string) => {
    last = partOf(chance, part, last);
    return last;
  });
}

function partOf(chance: Chance, part: string, before: string): string {
  if (part === "uuid") return uuid(chance);
  if (part === "crc") return checksum(before);
  const bytes = /^64:(\d+)$/.exec(part);
  if (bytes) return base64Bytes(chance, Number(bytes[1]));
  const counted = /^([A-Za-z])(\d+)(?:-(\d+))?$/.exec(part);
  if (!counted) return chance.pick(part.split("|"));
  const least = Number(counted[2]);
  const most = Number(counted[3] ?? least);
  return letters(chance, counted[1]!, least + chance.below(most - least + 1));
}
