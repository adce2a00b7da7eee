/** Guarded content in a request: what a guardrail redacts becomes edits, what it rejects becomes a refusal. */
import type { Finding } from "../audit/entry.ts";
import type { Refusal } from "../decision/decision.ts";
import { deedsOf, maskText } from "../decision/deeds.ts";
import { placeholder } from "../decision/placeholder.ts";
import type { Scanner } from "../decision/scan.ts";
import { createScanner } from "../decision/scanner.ts";
import type { Table, TableGuardrail } from "../decision/table.ts";
import type { Place } from "../language/tree.ts";
import type { Deed } from "../model/model.ts";
import type { Edit } from "../wire/anthropic/messages.ts";
import type { Asked, Found } from "./plane.ts";

/** What the guards of a request say. */
export interface Inspection {
  readonly refusal: Refusal | null;
  readonly edits: readonly Edit[];
  readonly findings: readonly Finding[];
}

/** No conversation holds so many secrets, and each placeholder takes time that other callers wait. */
const MOST_REDACTED = 10_000;
const CLEAN: Inspection = { refusal: null, edits: [], findings: [] };

/** Searches a request for what the guardrails that bind its caller look for. */
export function inspect(
  asked: Asked,
  table: Table,
  guards: readonly number[],
  hmac: (value: string) => string,
): Inspection {
  if (guards.length === 0) return CLEAN;
  const found = asked.search((place) => scannerAt(table, guards, place));
  if (found.length === 0) return CLEAN;
  const hits = found.map(({ hit }) => ({ ...hit, count: 1 }));
  const findings = countFindings(table.guardrails, hits, "request");
  for (const it of found) {
    const done = doneTo(table, it.hit);
    if (done?.kind === "reject") return { refusal: rejection(table, it, done.message), edits: [], findings };
  }
  const changing = found.filter(({ hit }) => {
    const done = doneTo(table, hit);
    return done?.kind === "redact" || done?.kind === "mask";
  });
  if (changing.length > MOST_REDACTED) return { refusal: overload(table, changing), edits: [], findings };
  const edits = asked.redact(changing, ({ hit, value }) => {
    const done = doneTo(table, hit);
    return done?.kind === "mask" ? maskText(value, done.keep) : placeholder(hit.pattern, value, hmac);
  });
  return { refusal: null, edits, findings };
}

function scannerAt(table: Table, guards: readonly number[], place: Place): Scanner | null {
  const looking = guards.filter((guard) => table.guardrails[guard]?.in.includes(place));
  return createScanner(table, looking, "request");
}

function doneTo(table: Table, { guardrail, pattern }: Found["hit"]): Deed | null {
  return deedsOf(table.guardrails[guardrail]!, pattern).done;
}

function rejection(table: Table, { hit }: Found, message: string): Refusal {
  return blocked(table, hit, `: ${message}; the request contains \`${hit.pattern}\`, remove it to go on`);
}

function overload(table: Table, found: readonly Found[]): Refusal {
  const { hit } = found[0]!;
  const count = found.length.toLocaleString("en-US");
  return blocked(
    table,
    hit,
    `; the request contains \`${hit.pattern}\` and the like ${count} times, remove them to go on`,
  );
}

function blocked(table: Table, { guardrail }: Found["hit"], why: string): Refusal {
  const { name, origin } = table.guardrails[guardrail]!;
  const message = `blocked by guardrail \`${name}\`${why}`;
  const revision = table.revision.id;
  return { kind: "refusal", revision, origins: [origin], reason: "guardrail", message, retryAfterMs: null };
}

/** A hit of a guardrail, counted. */
interface Counted {
  readonly guardrail: number;
  readonly pattern: string;
  readonly count: number;
}

/** Adds hits up by guardrail and pattern, for the record. */
export function countFindings(
  guardrails: readonly TableGuardrail[],
  hits: readonly Counted[],
  stage: Finding["stage"],
): Finding[] {
  const counts = new Map<string, Finding>();
  for (const { guardrail, pattern, count } of hits) {
    const name = guardrails[guardrail]?.name ?? "";
    const key = `${name}\u0000${pattern}`;
    const before = counts.get(key)?.count ?? 0;
    counts.set(key, { guardrail: name, pattern, stage, count: before + count });
  }
  return [...counts.values()];
}
