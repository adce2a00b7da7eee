/** A scanner made of plain expressions, for tests that are about bytes and not about policy. */
import assert from "node:assert/strict";
import { type Grower, type Growth, growthOf } from "../../../src/decision/growing.ts";
import type { Hit, Scanner } from "../../../src/decision/scan.ts";

/** Guardrail 0 redacts what `redact` finds, guardrail 1 rejects what `reject` finds. */
export function scannerOf(
  redact: RegExp | null,
  reject: RegExp | null = null,
): Scanner & { scans: number; readonly growth: Growth } {
  const rules = [redact, reject];
  const scanner = {
    scans: 0,
    growth: growthOf(rules.flatMap((rule, guardrail) => (rule === null ? [] : [growerOf(rule, guardrail)]))),
    scan(text: string): readonly Hit[] {
      scanner.scans += 1;
      const hits = rules.flatMap((rule, guardrail) =>
        rule === null
          ? []
          : [...text.matchAll(new RegExp(rule, "g"))].map((match) => ({
              start: match.index,
              end: match.index + match[0].length,
              guardrail,
              pattern: guardrail === 0 ? "badge" : "order",
            })),
      );
      return hits.sort((a, b) => a.start - b.start);
    },
    scanning: () => assert.fail("what comes of an answer is short"),
    lastSign: (text: string) => text.length,
  };
  return scanner;
}

function growerOf({ source }: RegExp, guardrail: number): Grower {
  const expression = {
    source,
    flags: "",
    engine: "v8",
    re2: source,
    literals: [],
    certain: "",
    longest: null,
  } as const;
  return { guardrail, pattern: guardrail === 0 ? "badge" : "order", expression };
}
