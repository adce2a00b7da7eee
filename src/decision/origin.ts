/** Where a decision comes from: `file:line` and the words of the statement, ready to be shown. */
import { place, type Span } from "../language/source.ts";

export interface Origin {
  readonly place: string;
  readonly text: string;
}

/** An origin at the beginning of a span. */
export function originAt(span: Span, text: string): Origin {
  return { place: place(span), text };
}
