/** Kind C: what people and machines put behind `password`, `secret`, `token`: values without a form of their own. */
import type { Chance } from "../wire/chance.ts";
import { base64Bytes, letters, shaped } from "./shape.ts";

const WORDS = ["autumn", "bicycle", "copper", "dolphin", "falcon", "harbor", "lantern", "maple", "otter", "pepper"];
const YEARS = ["2019", "2023", "2024", "24", "1987"];
const SIGNS = ["!", "#", "@", "*", "+", "?"];

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

/** With letters in place of letters: `F4lc0n`. */
function leet(word: string): string {
  return capital(word).replace(/[aeo]/g, (letter) => ({ a: "4", e: "3", o: "0" })[letter] ?? letter);
}

/** A password as a person makes it: words, digits and a sign. */
export function humanPassword(chance: Chance): string {
  const word = chance.pick(WORDS);
  return chance.pick([
    () => `${capital(word)}${chance.pick(YEARS)}${chance.pick(SIGNS)}`,
    () => `${leet(word)}${chance.pick(SIGNS)}${letters(chance, "d", 3)}`,
    () => `${leet(word)}&${letters(chance, "n", 4)}`,
    () => `${word}-${chance.pick(WORDS)}-${letters(chance, "d", 3)}`,
    () => `${capital(word)}${capital(chance.pick(WORDS))}${letters(chance, "d", 2)}${chance.pick(SIGNS)}`,
    () => `${word}${letters(chance, "d", 4)}`,
  ])();
}

/** A password as a generator makes it. */
export function randomPassword(chance: Chance): string {
  return letters(chance, "s", 12 + chance.below(14));
}

/** One with letters and digits only, which stands anywhere unquoted. */
export function plainPassword(chance: Chance): string {
  return chance.pick([
    () => letters(chance, "n", 10 + chance.below(16)),
    () => letters(chance, "l", 12 + chance.below(12)),
    () => humanPassword(chance).replace(/[^A-Za-z0-9-]/g, "7"),
  ])();
}

/** Any of them. */
export function anyPassword(chance: Chance): string {
  return chance.pick([humanPassword, randomPassword, plainPassword])(chance);
}

/** A key or token without a prefix. */
export function randomToken(chance: Chance): string {
  return chance.pick([
    () => letters(chance, "x", chance.pick([32, 40, 48, 64])),
    () => letters(chance, "n", 20 + chance.below(44)),
    () => letters(chance, "w", 24 + chance.below(40)),
    () => base64Bytes(chance, chance.pick([18, 24, 32, 48])),
    () => shaped(chance, "{uuid}"),
    () => shaped(chance, "{a3}_{n28}"),
  ])();
}
