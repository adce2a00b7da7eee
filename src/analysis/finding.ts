/** A line of a test that does not hold, as a diagnostic: what is so instead, and the lines that make it so. */
import type { Origin } from "../decision/origin.ts";
import type { Code } from "../language/codes.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";

/** What is to be said about a line. */
export interface Remark {
  readonly code: Code;
  readonly span: Span;
  readonly message: string;
  readonly origins?: readonly Origin[];
}

/** A line that does not hold. */
export function failure({ code, span, message, origins = [] }: Remark): Diagnostic {
  const notes = origins.map(({ place, text }) => ({ message: `decided by \`${text}\` at ${place}`, span: null }));
  return { code, severity: "error", span, message, help: null, notes };
}

/** A line or test that holds, but proves nothing. */
export function vacuity(span: Span, message: string): Diagnostic {
  return { code: "GW5004", severity: "warning", span, message, help: null, notes: [] };
}
