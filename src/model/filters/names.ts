/** The name before a value: whether it speaks of a secret, or of something that only sounds like one. */

import { looksRandom } from "./randomness.ts";

const NEAR = 100;

/** What stands between a name and its value: quotes, signs, and words such as `value`. */
const BETWEEN =
  /(?:["'`\\\s:=>,|([{&*+?-]|\bis\b|\bvalue\b|\bstring\b|\bString\b|\bstr\b|\bdefault\b|\btype\b|<\/key>|<string>)*$/;

/** The words directly before a place, as one name: `x-api-key`, `next page token`. */
export function nameBefore(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - NEAR), start).replace(BETWEEN, "");
  return /[\w.$@-]+(?:[ \t][\w-]+){0,2}$/.exec(before)?.[0] ?? "";
}

/** Ends in a name of a place where a secret is kept, or in one that this gateway has put in a secret's place. */
const KEPT = /\barn:[\w:./-]{5,90}$|\[\[secret:[\w.@/-]{0,80}:?$/;

/** Whether what stands before a value makes it a part of a longer name: `arn:…:secret:`, `[[secret:password:`. */
export function goesOnName(text: string, start: number): boolean {
  return KEPT.test(text.slice(Math.max(0, start - NEAR), start));
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}

/** What a secret is called. */
const NOUNS = wordSet("key keys token tokens secret secrets password passwd pwd credential credentials");

/** Before one of these nouns: keys that open nothing, and tokens that are pieces of text or places in a list. */
const OPEN_BEFORE: Readonly<Record<string, ReadonlySet<string>>> = {
  key: wordSet(
    "primary foreign partition sort cache idempotency row object hash data range index unique natural " +
      "composite sequence bucket hot map group grouping dedup shard routing site recaptcha translation i18n locale press " +
      "storage query react list item registry anon websocket socket gpg pgp",
  ),
  token: wordSet(
    "next page continuation sync resume cursor cancel cancellation pagination start end lexer parser current last " +
      "first special bos eos pad unk stop input output prompt completion total max min num count device design css theme " +
      "color syntax lock",
  ),
};

/** Behind it: something about the secret, and not the secret. */
const BEHIND = wordSet(
  "id ids name names length len size type types path paths file files usage code board count limit limits url uri endpoint " +
    "host arn version index field column label hint hash digest checksum fingerprint header prefix suffix format algorithm " +
    "alg rotation policy ttl expiry expires expiration age status state store ring chain space word words frame ref reference " +
    "selector manager provider service source min max reset strength input placeholder question text message title " +
    "description regex pattern validator rule rules schema map set list array js mjs cjs ts jsx tsx py go rb rs java kt c h " +
    "cpp cs php sh sql md txt json yaml yml toml html css png svg pem crt zip gz tar lock",
);

/** Names of what is public and looks drawn by chance. */
const PUBLIC = wordSet(
  "integrity checksum etag commit revision sha sha1 sha256 sha384 sha512 md5 digest signature nonce uuid guid keyword author " +
    "keyboard tokenizer",
);

/** Whether a name that holds a word such as `key` speaks of something public: `publicKey`, `max_tokens`, `key-id`. */
export function isPublicName(name: string): boolean {
  // The end of a base64 text is no name, whatever words stand in it by chance.
  if (DRAWN.test(name) && looksRandom(name)) return true;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const at = words.findLastIndex((word) => NOUNS.has(word));
  if (at < 0) return PUBLIC.has(words.at(-1) ?? "");
  const noun = words[at]!.replace(/s$/, "");
  const before = words[at - 1] ?? "";
  // `storage key` is one for a store of the browser, but with a cloud's name before it opens the cloud's.
  const opens = words.slice(0, at).some((word) => CLOUDS.has(word));
  if (words.slice(0, at).some((word) => PUBLISHED.has(word))) return true;
  return (!opens && (OPEN_BEFORE[noun]?.has(before) ?? false)) || BEHIND.has(words[at + 1] ?? "");
}

const DRAWN = /^[A-Za-z0-9]{16,}$/;
const PUBLISHED = wordSet("public pub publishable");
const CLOUDS = wordSet("azure aws gcp google account");
