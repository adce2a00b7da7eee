/** From this program's values to those of the protocol: offsets to positions, diagnostics, edits. */
import {
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  type Location,
  type Range,
  type Diagnostic as Shown,
  type TextEdit,
} from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type { Edit } from "../format.ts";

/** A document and its address, by the path that spans carry; null for one that is nowhere. */
export type Find = (path: string) => { readonly uri: string; readonly document: TextDocument } | null;

/** Two offsets of a document as positions. */
export function rangeOf(document: TextDocument, { start, end }: { start: number; end: number }): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** A span as a place that an editor can go to. */
export function locationOf(span: Span, find: Find): Location | null {
  const found = find(span.path);
  return found && { uri: found.uri, range: rangeOf(found.document, span) };
}

/** An edit of a document. */
export function textEditOf(document: TextDocument, { start, end, text }: Edit): TextEdit {
  return { range: rangeOf(document, { start, end }), newText: text };
}

/** A diagnostic as editors show it: the help under the message, notes with a place as links, others as lines. */
export function shownDiagnostic(diagnostic: Diagnostic, document: TextDocument, find: Find): Shown {
  const { code, severity, span, message, help, notes } = diagnostic;
  const related = notes.flatMap((note) => {
    const location = note.span && locationOf(note.span, find);
    return location ? [DiagnosticRelatedInformation.create(location, note.message)] : [];
  });
  const lines = notes.flatMap((note) => (note.span === null ? [note.message] : []));
  return {
    range: rangeOf(document, span),
    severity: severity === "error" ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: "sallyport",
    message: [message, ...(help === null ? [] : [help]), ...lines].join("\n"),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
    ...(code === "GW3026" ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}
