/** An answer without what belongs to the gateway alone: its credential, cookies, hop-by-hop headers, and compression. */
import { decoded } from "./decode.ts";
import { headerOf, towardsCaller } from "./headers.ts";
import { createMask, masked } from "./mask.ts";
import type { Answer } from "./provider.ts";

/** The answer as it may travel on; `secret` is null where no credential was sent. */
export function cleaned(raw: Answer, secret: string | null): Answer {
  const headers = towardsCaller(raw.headers).filter(([, value]) => secret === null || !value.includes(secret));
  const encoding = headerOf(headers, "content-encoding");
  if (encoding === null) return { ...raw, headers };
  const plain = headers.filter(([name]) => !/^content-(encoding|length)$/i.test(name));
  const body = decoded(raw.body, encoding);
  const mask = secret === null ? null : createMask(secret);
  return { status: raw.status, headers: plain, body: mask === null ? body : masked(body, mask) };
}
