/** Verdicts by the hash of what was asked: neither a text nor a failure is ever kept, and the least used make room. */
import { createHash } from "node:crypto";
import type { Judged } from "./service.ts";

/** Entries are about 200 bytes. */
const MOST = 50_000;

/** What is known already. */
export interface Verdicts {
  recall(hash: string): Judged | undefined;
  keep(hash: string, judged: Judged): void;
}

/** An empty store. */
export function createVerdicts(most = MOST): Verdicts {
  const known = new Map<string, Judged>();
  return {
    recall(hash) {
      const judged = known.get(hash);
      if (judged === undefined) return undefined;
      known.delete(hash);
      known.set(hash, judged);
      return judged;
    },
    keep(hash, judged) {
      known.set(hash, judged);
      if (known.size > most) known.delete(known.keys().next().value!);
    },
  };
}

/** The hash of a question: who is asked, about which place, and the text. */
export function hashOf(identity: string, place: string, text: string): string {
  return createHash("sha256").update(`${identity}\0${place}\0`).update(text).digest("base64");
}
