/** What stands in a secret's place goes through answers, tools and histories: no pattern that ships may find it again. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { placeholder } from "../../src/decision/placeholder.ts";
import { shippedPacks } from "../model/policies.ts";
import { scannerOfPacks } from "./scan.ts";

const PACKS = ["secrets", "pii"] as const;
const PLACES: readonly ((words: string) => string)[] = [
  (words) => `You said: ${words} ok?`,
  (words) => `postgres://app:${words}@db.internal/orders`,
  (words) => `password: ${words}\nAPI_KEY="${words}"\n`,
  (words) => `{"token":"${words}"}`,
];
const hmac = (value: string): string => createHmac("sha256", "a key of the test").update(value).digest("hex");

test("no pattern of the packs finds the placeholder of any of them", () => {
  const scan = scannerOfPacks(...PACKS);
  const packs = shippedPacks();
  const kinds = PACKS.flatMap((pack) =>
    packs.get(pack)!.declarations.flatMap((it) => (it.kind === "pattern" ? [`${pack}.${it.name.text}`] : [])),
  );
  assert.ok(kinds.includes("secrets.url-password"));
  const found = new Set<string>();
  for (const kind of kinds) {
    for (const value of ["one", "two", "three", "four"]) {
      const words = placeholder(kind, value, hmac);
      for (const place of PLACES) {
        const text = place(words);
        for (const { pattern, start, end } of scan(text)) found.add(`${pattern}: ${text.slice(start, end)} in ${text}`);
      }
    }
  }
  assert.deepEqual([...found], []);
});
