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

/** Scans for the guardrails it was made for. Stateless between calls; safe on any text (linear time). */
export interface Scanner {
  /**
   * Cheap first stage over raw bytes (JSON escapes not undone, except that bytes with `\u` always answer true):
   * false only when no guardrail of this scanner can hit in `bytes[start, end)`.
   */
  mayHit(bytes: Uint8Array, start: number, end: number): boolean;
  /** Every hit in decoded text, sorted by start, not overlapping (the longer wins, a reject beats a redact). */
  scan(text: string): readonly Hit[];
}
