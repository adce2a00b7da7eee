/** What a value looks like: drawn by chance or made of words, a secret or what stands for one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckName, passes } from "../../../src/model/filters/checks.ts";
import { nameBefore } from "../../../src/model/filters/names.ts";
import { entropyOf } from "../../../src/model/filters/randomness.ts";
import { base64Bytes, letters, uuid } from "../../corpus/shape.ts";
import { chanceOf } from "../../wire/chance.ts";

const holds = (name: CheckName, value: string): boolean =>
  passes(name, { value, text: value, start: 0, end: value.length });

/** What stands in a text, taken by its place. */
function inPlace(name: CheckName, before: string, value: string, after = ""): boolean {
  const start = before.length;
  return passes(name, { value, text: before + value + after, start, end: start + value.length });
}

function each(name: CheckName, expected: boolean, values: readonly string[]): void {
  for (const value of values) assert.equal(holds(name, value), expected, `${name} ${value}`);
}

test("entropy is counted in bits a character", () => {
  assert.equal(entropyOf("aaaa"), 0);
  assert.equal(entropyOf("abab"), 1);
  assert.equal(entropyOf("abcd"), 2);
});

test("what chance draws looks random, whatever its alphabet", () => {
  const chance = chanceOf(3);
  for (let round = 0; round < 200; round++) {
    for (const alphabet of ["n", "w", "l", "b"]) {
      assert.ok(holds("random", `q9${letters(chance, alphabet, 30)}`), alphabet);
    }
  }
});

test("names, words and sentences do not look random", () => {
  each("random", false, [
    "correct-horse-battery-staple",
    "service-account-controller-manager",
    "MySuperLongClassNameForTesting",
    "getAuthenticationTokenFromRequest",
    "AWS_SECRET_ACCESS_KEY",
    "application/x-www-form-urlencoded",
    "aaaaaaaaaaaaaaaaaaaaaaaa",
    "1111111111111111",
    "this is a sentence about a token",
  ]);
});

test("a password may be short and made by a person, but is no word", () => {
  each("password", true, [
    "Summer2024!",
    "k9Xv2#mPq",
    "autumn2589",
    "P4ss&w0rdX",
    "f4lc0n!772",
    "xK7$mm",
    "Tr0ub4dor&3",
    "velvet-rocket-7",
  ]);
  each("password", false, [
    ...["password", "string", "required", "hashedPassword", "user.password", "form.password1", "changeme", "********"],
    ...["\u0024{DB_PASSWORD}", "$PASSWORD", "{{ vault_password }}", "process.env.PASSWORD", "os.environ['PASSWORD']"],
    ...["<password>", "z.string().min(8)", "String!", "config/passwords.yml", "https://acme.test/reset", "argon2id"],
    ...[
      "sha256",
      "12345",
      "short",
      "var.db_password",
      "!vault",
      "ENC[AES256,data]",
      "your_password_1",
      "null",
      "varchar(255)",
      "confirm-password-2",
      "form-field-input-1",
      "@cluster0.acme.net",
      "Password: at least 8 signs",
      `Ag${"k9Xv2mPq".repeat(20)}`,
    ],
  ]);
});

test("a token is long and drawn by chance", () => {
  const chance = chanceOf(4);
  each("token", true, [letters(chance, "n", 24), letters(chance, "x", 40), uuid(chance), base64Bytes(chance, 32)]);
  each("token", true, ["1decd281ff0265", "u8157781-25a124a43315b75283f23e2a"]);
  each("token", false, [
    ...["orders-2024-11", "acmeservices", "20241123104455"],
    ...[
      "u32t4o3tb3gg43",
      "0x916881bb263f85cf984942fb5d0795277da97a80",
      "logs/2026/01/302aea5a7f1c3da7230e85aa54e1d23b.gz",
    ],
    ...["4096", "1234567890123456", "getToken(request)", "authorization_code", "client_secret_basic", "sha512-abc"],
    ...["your-api-key-goes-here-now", "k9Xv2mPq", "00000000-0000-0000-0000-000000000000", "prod/database/main"],
    ...["abcdefghijklmnopqrstuvwxyz", "application/vnd.github+json", "src/auth/token-refresh.test.ts"],
  ]);
});

