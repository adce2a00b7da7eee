/** One labelled text, and how a text with marks around its secrets becomes one. */

/** Which family a text belongs to: self-identifying, a vendor's, generic, or without any secret. */
export type Family = "A" | "B" | "C" | "negative";

/** A text and where its secrets stand, as offsets into it. */
export interface Sample {
  readonly family: Family;
  /** The kind of secret, or of innocent text. */
  readonly kind: string;
  readonly context: string;
  readonly text: string;
  readonly spans: readonly (readonly [number, number])[];
}

const OPEN = "\uE000";
const CLOSE = "\uE001";

/** Puts marks around a secret; characters that no escaping touches. */
export function mark(secret: string): string {
  return `${OPEN}${secret}${CLOSE}`;
}

/** Takes the marks out and notes where they stood. */
export function unmark(marked: string): Pick<Sample, "text" | "spans"> {
  const spans: [number, number][] = [];
  let text = "";
  for (const part of marked.split(OPEN)) {
    const end = part.indexOf(CLOSE);
    if (end >= 0) spans.push([text.length, text.length + end]);
    text += part.replace(CLOSE, "");
  }
  return { text, spans };
}
