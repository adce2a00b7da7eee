/** Parts of a text that give way to other words. What the bytes of it become is wire/text.ts's. */

/** What takes the place of `[start, end)` of a text, in UTF-16 units. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A text with changes made, which come sorted and apart. */
export function changed(text: string, changes: readonly Change[]): string {
  let result = "";
  let from = 0;
  for (const change of changes) {
    result += text.slice(from, change.start) + change.text;
    from = change.end;
  }
  return result + text.slice(from);
}

/** The changes that make the text again out of what these changes made of it. */
export function inverse(text: string, changes: readonly Change[]): Change[] {
  let shift = 0;
  return changes.map((change) => {
    const start = change.start + shift;
    shift += change.text.length - (change.end - change.start);
    return { start, end: start + change.text.length, text: text.slice(change.start, change.end) };
  });
}