test("placeholders, references, code, places, digests and ids are told from values", () => {
  each("not-placeholder", false, [
    "changeme",
    "your-key",
    "xxxxxxxx",
    "AKIAIOSFODNN7EXAMPLE",
    "<token>",
    "abcabcabc",
    "...",
  ]);
  each("not-placeholder", true, ["k9Xv2mPq", "Summer2024!"]);
  each("not-reference", false, [
    "$TOKEN",
    "\u0024{TOKEN}",
    "$(cat token)",
    "%TOKEN%",
    "{{token}}",
    "env.TOKEN",
    "vault:secret/x",
  ]);
  each("not-reference", true, ["pa$word1", "k9Xv2mPq"]);
  each("not-code", false, ["await getToken()", "options.secret", "Token[]", "a && b", "sha256", "List<String>"]);
  each("not-code", true, ["k9Xv2mPq7LrT4sWz8BnC=="]);
  each("not-place", false, [
    "/etc/app/secret",
    "./keys/main.pem",
    "https://acme.test",
    "dana@acme.test",
    "10.0.0.1:8080",
  ]);
  each("not-place", true, ["/k9Xv2mPq7+LrT4/sWz8BnC"]);
  each("not-hash", false, ["d41d8cd98f00b204e9800998ecf8427e", `sha512-${"k9Xv2mPq".repeat(4)}`, "$2b$12$abc"]);
  each("not-uuid", false, ["6b6d619c-5a6a-44c5-b0a8-a083d5741e7f"]);
  each("not-port", false, ["8080:8080", "1000"]);
  each("not-word", false, ["superuser", "kebab-case-name"]);
});

test("a value stands alone when no word goes on at its sides", () => {
  assert.ok(inPlace("alone", "key ", "abc", ","));
  assert.ok(inPlace("alone", "", "abc"));
  assert.ok(inPlace("alone", String.raw`{"out":"a=1\n`, "abc", String.raw`\n"}`));
  assert.ok(inPlace("alone", "token%3D", "abc", "&x"));
  assert.ok(!inPlace("alone", "ri", "abc"));
  assert.ok(!inPlace("alone", "", "abc", "d"));
  assert.ok(!inPlace("alone", "x_", "abc"));
});

test("the name of a value is found over quotes, signs and the word `value`", () => {
  const names: readonly (readonly [string, string])[] = [
    ['  "api_key": "', "api_key"],
    ["export const apiKey: string = '", "apiKey"],
    ["- name: API_KEY\n  value: ", "API_KEY"],
    ["define('API_KEY', '", "API_KEY"],
    ["<key>ApiKey</key>\n  <string>", "ApiKey"],
  ];
  for (const [before, name] of names) assert.equal(nameBefore(`${before}abc`, before.length).split(" ").at(-1), name);
});

test("a value that goes on a longer name is no secret", () => {
  for (const before of [
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:",
    "password: [[secret:password:",
    "[[secret:secrets.url-password:",
  ]) {
    assert.ok(!inPlace("secret-name", before, "k9Xv2mPq"), before);
  }
  assert.ok(inPlace("secret-name", "arn:aws:iam::123456789012:role/reader\npassword: ", "k9Xv2mPq"));
});

test("no run of signs before a value takes long to step over", () => {
  const before = `x${":=".repeat(45)}x`;
  assert.equal(nameBefore(`${before}abc`, before.length), "x");
});

test("names of public things are no names of secrets", () => {
  for (const name of [
    "public_key",
    "max_tokens",
    "next_page_token",
    "keyId",
    "secret_name",
    "token_type",
    "data-key",
    "secret.json",
    "LockToken",
    "GPG key",
    "Sec-WebSocket-Key",
  ]) {
    assert.ok(!inPlace("secret-name", `${name}: "`, "abc"), name);
  }
  for (const name of ["api_key", "clientSecret", "DB_PASSWORD", "signing key", "refresh_token", "sonar.token"]) {
    assert.ok(inPlace("secret-name", `${name}: "`, "abc"), name);
  }
});

test("tokens and credentials in base64 are read", () => {
  const header = Buffer.from('{"alg":"HS256"}').toString("base64url");
  assert.ok(holds("signed-token", `${header}.abc.def`));
  assert.ok(!holds("signed-token", "eyJEXAMPLE.eyJEXAMPLE.EXAMPLE"));
  assert.ok(holds("user-and-password", Buffer.from("dana:k9Xv2mPq").toString("base64")));
  assert.ok(!holds("user-and-password", Buffer.from("user:password").toString("base64")));
  assert.ok(!holds("user-and-password", "introduction"));
});
