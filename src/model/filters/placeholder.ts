/** Values that stand for a secret without being one: placeholders, examples, and references to where it is kept. */

import { looksRandom } from "./randomness.ts";

/** Whole values that people write where a secret will stand. */
const STAND_INS = new Set(
  (
    "password passwd passphrase pass pwd secret token key apikey api_key api-key changeme change_me change-me changeit " +
    "none null nil true false undefined string text test testing tests foo bar baz foobar user username admin root guest " +
    "default unknown hidden redacted required optional empty value mysecret my_secret my-secret mypassword my_password " +
    "my-password supersecret super_secret super-secret topsecret secretkey secret_key secret-key mytoken my_token my-token " +
    "somesecret somepassword sometoken secretpassword passw0rd p4ssw0rd password1 password123 password1234 test123 test1234 " +
    "abc123 admin123 hunter2 letmein qwerty postgres mysql bearer basic digest oauth oauth2 jwt hs256 rs256 es256"
  ).split(" "),
);

/** What no credential holds. */
const FILLERS =
  /example|placeholder|change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|redacted|\*\*\*|\.\.\.|…|••|abcdefgh|12345678|01234567|87654321|000000000|deadbeef|cafebabe/i;

/** Letters by chance are seldom alike four times, and hardly ever in the same case; tokens of some kinds hold `AAAA`. */
const CROSSES = /x{4}|X{4}|a{6}/;

/** What a credential may hold by chance, but no text that is made of words. */
const WORDS =
  /your[-_ ]?[a-z]|insert[-_ ]|dummy|todo|fixme|sample|not[-_]?(?:a[-_])?real|fake|lorem|goes[-_ ]?here|foobar|some[-_]|my[-_]/i;

const BRACKETED = /^(?:<[^>]*>?|\[[^\]]*\]?|\{[^}]*\}?|\([^)]*\)?)$/;

/** Whether a value is there to be replaced. */
export function isPlaceholder(value: string): boolean {
  const bare = value.replace(/^["'`]+|["'`:;,.?!]+$/g, "");
  if (STAND_INS.has(bare.toLowerCase()) || BRACKETED.test(bare) || FILLERS.test(value) || CROSSES.test(value)) {
    return true;
  }
  return isRepeated(bare) || isCounted(bare) || (WORDS.test(bare) && !looksRandom(bare));
}

/** One or two characters, or a short piece, all the way through. */
function isRepeated(value: string): boolean {
  if (value.length >= 4 && new Set(value).size <= 2) return true;
  for (let size = 1; size <= 8 && size * 3 <= value.length; size++) {
    if (value.slice(size) === value.slice(0, -size)) return true;
  }
  return false;
}

/** Mostly steps to the next letter or digit, as in `abcdef0123456789`. */
function isCounted(value: string): boolean {
  if (value.length < 12) return false;
  let steps = 0;
  for (let i = 1; i < value.length; i++) if (value.charCodeAt(i) - value.charCodeAt(i - 1) === 1) steps++;
  return steps / (value.length - 1) > 0.6;
}

const REFERENCES = [
  // Shells, templates, build tools.
  /^\$(?:[A-Za-z_]\w*|\d|[@*#?!-]|\{[^}]*\}?|\([^)]*\)?|\(\(.*)/,
  /\$\{[^}]*\}?|\$\([^)]*\)?/,
  /\{\{.*|\}\}|<%.*/,
  /^%[A-Za-z_]\w*%$|^@@?[A-Za-z_.]\w*@?$|^#\{.*/,
  // Programs.
  /\b(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|getenv|env::var|System\.getenv|ENV\[|Deno\.env|std::env)\b/,
  /^(?:var|local|data|module|secrets|env|vars|inputs|github|steps|needs|each|self|this|settings|config|conf|cfg|args|opts|options|props|params|request|req|res|ctx|context|state|process|window|app|os)\.[A-Za-z_]/,
  // Places where secrets are kept.
  /^(?:vault|secret|secrets|ssm|awssm|gcpsm|op|bws|doppler|keyring|keychain|file|env|arn|kms|azurekeyvault|resolve):/i,
  /^!(?:vault|Ref|Sub|GetAtt|ImportValue|env|secret)\b/,
  /^ENC\[|^AQICAH|^\{cipher\}|^vault:v\d/,
  // What a controller in the cluster alone can open (Bitnami's sealed secrets).
  /^Ag[A-Za-z0-9+/]{80,}/,
];

/** Whether a value says where the secret is kept, and is none itself. */
export function isReference(value: string): boolean {
  return REFERENCES.some((form) => form.test(value));
}
