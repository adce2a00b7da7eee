/** The `pii` pack: what it finds among other text, and that texts without persons in them are left alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { corpusOf } from "./corpus.ts";
import { independentCorpus } from "./independent/set.ts";
import { scannerOfPacks } from "./scan.ts";

const scan = scannerOfPacks("pii");

const found = (text: string): string[] =>
  scan(text).map(({ pattern, start, end }) => `${pattern.replace("pii.", "")}: ${text.slice(start, end)}`);

test("persons are found in files, logs and talk", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      "Kari Nordmann <kari@fjordbank.no>, tlf +47 22 12 34 56, fødselsnummer 15076500565.",
      ["email: kari@fjordbank.no", "phone: +47 22 12 34 56", "fodselsnummer-no: 15076500565"],
    ],
    [
      '{"iban":"DE89370400440532013000","card_number":"5555555555554444","ssn":"536-90-4399"}',
      ["iban: DE89370400440532013000", "card-number: 5555555555554444", "ssn-us: 536-90-4399"],
    ],
    [
      "id,mail,cpf\n1,ana.souza@banco.com.br,529.982.247-25\n",
      ["email: ana.souza@banco.com.br", "cpf-br: 529.982.247-25"],
    ],
    [
      "INFO checkout paid with 4111 1111 1111 1111 by mario.rossi@posta.it (CF RSSMRA85T10A562S)",
      ["card: 4111 1111 1111 1111", "email: mario.rossi@posta.it", "codice-fiscale-it: RSSMRA85T10A562S"],
    ],
    [
      "Mobile: 0664 123 45 67, phone_number=(415) 555-2671, tel 0033 6 12 34 56 78",
      ["phone-named: 0664 123 45 67", "phone-named: (415) 555-2671", "phone-named: 0033 6 12 34 56 78"],
    ],
    [
      "IBAN DE89-3704-0044-0532-0130-00 (iban: at611904300234573201), Diners 3056 930902 5904, mi DNI es 12345678Z",
      [
        "iban: DE89-3704-0044-0532-0130-00",
        "iban: at611904300234573201",
        "card: 3056 930902 5904",
        "dni-es: 12345678Z",
      ],
    ],
  ];
  for (const [text, expected] of cases) assert.deepEqual(found(text), expected);
});

test("code, ids, hashes, lock files and talk about persons are left alone", () => {
  const innocent = [...corpusOf("open"), ...corpusOf("held out"), ...independentCorpus(7)].filter(
    ({ family }) => family === "negative",
  );
  const touched = innocent.filter(({ text }) => scan(text).some(({ pattern }) => pattern !== "pii.email"));
  assert.deepEqual(
    touched.map(({ kind, text }) => `${kind}: ${found(text)}`),
    [],
  );
});
