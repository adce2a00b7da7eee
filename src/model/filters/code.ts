/** Values that are a piece of a program, a path or an address, where a secret could have stood. */
import { looksRandom } from "./randomness.ts";

/** Words that types and technical settings consist of, digits in them included. */
const TECHNICAL =
  /^(?:(?:scram-)?sha[-_]?\d{1,3}(?:[-_/]\d+)?|md5|base[-_]?\d{2}(?:url)?|utf[-_]?\d{1,2}\w*|oauth[-_]?\d?\w*|u?int\d*|float\d+|ed25519|x25519|curve25519|secp\w+|argon2\w*|pbkdf2\w*|bcrypt\w*|scrypt\w*|http[s\d.]*|ipv[46]|v\d+(?:(?:alpha|beta|rc)\d*)?|x509|aes[-_]?\d+\w*(?:[-_]\w+)?|[rhep]s\d{3}|rsa[-_]?\d*|ssh[-_]\w+|tls\w*|varchar\d*|char\d*|text|bytes?\d*|str|string|number|boolean|bool|buffer|object|any|never|void|unknown|null|undefined|true|false|none|nil|self|this|new|await|async|return|function|const|let|var|plain(?:text)?|pkcs\w+|hmac\w*|aws4-hmac-sha\d+)$/i;

const CHAIN = /^[A-Za-z_$][\w$]*(?:(?:\?\.|\.|::|->)[A-Za-z_$#][\w$]*)+[!;,)]*$/;
const CALL = /[A-Za-z_$\])][\w$]*(?:!|\?)?[([]|\)\s*[.;{]|=>|\(\)|&&|\|\||::|->|:=|==[^=]/;
const GENERIC = /^[&*?]?[A-Za-z_][\w.]*(?:<[^>]*>?|\[\]|\s*\|\s*\w+)+[;,)]?$|^[A-Z]\w*(?:\[\w+\])$/;

/** Whether a value reads as an expression or a type of a program. */
export function isCode(value: string): boolean {
  const bare = value.replace(/=+$/, "");
  if (TECHNICAL.test(bare) || CALL.test(bare) || GENERIC.test(bare)) return true;
  return CHAIN.test(bare) && !looksRandom(bare);
}

const PATH = /^(?:\.{0,2}\/|~\/|[A-Za-z]:\\)[\w@.~+-]*(?:[\\/][\w@.~ +-]*)*$/;
const FILE =
  /^[\w./\\-]{1,80}\.(?:json|ya?ml|toml|txt|pem|key|crt|cert|env|ts|js|py|go|rb|rs|java|md|html?|css|xml|conf|cfg|ini|lock|sh|sql|csv|log|svg|png|jpe?g|gif|webp|ico|pdf|docx?|xlsx?|zip|gz|tgz|bz2|tar|jar|war|whl|deb|rpm|exe|dll|so|map|mjs|cjs|jsx|tsx|woff2?|ttf|p12|pfx|jks|bin)$/i;
const ADDRESS =
  /^[a-z][a-z0-9+.-]{1,20}:\/\/|^www\.|^[\w.+-]+@[\w-]+\.[\w.-]+$|^@?(?:[a-z0-9-]+\.){1,4}(?:com|org|net|io|dev|internal|local|example|svc|cloud)(?::\d+)?(?:\/|$)|^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/i;

/** Whether a value is a path of a file or an address, neither of which is a secret by itself. */
export function isPlace(value: string): boolean {
  if (ADDRESS.test(value) || FILE.test(value)) return true;
  // A base64 text may begin with a slash; a path is made of words.
  return PATH.test(value) && !looksRandom(value);
}

const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const DIGEST =
  /^(?:(?:sha\d{1,3}|md5|blake2b?)[-:=])?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i;
const INTEGRITY = /^(?:sha\d{3}|h1)[-:][A-Za-z0-9+/_-]{20,}={0,2}$/;
const CRYPT = /^\$(?:1|2[abxy]?|5|6|y|argon2\w*|pbkdf2[\w-]*|scrypt)\$/;

/** Whether a value is a UUID. */
export function isUuid(value: string): boolean {
  return UUID.test(value);
}

/** Whether a value is a digest: hexadecimal of a usual length, an integrity line, or a stored password. */
export function isDigest(value: string): boolean {
  return DIGEST.test(value) || INTEGRITY.test(value) || CRYPT.test(value);
}
