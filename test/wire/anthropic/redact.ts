/** What a request becomes under a scanner, by the means of wire/ alone: its texts, their raw places, the splice. */
import type { Hit, Scanner } from "../../../src/decision/scan.ts";
import type { Place } from "../../../src/language/tree.ts";
import type { Edit, MessagesRequest, TextSpan } from "../../../src/wire/anthropic/messages.ts";
import { rawEdits, textAt } from "../../../src/wire/text.ts";

/** A hit in one text of the request; `value` is what was found and goes nowhere but into a placeholder. */
export interface Finding {
  readonly span: TextSpan;
  readonly hit: Hit;
  readonly value: string;
}

/** Every finding, in the order of the texts. `scannerAt` gives the scanner of the guardrails that look at a place. */
export function scanTexts(request: MessagesRequest, scannerAt: (place: Place) => Scanner | null): Finding[] {
  const { body, texts } = request;
  const scanners = new Map<Place, Scanner | null>();
  const found: Finding[] = [];
  for (const span of texts) {
    let scanner = scanners.get(span.place);
    if (scanner === undefined) {
      scanner = scannerAt(span.place);
      scanners.set(span.place, scanner);
    }
    if (scanner === null) continue;
    const text = textAt(body, span.start, span.end);
    for (const hit of scanner.scan(text)) found.push({ span, hit, value: text.slice(hit.start, hit.end) });
  }
  return found;
}

/** Edits that put a replacement in the place of every finding. */
export function redactTexts(
  request: MessagesRequest,
  findings: readonly Finding[],
  replacement: (finding: Finding) => string,
): Edit[] {
  const bySpan = Map.groupBy(findings, ({ span }) => span);
  return [...bySpan].flatMap(([span, found]) => {
    const changes = found.map((finding) => ({ ...finding.hit, text: replacement(finding) }));
    return rawEdits(request.body, span.start, span.end, changes);
  });
}
