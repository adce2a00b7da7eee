/**
 * What becomes of what a tool gives back in a test: it is held to a size and looked through by the lines that hold for it,
 * as the gateway does it. A text stands for a result with that one text and nothing else.
 */
import { changed } from "../decision/change.ts";
import { heldResult } from "../decision/held-result.ts";
import type { Mark } from "../decision/mark.ts";
import { changesOf, rule } from "../decision/marks.ts";
import type { Origin } from "../decision/origin.ts";
import type { Principal } from "../decision/principal.ts";
import { lineOf, markingReturned, soughtBy } from "../decision/returned.ts";
import { createScanner } from "../decision/scanner.ts";
import { Secrets } from "../decision/secrets.ts";
import { atOnce } from "../decision/steps.ts";
import type { Table } from "../decision/table.ts";
import { thousands } from "../decision/words.ts";
import type { TestSend } from "../model/model.ts";

/** What came of a result. */
export type Back =
  | { readonly kind: "withheld"; readonly bytes: number; readonly max: number; readonly origin: Origin }
  | {
      readonly kind: "through";
      readonly finds: readonly Find[];
      /** The text as it goes on; ids of placeholders are written `*`, since they hang on a gateway's own key. */
      readonly text: string;
    };

/** What a line about results found. */
interface Find {
  readonly deed: "redact" | "flag";
  readonly pattern: string;
  readonly origin: Origin;
}

type Result = NonNullable<TestSend["result"]>;

/** Plays what a tool gives back. */
export function playResult(
  table: Table,
  principal: Principal,
  { tool, result }: { readonly tool: string; readonly result: Result },
  now: number,
): Back {
  const text = result.kind === "text" ? result.text : "";
  const held = heldResult(table, principal, tool, now);
  if (held === null) return { kind: "through", finds: [], text };
  const bytes = sizeOf(result);
  if (held.largest !== null && bytes > held.largest.max) {
    const { max, origin } = held.largest;
    return { kind: "withheld", bytes, max, origin };
  }
  const scanner = createScanner(table.sought, soughtBy(held.searches), "request");
  if (scanner === null) return { kind: "through", finds: [], text };
  const marked = atOnce(
    markingReturned(new Secrets(() => NO_HASH), {
      texts: [text],
      read: (it) => it,
      *looking(_, words) {
        return rule(table.sought.guardrails, yield* scanner.scanning(words));
      },
    }),
  );
  const marks = (marked.get(text) ?? []).map(withoutId);
  const finds = marks.flatMap(({ ruling, text: words }): Find[] => {
    if (ruling === null) return [];
    const deed = words === null ? "flag" : "redact";
    return [{ deed, pattern: ruling.pattern, origin: lineOf(table, held.searches, ruling) }];
  });
  return { kind: "through", finds, text: changed(text, changesOf(marks)) };
}

/** The key of the hash is each gateway's own, and no test knows it. */
const NO_HASH = "0".repeat(13);

function withoutId(mark: Mark): Mark {
  return { ...mark, text: mark.text?.replace(/[a-z2-7]+\]\]$/, "*]]") ?? null };
}

/** Bytes of the result as JSON, which is what sizes are about. */
function sizeOf(result: Result): number {
  if (result.kind === "size") return result.bytes;
  return Buffer.byteLength(JSON.stringify({ content: [{ type: "text", text: result.text }] }));
}

/** Whether a test that says what comes back is right about it; what is expected of requests never holds. */
export function meetsBack(back: Back, expected: TestSend["expect"]): boolean {
  if (back.kind === "withheld") return expected.kind === "withhold";
  if (expected.kind === "allow") return back.finds.every(({ deed }) => deed !== "redact");
  if (expected.kind !== "found") return false;
  const { deed, by, to } = expected;
  const names = by?.patterns.map(({ name }) => name) ?? null;
  const isFound = back.finds.some((it) => it.deed === deed && (names === null || names.includes(it.pattern)));
  return isFound && (to === null || to === back.text);
}

/** What came of it, in words that follow its name. */
export function whatCameBack(back: Back, expected: TestSend["expect"]): string {
  if (back.kind === "withheld") {
    return `is withheld (it has ${thousands(back.bytes)} bytes, and at most ${thousands(back.max)} may come back)`;
  }
  if (back.finds.length === 0) return "goes on as it is";
  const parts = [...Map.groupBy(back.finds, ({ deed }) => deed)].map(
    ([deed, by]) => `${DONE[deed]} by ${[...new Set(by.map(({ pattern }) => pattern))].join(", ")}`,
  );
  const to = expected.kind === "found" && expected.to !== null ? ` to ${JSON.stringify(back.text)}` : "";
  return `${parts.join(" and ")}${to}`;
}

const DONE = { redact: "is redacted", flag: "is flagged" } as const satisfies Record<Find["deed"], string>;

/** The lines that made it so. */
export function originsOfBack(back: Back): readonly Origin[] {
  return back.kind === "withheld" ? [back.origin] : [...new Set(back.finds.map(({ origin }) => origin))];
}
