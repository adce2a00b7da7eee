/** What is said of a place in a text of a request; marks.ts lays them. */
import type { Deeds } from "./deeds.ts";
import type { Origin } from "./origin.ts";

/** What a guardrail says about a place in a text. */
export interface Ruling {
  readonly guardrail: string;
  readonly pattern: string;
  readonly deeds: Deeds;
  readonly origin: Origin | null;
}

/** A place in a decoded text, in UTF-16 units. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  /** What takes its place where the request goes on; null when it stays. */
  readonly text: string | null;
  /** null for what only is put back as the model wrote it. */
  readonly ruling: Ruling | null;
  /** The id of the value that was found; of what is put back, the empty text. */
  readonly id: string;
}
