/** An answer without what belongs to the gateway alone: its credential, cookies, hop-by-hop headers, and compression. */
import { decoded } from "./decode.ts";
import { headerOf, towardsCaller } from "./headers.ts";
import { createMask, masked } from "./mask.ts";
import type { Answer } from "./provider.ts";

/** The answer as it may travel on; `secret` is null where no credential was sent. */
export function cleaned(raw: Answer, secret: string | null): Answer {
  const headers = towardsCaller(raw.headers).filter(([, value]) => secret === null || !value.includes(secret));
  return legible({ ...raw, headers }, secret);
}

/** The answer with its body as plain bytes; the credential is looked for in them, where one was sent. */
export function legible(raw: Answer, secret: string | null): Answer {
  const encoding = headerOf(raw.headers, "content-encoding");
  if (encoding === null) return raw;
  const headers = raw.headers.filter(([name]) => !/^content-(encoding|length)$/i.test(name));
  const body = decoded(raw.body, encoding);
  const mask = secret === null || secret === "" ? null : createMask(secret);
  return { status: raw.status, headers, body: mask === null ? body : masked(body, mask) };
}
