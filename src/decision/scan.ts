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
   * Every hit in decoded text, sorted by start. Those that change the text do not overlap (the longer wins, a reject beats
   * a redact, that a mask); those that leave it as it is (flagged, observed) may.
   */
  scan(text: string): readonly Hit[];
  /** The same in many steps, each of them short however long the text is. */
  scanning(text: string): Generator<void, readonly Hit[]>;
  /**
   * Where the last thing stands, at or behind a place, without which there are no hits; -1 for none, and the text's length
   * where hits need no such thing. A text in which there is none has no hits.
   */
  lastSign(text: string, from: number): number;
}
