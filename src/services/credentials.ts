/**
 * How services are let in: the secret behind a reference, tokens that are fetched and kept while they last. Values stay
 * in this room; every error names the reference only.
 */
import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { openCredential } from "../providers/credential.ts";
import { UpstreamError } from "../providers/provider.ts";
import { ServiceError } from "./service.ts";

/** Where references lead, and the time by which tokens end. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The directory from which relative paths are taken. */
  readonly root: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Reads the secret behind a reference at each use, so that a rotated one is taken up. */
export function secretOf(
  reference: { readonly kind: "env" | "file"; readonly ref: string },
  surroundings: Surroundings,
): () => string {
  return () => {
    try {
      return openCredential(reference, surroundings).read();
    } catch (error) {
      if (error instanceof UpstreamError) throw new ServiceError("credential", error.message);
      throw error;
    }
  };
}

/** Reads a file that a reference or a variable names. */
export function fileText(path: string, { root }: Surroundings): string {
  try {
    return readFileSync(isAbsolute(path) ? path : join(root, path), "utf8");
  } catch {
    throw new ServiceError("credential", `credential file \`${path}\` cannot be read`);
  }
}

/** Something that lasts for a while. */
export interface Lasting<T> {
  readonly value: T;
  /** Milliseconds since the epoch; null: for ever. */
  readonly until: number | null;
}

/** What is left of a token's life when a new one is fetched. */
const EARLY_MS = 60_000;

/** Fetches when nothing is there or its time is nearly over; callers at the same moment wait for the same fetch. */
export function kept<T>(
  fetchIt: (signal: AbortSignal) => Promise<Lasting<T>>,
  now: () => number,
): (signal: AbortSignal) => Promise<T> {
  let current: Lasting<T> | null = null;
  let coming: Promise<Lasting<T>> | null = null;
  return async (signal) => {
    if (current !== null && (current.until === null || now() < current.until - EARLY_MS)) return current.value;
    coming ??= fetchIt(signal).finally(() => {
      coming = null;
    });
    current = await coming;
    return current.value;
  };
}
