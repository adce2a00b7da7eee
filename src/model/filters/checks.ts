/** The named checks of patterns: what `check luhn, alone` in a policy means. A check that fails drops what was found. */
import { crc32Base62, iban, luhn, verhoeff } from "./checksums.ts";
import { isCode, isDigest, isPlace, isUuid } from "./code.ts";
import { goesOnName, isPublicName, nameBefore } from "./names.ts";
import { NATIONAL_IDS } from "./national-ids.ts";
import { isPhone } from "./phone.ts";
import { isPlaceholder, isReference } from "./placeholder.ts";
import { looksLikeWords, looksRandom } from "./randomness.ts";
import { isPassword, isToken } from "./secret-shape.ts";

/** What was found, and where. */
export interface Finding {
  readonly value: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

type Check = (finding: Finding) => boolean;

/** Checks of the value alone. */
const OF_VALUE = {
  ...NATIONAL_IDS,
  /** A rest of 0 by ten, as cards have it. */
  luhn,
  iban,
  verhoeff,
  phone: isPhone,
  /** A name, and a host that ends in letters, without a part that is empty. */
  email: (value: string) =>
    /^[^.@][^@]*[^.@]?@(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z]{2,24}$/.test(value) && !value.includes(".."),
  /** The last six characters are the CRC32 of those between the prefix and them. */
  crc32: crc32Base62,
  "signed-token": isSignedToken,
  "user-and-password": isUserAndPassword,
  password: isPassword,
  token: isToken,
  random: looksRandom,
  "not-word": (value: string) => !looksLikeWords(value) || /\d/.test(value),
  "not-placeholder": (value: string) => !isPlaceholder(value),
  "not-reference": (value: string) => !isReference(value),
  "not-code": (value: string) => !isCode(value),
  "not-place": (value: string) => !isPlace(value),
  /** A port, a pair of ports, or a number alone. */
  "not-port": (value: string) => !/^\d[\d:./-]*$/.test(value),
  "not-hash": (value: string) => !isDigest(value),
  "not-uuid": (value: string) => !isUuid(value),
} satisfies Readonly<Record<string, (value: string) => boolean>>;

/** Checks of what stands around the value. */
const IN_PLACE = {
  alone: isAlone,
  "secret-name": ({ text, start }: Finding) => !goesOnName(text, start) && !isPublicName(nameBefore(text, start)),
} satisfies Readonly<Record<string, Check>>;

/** The name of a check that takes no number. */
export type CheckName = keyof typeof OF_VALUE | keyof typeof IN_PLACE;

/** Every name, for messages and the reference. */
export const CHECK_NAMES: readonly CheckName[] = [
  ...(Object.keys(IN_PLACE) as (keyof typeof IN_PLACE)[]),
  ...(Object.keys(OF_VALUE) as (keyof typeof OF_VALUE)[]),
];

/** Whether a finding passes a check. */
export function passes(name: CheckName, finding: Finding): boolean {
  return name in IN_PLACE
    ? IN_PLACE[name as keyof typeof IN_PLACE](finding)
    : OF_VALUE[name as keyof typeof OF_VALUE](finding.value);
}

/** The end of an escape of JSON, of an address, or of a terminal's colours. */
const ESCAPED = /\\(?:[nrtbf]|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})$|%[0-9A-F]{2}$|\[[\d;]{0,4}m$/;

/** Neither side goes on as a word. The letter of an escape (`\n` in a JSON text inside a JSON text) is no word. */
function isAlone({ text, start, end }: Finding): boolean {
  if (isWord(text.charCodeAt(end))) return false;
  if (!isWord(text.charCodeAt(start - 1))) return true;
  const before = text.slice(Math.max(0, start - 6), start);
  return ESCAPED.test(before);
}

/** Outside of the text there is NaN, which is no word. */
function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

/** The first part is base64 of an object with an `alg` or `enc`, as JSON Web Tokens begin. */
function isSignedToken(value: string): boolean {
  return /"(?:alg|enc|typ|kid)"\s*:/.test(decoded(value.split(".")[0] ?? ""));
}

/** Base64 of `user:password`, as Basic authorization has it. */
function isUserAndPassword(value: string): boolean {
  const found = /^([\x20-\x7e]{0,80}):([\x20-\x7e]{3,200})$/.exec(decoded(value));
  if (!found) return false;
  const password = found[2]!;
  return !isPlaceholder(password) && !isReference(password);
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}
