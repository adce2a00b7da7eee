/** Texts cut to what a service takes at once: at ends of paragraphs or lines where there are any, with an overlap. */

/** How far a piece reaches back into the one before it, so that what lies on the cut is seen whole. */
const OVERLAP = 200;
/** A cut is looked for in the last part of a piece. */
const LATE = 0.7;

/** Cuts a text into pieces of at most so many code points. */
export function cut(text: string, most: number): string[] {
  if (text.length <= most) return [text];
  const points = Array.from(text);
  if (points.length <= most) return [text];
  const overlap = Math.min(OVERLAP, Math.floor(most / 4));
  const pieces: string[] = [];
  let start = 0;
  while (start < points.length) {
    let end = Math.min(start + most, points.length);
    if (end < points.length) end = cutBefore(points, start + Math.floor(most * LATE), end);
    pieces.push(points.slice(start, end).join(""));
    if (end === points.length) break;
    start = end - overlap;
  }
  return pieces;
}

function cutBefore(points: readonly string[], from: number, to: number): number {
  let line = -1;
  let word = -1;
  for (let at = to; at > from; at--) {
    const before = points[at - 1];
    if (before === "\n" && points[at - 2] === "\n") return at;
    if (before === "\n" && line < 0) line = at;
    if (before === " " && word < 0) word = at;
  }
  return line > 0 ? line : word > 0 ? word : to;
}
