/**
 * The input of a call as everybody who reads it reads it. A policy that judges one reading while the tool goes by another
 * judges nothing, so what can be read in two ways is not read at all: a key that stands twice, or twice but for the case
 * of its letters, which many readers do not mind.
 */
import { type Json, JsonError, type Node } from "./json.ts";
import { skim } from "./skim.ts";

/** The value of a JSON text; undefined when it is none, or not the same to every reader. */
export function readInput(bytes: Uint8Array): unknown {
  try {
    const json = skim(bytes);
    return hasOneReading(json, 0) ? (JSON.parse(json.raw(0)) as unknown) : undefined;
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** The same for a value that stands in a JSON text. */
export function inputAt(json: Json, node: Node): unknown {
  return hasOneReading(json, node) ? (JSON.parse(json.raw(node)) as unknown) : undefined;
}

/** The same for a value that goes on as it was parsed: of what stood twice only the last is left. */
export function oneReading(value: unknown): unknown {
  return hasTwins(value) ? undefined : value;
}

function hasOneReading(json: Json, node: Node): boolean {
  const kind = json.kind(node);
  if (kind === "array") return json.elements(node).every((each) => hasOneReading(json, each));
  if (kind !== "object") return true;
  const seen = new Set<string>();
  for (let key = node + 1, end = json.next(node); key < end; key = json.next(key + 1)) {
    const name = folded(json.word(key));
    if (seen.has(name) || !hasOneReading(json, key + 1)) return false;
    seen.add(name);
  }
  return true;
}

function hasTwins(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return new Set(keys.map(folded)).size < keys.length || Object.values(value).some(hasTwins);
}

/** A key without the case of its letters; some have two of one case. */
function folded(key: string): string {
  return key.toUpperCase().toLowerCase();
}
