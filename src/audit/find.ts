/** One request or call of the record, by its id: what was decided, how it ended, and under which policy. */
import type { CallBody, DecisionBody, Entry, FaultBody, OutcomeBody, PolicyLoadBody, ReturnBody } from "./entry.ts";
import { entrySchema } from "./schema.ts";
import { listLogs, listSegments, readLines } from "./segment.ts";

export interface FoundRequest {
  /** RFC 3339. */
  readonly at: string;
  readonly decided: DecisionBody | CallBody | FaultBody;
  /** null while it is under way, and for what was not let through. */
  readonly outcome: OutcomeBody | ReturnBody | null;
  /** The load of the policy that decided; null when the record does not hold it any more. */
  readonly load: PolicyLoadBody | null;
  /** The version of the gateway that decided; null when the record does not hold its start any more. */
  readonly version: string | null;
}

/** Finds a request in any log below a data directory; null when there is none of that id. */
export async function findRequest(dir: string, ticket: string): Promise<FoundRequest | null> {
  for (const log of await listLogs(dir)) {
    const loads = new Map<string, PolicyLoadBody>();
    let version: string | null = null;
    let found: FoundRequest | null = null;
    for await (const { at, body } of entriesAbout(log, ticket)) {
      if (body.kind === "policy.load") loads.set(body.revision, body);
      else if (body.kind === "start") version = body.version;
      else if (body.kind === "fault") return { at, decided: body, outcome: null, load: null, version };
      else if ((body.kind === "outcome" || body.kind === "return") && found !== null)
        return { ...found, outcome: body };
      else if (body.kind === "decision" || body.kind === "call") {
        found = { at, decided: body, outcome: null, load: loads.get(body.revision) ?? null, version };
        if (body.effect === "refuse") return found;
      }
    }
    if (found !== null) return found;
  }
  return null;
}

/** The records that name a ticket, and those that say which policy and which program was in force; only these lines are parsed. */
async function* entriesAbout(log: string, ticket: string): AsyncGenerator<Entry, void, undefined> {
  const name = Buffer.from(`"ticket":${JSON.stringify(ticket)}`);
  const marks = ["policy.load", "start"].map((kind) => Buffer.from(`"body":{"kind":"${kind}"`));
  for (const { path, end } of await listSegments(log)) {
    for await (const { bytes, whole } of readLines(path)) {
      if (!whole) break;
      const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      if (!line.includes(name) && !marks.some((mark) => line.includes(mark))) continue;
      const entry = entryOf(line);
      if (entry !== null && entry.seq < end) yield entry;
    }
  }
}

function entryOf(line: Buffer): Entry | null {
  try {
    return entrySchema.parse(JSON.parse(line.toString("utf8")));
  } catch {
    return null;
  }
}
