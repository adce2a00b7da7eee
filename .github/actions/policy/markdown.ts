/** Words from elsewhere, in Markdown: they mention nobody, link nowhere, end no cell and no fold. */

/** Text as code. */
export function inCode(text: string): string {
  const fence = "`".repeat(1 + Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)));
  const inner = text.replaceAll("|", "\\|").replace(/\s+/g, " ");
  return inner.includes("`") ? `${fence} ${inner} ${fence}` : `${fence}${inner}${fence}`;
}

const CUT = "\n\nThis is cut: the whole review is in the summary of the job.\n";
const ROOM_TO_CLOSE = 200;

/** The text, or as many of its lines as fit into so many characters; what was open at the cut is closed. */
export function fit(markdown: string, most: number): string {
  if (markdown.length <= most) return markdown;
  const lines: string[] = [];
  let [length, fence, isFolded] = [CUT.length + ROOM_TO_CLOSE, "", false];
  for (const line of markdown.split("\n")) {
    length += line.length + 1;
    if (length > most) break;
    lines.push(line);
    const [run = ""] = /^`{3,}/.exec(line) ?? [];
    if (fence === "") fence = run;
    else if (line === fence) fence = "";
    if (line.startsWith("<details>")) isFolded = true;
    if (line === "</details>") isFolded = false;
  }
  return [...lines, ...(fence === "" ? [] : [fence]), ...(isFolded ? ["", "</details>"] : [])].join("\n") + CUT;
}
