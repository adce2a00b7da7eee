/** AWS Signature Version 4 for one request with a body: the headers that prove who sends it. */
import { createHash, createHmac } from "node:crypto";

/** Keys of AWS; the token is of those that last for a while. */
export interface AwsKeys {
  readonly id: string;
  readonly secret: string;
  readonly token: string | null;
}

/** What is signed, and for which service where. */
export interface Unsigned {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly service: string;
  readonly region: string;
}

/** The headers of the request with its signature. `now` in milliseconds since the epoch. */
export function signed(request: Unsigned, keys: AwsKeys, now: number): Record<string, string> {
  const at = `${new Date(now).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;
  const headers: Record<string, string> = { ...request.headers, "x-amz-date": at };
  if (keys.token !== null) headers["x-amz-security-token"] = keys.token;
  const toSign: Record<string, string> = { ...headers, host: request.url.host };
  const names = Object.keys(toSign).sort();
  const canonical = [
    request.method,
    canonicalPath(request.url.pathname),
    canonicalQuery(request.url.searchParams),
    ...names.map((name) => `${name}:${toSign[name]!.trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
  const scope = `${at.slice(0, 8)}/${request.region}/${request.service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", at, scope, sha256(canonical)].join("\n");
  const key = [at.slice(0, 8), request.region, request.service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${keys.secret}`,
  );
  const signature = hmac(key, text).toString("hex");
  const proof = `Credential=${keys.id}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...headers, authorization: `AWS4-HMAC-SHA256 ${proof}` };
}

/** Every segment is encoded once more than it stands in the URL: only S3 does otherwise. */
function canonicalPath(path: string): string {
  return path.split("/").map(encode).join("/");
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]) => [encode(name), encode(value)] as const);
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
