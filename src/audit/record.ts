/**
 * One record as a line. The hash is the line's last member, so a reader checks it without parsing: take the last member
 * away, close the brace, hash the bytes. Members stand in a fixed order; journal.ts seals, recover.ts and verify.ts unseal.
 */
import { hash as digest } from "node:crypto";
import type { Body, Entry } from "./entry.ts";

/** `prev` of the first record of a log. */
export const GENESIS = "0".repeat(64);

/** All of an entry but its hash. */
export type Unsealed = Omit<Entry, "hash">;

/** A record, hashed, with the line that goes to disk (newline included). */
export interface Sealed {
  readonly entry: Entry;
  readonly line: string;
}

const TAIL_OPENS = ',"hash":"';
const TAIL_LENGTH = TAIL_OPENS.length + 64 + '"}'.length;

/** Makes the line of a record. */
export function seal(record: Unsealed): Sealed {
  const { v, seq, at, boot, log, body, prev } = record;
  // Only the body needs escaping: the other members are numbers, hex digits, dates and ids of our own making.
  const open = `{"v":${v},"seq":${seq},"at":"${at}","boot":"${boot}","log":"${log}","body":${JSON.stringify(body)},"prev":"${prev}"`;
  const hash = digest("sha256", `${open}}`, "hex");
  return { entry: { v, seq, at, boot, log, body, prev, hash }, line: `${open}${TAIL_OPENS}${hash}"}\n` };
}

/** The hash that a line (without its newline) carries, when its bytes have that hash; null otherwise. */
export function sealOf(line: Uint8Array): string | null {
  const cut = line.length - TAIL_LENGTH;
  if (cut < 1) return null;
  const tail = Buffer.from(line.buffer, line.byteOffset + cut, TAIL_LENGTH).toString("latin1");
  if (!tail.startsWith(TAIL_OPENS) || !tail.endsWith('"}')) return null;
  const hash = tail.slice(TAIL_OPENS.length, -2);
  const hashed = Buffer.allocUnsafe(cut + 1);
  hashed.set(line.subarray(0, cut));
  hashed[cut] = 0x7d;
  return digest("sha256", hashed, "hex") === hash ? hash : null;
}

/** What can be told of a record without judging its body; `kind` is the body's. */
export interface Header {
  readonly seq: number;
  readonly at: string;
  readonly boot: string;
  readonly kind: Body["kind"];
  readonly prev: string;
}

const HEADER =
  /^\{"v":1,"seq":(\d{1,16}),"at":"([^"\\]+)","boot":"([^"\\]+)","log":"[^"\\]+","body":\{"kind":"([a-z.]+)"/;

/** Reads a line's header without parsing its body; null when the line is no record of ours. */
export function headerOf(line: Uint8Array): Header | null {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const match = HEADER.exec(bytes.toString("latin1", 0, 512));
  if (match === null) return null;
  const [, seq = "", at = "", boot = "", kind = ""] = match;
  const prevAt = line.length - TAIL_LENGTH - 1 - 64;
  const prev = bytes.toString("latin1", Math.max(prevAt, 0), Math.max(prevAt + 64, 0));
  return { seq: Number(seq), at, boot, kind: kind as Body["kind"], prev };
}
