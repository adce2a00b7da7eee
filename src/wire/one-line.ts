/** Clients show a message in one line. */

/** The text with every run of blanks and line breaks as one blank. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
