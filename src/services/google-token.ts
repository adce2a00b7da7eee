/** Tokens of Google: by a service account's JSON, or from the metadata server of the machine. */
import { createSign } from "node:crypto";
import { fileText, kept, type Lasting, type Surroundings } from "./credentials.ts";
import { exchange, goodBody, member } from "./http.ts";
import { ServiceError } from "./service.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const HOUR = 3600;

/** Finds the token to use now. */
export type TokenSource = (signal: AbortSignal) => Promise<string>;

/** Throws when a file does not hold an account. */
export function checkAccount(path: string, surroundings: Surroundings): void {
  accountIn(fileText(path, surroundings), path);
}

/** Tokens for the account whose JSON a file holds. */
export function accountToken(path: string, surroundings: Surroundings): TokenSource {
  const { now } = surroundings;
  return kept(async (signal) => {
    const { email, key, uri } = accountIn(fileText(path, surroundings), path);
    const at = Math.floor(now() / 1000);
    const claims = { iss: email, scope: SCOPE, aud: uri, iat: at, exp: at + HOUR };
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: signedJwt(claims, key, path),
    }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return tokenIn(goodBody(await exchange({ url: uri, headers, body, signal })), now());
  }, now);
}

/** Tokens for the account that the machine runs as. */
export function machineToken({ env, now }: Surroundings): TokenSource {
  const host = env.GCE_METADATA_HOST ?? "metadata.google.internal";
  const url = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  const headers = { "metadata-flavor": "Google" };
  return kept(async (signal) => {
    const reply = await exchange({ url, headers, body: "", signal, method: "GET" });
    return tokenIn(goodBody(reply), now());
  }, now);
}

interface Account {
  readonly email: string;
  readonly key: string;
  readonly uri: string;
}

function accountIn(text: string, path: string): Account {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Said below; the parser's own message would quote the file.
  }
  const [email, key, uri] = ["client_email", "private_key", "token_uri"].map((name) => member(json, name));
  if (typeof email !== "string" || typeof key !== "string" || typeof uri !== "string") {
    throw new ServiceError("credential", `credential file \`${path}\` is no service account's JSON`);
  }
  return { email, key, uri };
}

function signedJwt(claims: object, key: string, path: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", typ: "JWT" })}.${part(claims)}`;
  try {
    return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
  } catch {
    throw new ServiceError("credential", `the private key in credential file \`${path}\` cannot be used`);
  }
}

function tokenIn(answer: unknown, now: number): Lasting<string> {
  const token = member(answer, "access_token");
  const life = member(answer, "expires_in");
  if (typeof token !== "string") throw new ServiceError("credential", "Google gives no token to this process");
  return { value: token, until: now + (typeof life === "number" ? life * 1000 : 0) };
}
