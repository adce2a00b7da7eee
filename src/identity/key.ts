/**
 * Who asks, from the key that was sent. The key itself goes no further than this file: a table is asked by digest, and
 * a refusal names eight digits of it. Whether a known key may still be used (expiry, hours) is decision/decide.ts's to say.
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Refusal } from "../decision/decision.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import { digestOf, fingerprintOf, PREFIX, wellFormed } from "./mint.ts";

/** The key of a request: `Authorization: Bearer`, else `x-api-key`; null when there is neither. */
export function presentedKey(headers: IncomingHttpHeaders): string | null {
  const bearer = /^bearer +(.*)$/i.exec(headers.authorization?.trim() ?? "")?.[1]?.trim();
  if (bearer) return bearer;
  const direct = headers["x-api-key"];
  return (Array.isArray(direct) ? direct[0] : direct)?.trim() || null;
}

/** Where a client has its key: one for the models, and one in the entry of each server of tools. */
export type KeyPlace = "models" | "tools";

const WAYS: Readonly<Record<KeyPlace, string>> = {
  models: "set ANTHROPIC_AUTH_TOKEN to your key",
  tools: "in the client's list of servers this one needs the header `Authorization: Bearer` and your key",
};

/** Finds the caller in a table by digest; one hash and one map look-up, whatever the number of keys. */
export function identify(table: Table, presented: string | null, place: KeyPlace): Principal | Refusal {
  if (presented === null) return refuse(table, `no gateway key was sent; ${WAYS[place]}`);
  const digest = digestOf(presented);
  const key = table.keys.get(digest);
  return key === undefined ? refuse(table, unknownKey(presented, digest, place)) : { key, node: key.node };
}

function unknownKey(presented: string, digest: string, place: KeyPlace): string {
  const subject = `gateway key with fingerprint ${fingerprintOf(digest)}`;
  if (!presented.startsWith(PREFIX)) {
    return `${subject} is not known: a gateway key begins with \`${PREFIX}\`; ${WAYS[place]}`;
  }
  return wellFormed(presented)
    ? `${subject} is not known or was revoked; ask your platform team for a new one`
    : `${subject} looks mistyped or cut short: its checksum is wrong; copy it again`;
}

function refuse(table: Table, message: string): Refusal {
  return { kind: "refusal", revision: table.revision.id, origins: [], reason: "key", message, retryAfterMs: null };
}
