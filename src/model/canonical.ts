/**
 * JSON in the one form that RFC 8785 gives it: members sorted by their names, no blanks, numbers and strings as ECMAScript
 * writes them. Equal values have equal texts, so that a hash over the text is a hash over the value.
 */

/** The canonical text of a value out of `JSON.parse`. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  // Compared by UTF-16 units, as the RFC wants it and `<` does.
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`).join(",")}}`;
}
