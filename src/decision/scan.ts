/** What a scan for guarded content answers. scanner.ts does it; wire/ says where the texts are. */

/** One hit: UTF-16 offsets into the scanned text, `end` exclusive. */
export interface Hit {
  readonly start: number;
  readonly end: number;
  /** Index into `Table.guardrails`. */
  readonly guardrail: number;
  /** Name of the pattern that hit. */
  readonly pattern: string;
}

/** What may hit in some bytes; only the scanner that said so can read it. */
export type Suspects = "any" | readonly number[];

/** Scans for the guardrails it was made for. Stateless between calls; safe on any text (linear time). */
export interface Scanner {
  /**
   * Cheap first stage over raw bytes (JSON escapes not undone, except that with a `\u` among them anything may hit):
   * null only when no guardrail of this scanner can hit in `bytes[start, end)`.
   */
  suspects(bytes: Uint8Array, start: number, end: number): Suspects | null;
  /**
   * Every hit in decoded text, sorted by start. Those that change the text do not overlap (the longer wins, a reject beats
   * a redact, that a mask); those that leave it as it is (flagged, observed) may. `suspects` is
   * what the first stage said of the same text's bytes; without it the text itself is looked through first.
   */
  scan(text: string, suspects?: Suspects): readonly Hit[];
}
