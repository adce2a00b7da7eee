/** Checks that numbers and tokens carry in themselves. Pure arithmetic over their digits. */

/** Digits of a text, spaces and hyphens left out; null when anything else stands in it. */
export function digitsOf(text: string): number[] | null {
  const bare = text.replace(/[\s.\-/]/g, "");
  return /^\d+$/.test(bare) ? Array.from(bare, Number) : null;
}

/** The check of payment cards, and of many ids: every second digit doubled, a sum that 10 divides. */
export function luhn(value: string): boolean {
  const digits = digitsOf(value);
  if (digits === null || digits.length < 2 || digits.every((digit) => digit === digits[0])) return false;
  const sum = digits.reverse().reduce((all, digit, at) => {
    const weighed = at % 2 === 1 ? digit * 2 : digit;
    return all + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

/** Lengths of the account numbers of the countries of the IBAN registry. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 " +
    "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 " +
    "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 " +
    "RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** An IBAN: a country's length, and 1 as the rest of the rearranged number by 97. */
export function iban(value: string): boolean {
  const bare = value.replace(/[\s-]/g, "").toUpperCase();
  if (IBAN_LENGTHS[bare.slice(0, 2)] !== bare.length || !/^[A-Z]{2}\d{2}[A-Z0-9]+$/.test(bare)) return false;
  return remainder(lettersAsNumbers(bare.slice(4) + bare.slice(0, 4)), 97) === 1;
}

/** `A` as 10 to `Z` as 35. */
function lettersAsNumbers(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
}

/** The rest of a long number of digits. */
export function remainder(digits: string, by: number): number {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % by;
  return rest;
}

/** Sum of digits times weights. */
export function weighed(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * (digits[at] ?? 0), 0);
}

// The multiplication of the dihedral group of ten, and the powers of its permutation, as Verhoeff laid them down.
const TIMES = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
];
const TURNS = [
  "0123456789",
  "1576283094",
  "5803796142",
  "8916043527",
  "9453126870",
  "4286573901",
  "2793806415",
  "7046913258",
];

/** The check of Aadhaar numbers. */
export function verhoeff(value: string): boolean {
  const digits = digitsOf(value);
  if (digits === null) return false;
  const sum = digits.reverse().reduce((all, digit, at) => Number(TIMES[all]![Number(TURNS[at % 8]![digit])]), 0);
  return sum === 0;
}

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Tokens of GitHub and npm: behind their prefix 30 characters and then their CRC32 as six digits of base 62. */
export function crc32Base62(value: string): boolean {
  const body = value.slice(value.indexOf("_") + 1);
  if (body.length < 12) return false;
  const expected = [...body.slice(-6)].reduce((sum, digit) => sum * 62 + BASE62.indexOf(digit), 0);
  return crc32(body.slice(0, -6)) === expected;
}

/** CRC-32 of a text of ASCII, as in gzip. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
