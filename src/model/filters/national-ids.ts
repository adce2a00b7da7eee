/**
 * The checks of numbers that states give to persons, by the country's letters. Each is public arithmetic; a number that
 * does not pass it was never given to anybody.
 */
import { digitsOf, luhn, remainder, verhoeff, weighed } from "./checksums.ts";

type Check = (value: string) => boolean;

/** A check over a fixed count of digits. */
function ofDigits(count: number, check: (digits: readonly number[], text: string) => boolean): Check {
  return (value) => {
    const digits = digitsOf(value);
    if (digits === null || digits.length !== count || new Set(digits).size === 1) return false;
    return check(digits, digits.join(""));
  };
}

function isDay(day: number, month: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

const number = (digits: readonly number[], from: number, to: number): number => Number(digits.slice(from, to).join(""));

/** Social security numbers: areas, groups and serials that were never given, and those of advertisements. */
const ssnUs = ofDigits(9, (_, text) => {
  const area = text.slice(0, 3);
  if (area === "000" || area === "666" || area >= "900") return false;
  if (text.slice(3, 5) === "00" || text.slice(5) === "0000") return false;
  return !["078051120", "219099999", "457555462", "123456789", "987654321"].includes(text);
});

const ninoUk: Check = (value) => {
  const bare = value.replace(/[\s-]/g, "").toUpperCase();
  return /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/.test(bare) && !/^(?:BG|GB|KN|NK|NT|TN|ZZ|QQ)/.test(bare);
};

const nhsUk = ofDigits(10, (digits) => {
  const check = (11 - (weighed(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return check === digits[9];
});

/** The tax number: one digit of the first ten stands twice or three times; ISO 7064, mod 11, 10. */
const taxDe = ofDigits(11, (digits) => {
  const counts = digits.slice(0, 10).reduce((all, digit) => all.set(digit, (all.get(digit) ?? 0) + 1), new Map());
  const repeated = [...counts.values()].filter((count) => count > 1);
  return digits[0] !== 0 && repeated.length === 1 && repeated[0] <= 3 && iso7064(digits);
});

/** ISO 7064, mod 11, 10. */
function iso7064(digits: readonly number[]): boolean {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (digit + product) % 10;
    product = ((sum === 0 ? 10 : sum) * 2) % 11;
  }
  return (11 - product) % 10 === digits.at(-1);
}

/** The number of the social insurance, Corsica's departments as 19 and 18. */
const inseeFr: Check = (value) => {
  const bare = value.replace(/[\s.-]/g, "").toUpperCase();
  const found = /^([12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d{2}|2[AB])\d{6})(\d{2})$/.exec(bare);
  if (!found) return false;
  const plain = found[1]!.replace("2A", "19").replace("2B", "18");
  return 97 - remainder(plain, 97) === Number(found[2]);
};

const DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const dniEs: Check = (value) => {
  const bare = value.replace(/[\s-]/g, "").toUpperCase();
  if (!/^[XYZ\d]\d{7}[A-Z]$/.test(bare)) return false;
  const plain = bare.slice(0, 8).replace(/^[XYZ]/, (letter) => String("XYZ".indexOf(letter)));
  return DNI_LETTERS[Number(plain) % 23] === bare[8];
};

/** What a character at an odd place of the codice fiscale counts; digits count as the first ten letters. */
const CF_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const cfIt: Check = (value) => {
  const bare = value.toUpperCase();
  if (!/^[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/.test(bare)) return false;
  const rank = (char: string): number => (/\d/.test(char) ? Number(char) : char.charCodeAt(0) - 65);
  const sum = [...bare.slice(0, 15)].reduce(
    (all, char, at) => all + (at % 2 === 0 ? CF_ODD[rank(char)]! : rank(char)),
    0,
  );
  return sum % 26 === rank(bare[15]!);
};

const bsnNl = ofDigits(9, (digits) => weighed(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0);

/** The last digits of Brazil's numbers: weights from the left, a rest below 2 counts as 0. */
function brazil(digits: readonly number[], weights: readonly number[]): boolean {
  const rest = weighed(digits, weights) % 11;
  return (rest < 2 ? 0 : 11 - rest) === digits[weights.length];
}
const cpfBr = ofDigits(
  11,
  (digits) => brazil(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) && brazil(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]),
);
const cnpjBr = ofDigits(
  14,
  (digits) =>
    brazil(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) && brazil(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]),
);

const aadhaarIn = ofDigits(12, (digits, text) => digits[0]! >= 2 && verhoeff(text));

const personnummerSe: Check = (value) => {
  const found = /^(?:\d{2})?(\d{2})(\d{2})(\d{2})[-+]?(\d{4})$/.exec(value);
  if (!found) return false;
  const [, year, month, day, serial] = found as unknown as [string, string, string, string, string];
  return isDay(Number(day) % 60, Number(month)) && luhn(year + month + day + serial);
};

const HETU_SIGNS = "0123456789ABCDEFHJKLMNPRSTUVWXY";
const hetuFi: Check = (value) => {
  const found = /^(\d{2})(\d{2})(\d{2})[-+A-FU-Y](\d{3})([0-9A-Y])$/.exec(value.toUpperCase());
  if (!found) return false;
  const [, day, month, year, serial, sign] = found as unknown as [string, string, string, string, string, string];
  return isDay(Number(day), Number(month)) && HETU_SIGNS[Number(day + month + year + serial) % 31] === sign;
};

const peselPl = ofDigits(11, (digits) => {
  const month = number(digits, 2, 4) % 20;
  return isDay(number(digits, 4, 6), month) && weighed(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0;
});

const fnrNo = ofDigits(11, (digits) => {
  const day = number(digits, 0, 2) % 40;
  return (
    isDay(day, number(digits, 2, 4) % 40) &&
    weighed(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
    weighed(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
  );
});

/** Numbers given since 2007 need not pass the old sum, so the day of birth is all there is. */
const cprDk: Check = (value) => {
  const found = /^(\d{2})(\d{2})\d{2}-?\d{4}$/.exec(value);
  return found !== null && isDay(Number(found[1]), Number(found[2]));
};

const rrnBe = ofDigits(11, (digits, text) => {
  const body = text.slice(0, 9);
  const check = Number(text.slice(9));
  const isBirth = number(digits, 2, 4) % 20 <= 12 && number(digits, 4, 6) <= 31;
  return isBirth && (97 - remainder(body, 97) === check || 97 - remainder(`2${body}`, 97) === check);
});

/** AHV numbers: 756 and the check of a bar code. */
const ahvCh = ofDigits(13, (digits, text) => {
  return text.startsWith("756") && weighed(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
});

const svnrAt = ofDigits(10, (digits) => {
  const check = weighed(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
  return isDay(number(digits, 4, 6), number(digits, 6, 8)) && check === digits[3];
});

const nifPt = ofDigits(9, (digits) => {
  const check = 11 - (weighed(digits, [9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return [1, 2, 3, 5, 6, 8, 9].includes(digits[0]!) && (check > 9 ? 0 : check) === digits[8];
});

const rodneCisloCz: Check = (value) => {
  const bare = value.replace("/", "");
  if (!/^\d{10}$/.test(bare)) return false;
  const month = Number(bare.slice(2, 4)) % 50;
  return isDay(Number(bare.slice(4, 6)), month > 20 ? month - 20 : month) && Number(bare) % 11 === 0;
};

const tcTr = ofDigits(11, (digits) => {
  const odd = weighed(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const even = weighed(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
  const sum = weighed(
    digits,
    Array.from({ length: 10 }, () => 1),
  );
  return digits[0] !== 0 && (((odd * 7 - even) % 10) + 10) % 10 === digits[9] && sum % 10 === digits[10];
});

const ppsIe: Check = (value) => {
  const found = /^(\d{7})([A-W])([A-IW]?)$/.exec(value.toUpperCase());
  if (!found) return false;
  const second = found[3] === "" || found[3] === "W" ? 0 : (found[3]!.charCodeAt(0) - 64) * 9;
  const sum = weighed(Array.from(found[1]!, Number), [8, 7, 6, 5, 4, 3, 2]) + second;
  return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] === found[2];
};

const CN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const residentCn: Check = (value) => {
  if (!/^[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]$/.test(value)) return false;
  return "10X98765432"[weighed(Array.from(value.slice(0, 17), Number), CN_WEIGHTS) % 11] === value[17]!.toUpperCase();
};

const rrnKr = ofDigits(13, (digits) => {
  const check = (11 - (weighed(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10;
  return isDay(number(digits, 4, 6), number(digits, 2, 4)) && check === digits[12];
});

const myNumberJp = ofDigits(12, (digits) => {
  const rest = weighed(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest < 2 ? 0 : 11 - rest) === digits[11];
});

const nricSg: Check = (value) => {
  const found = /^([STFGM])(\d{7})([A-Z])$/.exec(value.toUpperCase());
  if (!found) return false;
  const series = found[1]!;
  const offset = series === "T" || series === "G" ? 4 : series === "M" ? 3 : 0;
  const rest = (weighed(Array.from(found[2]!, Number), [2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
  const letters = "ST".includes(series) ? "JZIHGFEDCBA" : series === "M" ? "KLJNPQRTUWX" : "XWUTRQPNMLK";
  return letters[series === "M" ? 10 - rest : rest] === found[3];
};

const tfnAu = ofDigits(9, (digits) => weighed(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0);
const sinCa = ofDigits(9, (digits, text) => digits[0] !== 0 && digits[0] !== 8 && luhn(text));
const idZa = ofDigits(13, (digits, text) => isDay(number(digits, 4, 6), number(digits, 2, 4)) && luhn(text));

const curpMx: Check = (value) =>
  /^[A-Z][AEIOUX][A-Z]{2}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z\d]\d$/.test(
    value.toUpperCase(),
  );

const cuitAr = ofDigits(11, (digits, text) => {
  const check = 11 - (weighed(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
  return /^(?:2[03478]|3[034])/.test(text) && (check === 11 ? 0 : check) === digits[10];
});

/** Every check, under the name that policies call it by. */
export const NATIONAL_IDS = {
  "aadhaar-in": aadhaarIn,
  "ahv-ch": ahvCh,
  "bsn-nl": bsnNl,
  "cnpj-br": cnpjBr,
  "codice-fiscale-it": cfIt,
  "cpf-br": cpfBr,
  "cpr-dk": cprDk,
  "cuit-ar": cuitAr,
  "curp-mx": curpMx,
  "dni-es": dniEs,
  "fodselsnummer-no": fnrNo,
  "hetu-fi": hetuFi,
  "id-za": idZa,
  "insee-fr": inseeFr,
  "my-number-jp": myNumberJp,
  "nhs-uk": nhsUk,
  "nif-pt": nifPt,
  "nino-uk": ninoUk,
  "nric-sg": nricSg,
  "personnummer-se": personnummerSe,
  "pesel-pl": peselPl,
  "pps-ie": ppsIe,
  "resident-id-cn": residentCn,
  "rodne-cislo-cz": rodneCisloCz,
  "rrn-be": rrnBe,
  "rrn-kr": rrnKr,
  "sin-ca": sinCa,
  "ssn-us": ssnUs,
  "svnr-at": svnrAt,
  "tax-id-de": taxDe,
  "tc-kimlik-tr": tcTr,
  "tfn-au": tfnAu,
} satisfies Readonly<Record<string, Check>>;
