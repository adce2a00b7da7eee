/**
 * Whether the value behind a name such as `password` or `api_key` is a secret by its shape: by what it is made of, which a
 * few comparisons tell, and by what it is not (a placeholder, a reference, code, a place), which takes many expressions.
 * Most values behind such names are words of a program, so that the former is asked first.
 */
import { isCode, isDigest, isPlace, isUuid } from "./code.ts";
import { isPlaceholder, isReference } from "./placeholder.ts";
import { entropyOf, looksLikeWords, looksRandom, looksUnspoken } from "./randomness.ts";

const SIGNS = /[^A-Za-z0-9\s._/:,;()[\]{}"'`=\\-]/;

/** A password: short ones count, and so do those of words and digits; a plain word does not. */
export function isPassword(value: string): boolean {
  if (value.length < 6 || value.length > 200) return false;
  if (!(isDigest(value) ? HEXADECIMAL_KEY.test(value) : isMadeUp(value))) return false;
  if (isPlaceholder(value) || isReference(value) || isPlace(value) || isCode(value)) return false;
  return !IDENTIFIER.test(value) && !SENTENCE.test(value) && !RULES.test(value);
}

/** Made of more than words. */
function isMadeUp(value: string): boolean {
  const digits = value.match(/\d/g)?.length ?? 0;
  if (!/[A-Za-z]/.test(value)) return digits >= 6 && SIGNS.test(value);
  if (digits >= 2) return true;
  if (digits === 1) {
    return SIGNS.test(value) || looksRandom(value) || (value.length >= 8 && /[A-Z]/.test(value)) || isPhrase(value);
  }
  const words = looksLikeWords(value.replace(/[^A-Za-z]+$/, ""));
  if (SIGNS.test(value)) return /[a-z]/.test(value) && /[A-Z]/.test(value) && !words;
  return value.length >= 8 && !words && looksUnspoken(value);
}

/** Words that a name of a field or an option is made of, but no phrase that somebody thought up. */
const FIELD_WORDS =
  /(?:^|[-_.])(?:pass\w*|pwd|input|field|form|user|name|new|old|current|confirm\w*|text|type|label|step|id|value|auth|login|key|secret|token|hash\w*|v|version|level|option|rule|policy)(?:$|[-_.\d])/i;

/** Words with hyphens between and a number, as people think up for themselves: `velvet-rocket-7`. */
function isPhrase(value: string): boolean {
  return (
    value.length >= 12 && /^[A-Za-z]{4,}(?:[-_.][A-Za-z]{3,}){1,5}[-_.]?\d$/.test(value) && !FIELD_WORDS.test(value)
  );
}

/** Three words or more are a text about passwords. */
const SENTENCE = /\S\s+\S+\s+\S/;

/** What a form asks of its fields, as web frameworks write it: `required|string|min:8|confirmed`. */
const RULES = /^[a-z_]+(?::[\w,.]+)?(?:\|[a-z_]+(?::[\w,.]+)?)+$/;

/** A digest's form is also that of a key that somebody drew. */
const HEXADECIMAL_KEY = /^[0-9a-f]{32,64}$/i;

/** Names that services give to messages, calls, requests and the like: drawn by chance, and no secret. */
const IDENTIFIER = /^(?:(?:srv|mcp)?toolu|msg(?:batch)?|req|call|resp|chatcmpl|file|container|thread|asst)[_-]/;

/** Hexadecimal with more than one letter and more than two digits. */
const SHORT_KEY = /^(?=(?:.*\d){3})(?=(?:.*[a-f]){2})[0-9a-f]{12,14}$/;

/** An account or a contract of Ethereum, which everybody may know. */
const CHAIN_ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Certificates and public keys in PEM, in base64. */
const PUBLIC_PEM = /^LS0tLS1CRUdJTiB(?:DRVJUSUZJQ0FUR|QVUJMSUMg|UUlVTVEVEIENFUlRJ)/;

/** A function that gives a pointer, as in `EC_KEY *d2i_EC_PUBKEY`. */
const POINTER = /^\*+[A-Za-z_]\w*$/;

/** A key or token: long, and drawn by chance. */
export function isToken(value: string): boolean {
  if (value.length < 12 || value.length > 1000) return false;
  // Short ones are often names of things, or tokens of one page; hexadecimal ones are keys.
  if (value.length < 15 && !SHORT_KEY.test(value)) return false;
  if (isUuid(value)) return !/^0{8}-|-0{12}$/.test(value);
  if (value.length >= 15 && !isDrawn(value)) return false;
  if (CHAIN_ADDRESS.test(value) || PUBLIC_PEM.test(value)) return false;
  if (/^\d+(?:[.,:/-]\d+)*$/.test(value) || /^[\d.]+$/.test(value)) return false;
  if (isReference(value) || isPlaceholder(value) || isPlace(value) || /^(?:sha\d{3}|h1)[-:]/.test(value)) return false;
  return !isCode(value) && !IDENTIFIER.test(value) && !POINTER.test(value);
}

/** By chance, as far as its letters tell; a prefix that says whose it is says nothing of that. */
function isDrawn(value: string): boolean {
  const bare = value.replace(/^[a-z]{2,10}[-_.]/, "");
  return looksRandom(bare.length >= 12 ? bare : value) && entropyOf(value) >= 2.5;
}
