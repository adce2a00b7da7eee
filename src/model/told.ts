/**
 * What of a tool's definition clients tell a model: its description and the schema of its input, as the server has them. Longer
 * descriptions are cut and choices at the root of a schema are put into words by clients, in ways of their own: of such a
 * tool it cannot be said what a model should be told.
 */
import { canonical } from "./canonical.ts";

/** Clients cut longer descriptions. */
const LONGEST = 2_000;
/** Clients put these into words when they stand at the root. */
const CHOICES = ["anyOf", "oneOf", "allOf"];

/** The text of it, equal for equal tellings; null when clients tell it in words of their own. */
export function toldText(description: unknown, schema: unknown): string | null {
  const text = description ?? "";
  const isCut = typeof text === "string" && text.length > LONGEST;
  const isReworded = typeof schema === "object" && schema !== null && CHOICES.some((choice) => choice in schema);
  return isCut || isReworded ? null : canonical({ description: text, schema });
}

/** A tool's name as clients write it: with `_` for what the API does not take. */
export function writtenByClients(tool: string): string {
  return tool.replace(/[^\w-]/g, "_");
}
