import assert from "node:assert/strict";
import { test } from "node:test";
import type { TokenType } from "chevrotain";
import { BODIES, carryWanted, EXAMPLES } from "../../src/language/expectation.ts";
import { Grammar } from "../../src/language/grammar.ts";
import { parse } from "../../src/language/parse.ts";

/** With chevrotain's own validations on: ambiguous or unreachable alternatives throw here. */
const grammar = new Grammar(carryWanted, false);
const rules = grammar.getGAstProductions() as Readonly<Record<string, Part>>;

/** What chevrotain records of a rule, as far as it is needed here. */
interface Part {
  readonly definition?: readonly Part[];
  readonly terminalType?: TokenType;
  readonly nonTerminalName?: string;
}

/** The words that may begin a production. */
function first(production: Part): string[] {
  if (production.terminalType !== undefined) return [production.terminalType.LABEL ?? production.terminalType.name];
  if (production.nonTerminalName !== undefined) return first(rules[production.nonTerminalName]!);
  const parts = production.definition ?? [];
  const kind = production.constructor.name;
  return kind === "Alternation" ? parts.flatMap(first) : parts.slice(0, 1).flatMap(first);
}

/** The words that may begin a repeated or optional part between the braces of a body. */
function partsOf(rule: string): string[] {
  const parts = rules[rule]!.definition ?? [];
  return parts.filter((part) => /Repetition|Option/.test(part.constructor.name)).flatMap(first);
}

test("what a body may hold is what the grammar takes there", () => {
  for (const [rule, { words }] of Object.entries(BODIES)) {
    assert.deepEqual(partsOf(rule).sort(), words.map((word) => `\`${word}\``).sort(), rule);
  }
});

test("there is an example for each declaration and statement, and it parses", () => {
  const inNode = ["access", "guard", "observed", "limit", "budget", "active", "ungranted"];
  inNode.push(
    "after",
    "askTools",
    "calls",
    "measured",
    "results",
    "largest",
    "redacted",
    "flagged",
    "timezone",
    "owner",
    "expires",
    "label",
    "where",
  );
  const inWhere = ["presence", "entries", "compared", "field", "comparison", "membership", "inclusion", "ordering"];
  const inGuardrail = ["action", "sample", "ask", "timeout"];
  const inPattern = ["texts", "patternChecks", "exemptions", "grade"];
  const inService = ["resource", "serviceCheck"];
  const inTest = ["can", "otherwise", "clock", "given", "send", "place", "remaining", "behind", "object", "result"];
  const inInvariant = ["never", "onlyTo", "require"];
  const inServer = ["address", "command", "env", "serverTimeout", "may", "oauth", "pins"];
  const wrap = (rule: string, text: string): string => {
    if (inNode.includes(rule)) return `team x { ${text} }`;
    if (inWhere.includes(rule)) return `team x { allow tools y ${text} }`;
    if (inGuardrail.includes(rule)) return `guardrail x { ${text} }`;
    if (inPattern.includes(rule)) return `pattern x { ${text} }`;
    if (inService.includes(rule)) return `service x { ${text} }`;
    if (inTest.includes(rule)) return `test "x" for team x { ${text} }`;
    if (inInvariant.includes(rule)) return `invariant "x" { ${text} }`;
    if (["stages", "places", "forms"].includes(rule)) return `guardrail x { ${text} }`;
    if (rule === "auditStatement") return `audit { ${text} }`;
    if (inServer.includes(rule)) return `mcp x { ${text} }`;
    if (rule === "driftAction") return `mcp x { pins "x.lock" ${text} }`;
    if (rule === "until") return `team x { guard y ${text} }`;
    return rule === "price" ? `models x { y ${text} }` : text.replace("…", "");
  };
  for (const [rule, texts] of Object.entries(EXAMPLES)) {
    assert.ok(rule in rules, rule);
    for (const text of texts.split("` or `")) {
      const source = rule === "language" ? text : `language 1\n${wrap(rule, text)}`;
      assert.deepEqual(parse({ path: "x.policy", text: source }).diagnostics, [], rule);
    }
  }
});
