/** A scanner of packs that ship, for tests. */
import { compile } from "../../src/decision/compile.ts";
import type { Hit } from "../../src/decision/scan.ts";
import { createScanner } from "../../src/decision/scanner.ts";
import { REVISION } from "../decision/models.ts";
import { modelOf, shippedPacks } from "../model/policies.ts";

/** What a guardrail of these packs finds in a text. */
export function scannerOfPacks(...packs: readonly string[]): (text: string) => readonly Hit[] {
  const uses = packs.map((pack) => `use ${pack} from builtin\n`).join("");
  const matches = packs.map((pack) => `@${pack}`).join(", ");
  const text = `language 1\n${uses}org acme { guard all }\nguardrail all { on request match ${matches} action redact }\n`;
  const { table } = compile(modelOf([{ path: "acme.policy", text }], shippedPacks()), REVISION);
  const scanner = table && createScanner(table, [0], "request");
  if (!scanner) throw new Error("the packs make no scanner");
  return (searched) => scanner.scan(searched);
}
