/** Makes a diagnostic: the severity comes from the catalogue, so that a code is never an error here and a warning there. */
import { CODES, type Code } from "../language/codes.ts";
import type { Diagnostic, Note } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";

/** A diagnostic with the severity of its code. */
export function fault(
  code: Code,
  span: Span,
  message: string,
  help: string | null,
  notes: readonly Note[] = [],
): Diagnostic {
  return { code, severity: CODES[code].severity, span, message, help, notes };
}

/** The note beside the second of two things of which there may be one. */
export function firstIsHere(span: Span): readonly Note[] {
  return [{ message: "the first is here", span }];
}
