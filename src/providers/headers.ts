/**
 * Which headers travel from end to end. Both directions of a provider call use it: what is hop-by-hop, what is private
 * to one side, and what a `connection` header names besides.
 */

export type Headers = readonly (readonly [string, string])[];

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** By these some servers read another method or path than the request line says, which is the one that was decided on. */
const OVERRIDES = [
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-rewrite-url",
  "x-forwarded-prefix",
  "x-forwarded-uri",
];

/** Never sent to a provider: the caller's credentials and cookies, and what the client library writes by itself. */
const NOT_UPSTREAM = new Set([
  ...HOP_BY_HOP,
  ...OVERRIDES,
  "accept-encoding",
  "authorization",
  "content-length",
  "cookie",
  "expect",
  "host",
  "x-api-key",
]);

/** Never sent back to the caller. */
const NOT_BACK = new Set([...HOP_BY_HOP, "set-cookie", "set-cookie2"]);

/** The headers of a caller that may go on to a provider, in their order. */
export function towardsProvider(headers: Headers): [string, string][] {
  return keep(headers, NOT_UPSTREAM);
}

/** The headers of a provider that may go back to the caller, in their order. */
export function towardsCaller(headers: Headers): [string, string][] {
  return keep(headers, NOT_BACK);
}

function keep(headers: Headers, dropped: ReadonlySet<string>): [string, string][] {
  const named = namedByConnection(headers);
  const kept: [string, string][] = [];
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (!dropped.has(lower) && !named.has(lower)) kept.push([name, value]);
  }
  return kept;
}

const NONE: ReadonlySet<string> = new Set();

function namedByConnection(headers: Headers): ReadonlySet<string> {
  let named: Set<string> | null = null;
  for (const [name, value] of headers) {
    if (name.length !== 10 || name.toLowerCase() !== "connection") continue;
    named ??= new Set();
    for (const token of value.split(",")) named.add(token.trim().toLowerCase());
  }
  return named ?? NONE;
}

/** The value of the first header of that (lower-case) name; null when there is none. */
export function headerOf(headers: Headers, wanted: string): string | null {
  for (const [name, value] of headers) {
    if (name.length === wanted.length && name.toLowerCase() === wanted) return value;
  }
  return null;
}
