/** Promise: every key can be presented by one caller only, and cannot be guessed. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type { Declared } from "../declared.ts";
import { fault, firstIsHere } from "../fault.ts";
import { WELL_KNOWN_DIGESTS } from "./well-known-digests.ts";

/** Keys without a hash, with the hash of another key, or with one of a well-known string. */
export function keysAreMinted(declared: Declared): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const owners = new Map<string, { name: string; span: Span }>();
  for (const { name, declaration } of declared.keys.values()) {
    const hash = declaration.body.find((statement) => statement.kind === "hash");
    if (!hash) {
      const help = `\`gw key new ${name}\` mints a key and writes its hash`;
      diagnostics.push(fault("GW3003", declaration.name.span, `key \`${name}\` has no hash`, help));
      continue;
    }
    if (WELL_KNOWN_DIGESTS.has(hash.digest)) {
      const message = `the hash of key \`${name}\` is that of a well-known or short text`;
      diagnostics.push(fault("GW4007", hash.span, message, `mint a key with \`gw key new ${name}\``));
    }
    const other = owners.get(hash.digest);
    if (other) {
      const message = `keys \`${other.name}\` and \`${name}\` have the same hash`;
      diagnostics.push(fault("GW4006", hash.span, message, "mint a key for each", firstIsHere(other.span)));
    } else owners.set(hash.digest, { name, span: hash.span });
  }
  return diagnostics;
}
