/** Check digits: numbers that makers and states publish as examples, the same with a slip, and all that chance finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckName, passes } from "../../../src/model/filters/checks.ts";
import { crc32, digitsOf } from "../../../src/model/filters/checksums.ts";
import { NATIONAL_IDS } from "../../../src/model/filters/national-ids.ts";
import { chanceOf } from "../../wire/chance.ts";

const holds = (name: CheckName, value: string): boolean =>
  passes(name, { value, text: value, start: 0, end: value.length });

/** Numbers that pass, by check: test numbers and examples out of public documents. */
const GOOD: Readonly<Record<string, readonly string[]>> = {
  luhn: ["4111 1111 1111 1111", "5555555555554444", "378282246310005"],
  iban: ["DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "FR1420041010050500013M02606", "NO9386011117947"],
  verhoeff: ["2363"],
  "ssn-us": ["536-90-4399", "123-45-6780"],
  "nino-uk": ["AB 12 34 56 C", "AB123456A"],
  "nhs-uk": ["943 476 5919"],
  "tax-id-de": ["86095742719", "47036892816", "65929970489"],
  "insee-fr": ["2 55 08 14 168 025 38", "1 80 03 2A 123 456 52"],
  "dni-es": ["12345678Z", "X1234567L", "Y1234567X"],
  "codice-fiscale-it": ["RSSMRA85T10A562S", "MRTMTT91D08F205J"],
  "bsn-nl": ["111222333", "123456782"],
  "rrn-be": ["85.07.30-033.28", "17073003384"],
  "ahv-ch": ["756.9217.0769.85", "756.1234.5678.97"],
  "svnr-at": ["1237010180"],
  "nif-pt": ["123456789", "501964843"],
  "pps-ie": ["1234567T", "1234567FA"],
  "personnummer-se": ["811228-9874", "19811228-9874"],
  "fodselsnummer-no": ["15076500565"],
  "cpr-dk": ["070761-4285"],
  "hetu-fi": ["131052-308T"],
  "pesel-pl": ["44051401359", "02070803628"],
  "rodne-cislo-cz": ["736028/5163"],
  "tc-kimlik-tr": ["10000000146"],
  "cpf-br": ["529.982.247-25", "111.444.777-35"],
  "cnpj-br": ["11.222.333/0001-81"],
  "cuit-ar": ["20-17254359-7"],
  "curp-mx": ["HEGG560427MVZRRL04"],
  "aadhaar-in": ["2341 2341 2346"],
  "resident-id-cn": ["11010519491231002X"],
  "rrn-kr": ["970312-1234568"],
  "my-number-jp": ["123456789018"],
  "nric-sg": ["S1234567D", "T1234567J", "F1234567N", "G1234567X"],
  "tfn-au": ["123 456 782"],
  "sin-ca": ["130 692 544"],
  "id-za": ["8001015009087"],
};

/** The next digit or letter, in the last place or wherever one is. */
function withSlip(value: string): string {
  const at = value.search(/[0-9A-Z](?=[^0-9A-Z]*$)/);
  const digits = "0123456789";
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const row = digits.includes(value[at]!) ? digits : letters;
  return value.slice(0, at) + row[(row.indexOf(value[at]!) + 1) % row.length] + value.slice(at + 1);
}

/** The form alone is checked: no digit depends on the others. */
const WITHOUT_CHECK_DIGIT = new Set(["ssn-us", "nino-uk", "cpr-dk", "curp-mx"]);

for (const [name, numbers] of Object.entries(GOOD)) {
  test(`${name} holds for its examples, and not for one with a slip`, () => {
    for (const number of numbers) {
      assert.ok(holds(name as CheckName, number), number);
      if (!WITHOUT_CHECK_DIGIT.has(name)) assert.ok(!holds(name as CheckName, withSlip(number)), withSlip(number));
    }
  });
}

test("every number of a state has an example here", () => {
  assert.deepEqual(
    Object.keys(NATIONAL_IDS).filter((name) => !(name in GOOD)),
    [],
  );
});

test("numbers that were never given are no numbers", () => {
  const never: readonly (readonly [CheckName, string])[] = [
    ["ssn-us", "000-12-3456"],
    ["ssn-us", "666-12-3456"],
    ["ssn-us", "912-12-3456"],
    ["ssn-us", "078-05-1120"],
    ["nino-uk", "QQ123456A"],
    ["luhn", "0000 0000 0000 0000"],
    ["iban", "DE8937040044053201300"],
    ["iban", "XX89370400440532013000"],
    ["cpf-br", "111.111.111-11"],
    ["cpr-dk", "311361-4285"],
    ["hetu-fi", "131352-308T"],
    ["aadhaar-in", "1234 1234 1234"],
  ];
  for (const [name, value] of never) assert.ok(!holds(name, value), `${name} ${value}`);
});

test("check digits keep out nine of ten numbers and more", () => {
  const chance = chanceOf(9);
  for (const [name, [example = ""]] of Object.entries(GOOD)) {
    if (WITHOUT_CHECK_DIGIT.has(name)) continue;
    const drawn = (): string => example.replace(/\d/g, () => String(chance.below(10)));
    const passed = Array.from({ length: 500 }, drawn).filter((value) => holds(name as CheckName, value));
    assert.ok(passed.length < 80, `${name}: ${passed.length} of 500`);
  }
});

test("the sum of tokens is that of gzip, over what stands between prefix and sum", () => {
  assert.equal(crc32("123456789"), 0xcbf43926);
  const body = "0123456789abcdefghijABCDEFGHIJ";
  const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  let rest = crc32(body);
  let sum = "";
  for (let i = 0; i < 6; i++) {
    sum = digits[rest % 62] + sum;
    rest = Math.floor(rest / 62);
  }
  assert.ok(holds("crc32", `ghx_${body}${sum}`));
  assert.ok(!holds("crc32", `ghx_${body}${sum.slice(0, -1)}!`));
  assert.ok(!holds("crc32", "ghx_short"));
});

test("digits may be written in groups, and nothing else may stand among them", () => {
  assert.deepEqual(digitsOf("12 34-5.6/7"), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(digitsOf("12a"), null);
});
