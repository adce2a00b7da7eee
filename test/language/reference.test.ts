import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { meantWords } from "../../.ci/grammar/productions.ts";
import { parse } from "../../src/language/parse.ts";
import { print } from "../../src/language/print.ts";
import type { Source } from "../../src/language/source.ts";
import { Contextual, LATER_WORDS, RESERVED } from "../../src/language/tokens.ts";
import type { Declaration } from "../../src/language/tree.ts";
import { lockOf, printLock } from "../../src/model/lock.ts";
import { build } from "../../src/revision/build.ts";
import { sha256 } from "../../src/revision/locks.ts";
import { readBuiltins } from "../../src/revision/packs.ts";

const README = readFileSync(new URL("../../grammar/README.md", import.meta.url), "utf8");

function blocks(language: string): string[] {
  return Array.from(README.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms")), (found) => found[1]!);
}

test("every example of the reference parses and is in canonical form", () => {
  assert.ok(blocks("policy").length >= 6);
  for (const text of blocks("policy")) {
    assert.deepEqual(parse({ path: "example.policy", text }).diagnostics, []);
    assert.deepEqual(print({ path: "example.policy", text }), { text });
  }
});

/** A tool as its server describes it. */
const CREATE_ISSUE = {
  name: "create_issue",
  inputSchema: {
    type: "object",
    properties: {
      repo: { type: "string" },
      body: { type: "string" },
      labels: { type: "array", items: { type: "string" } },
    },
  },
};

/** Files that the examples speak of. */
const BESIDE: readonly Source[] = [
  { path: "packs/own.policy", text: "language 1\n\npattern badge {\n  match /\\bBADGE-\\d{4}\\b/\n}\n" },
  {
    path: "packs/gitleaks.toml",
    text: "[[rules]]\nid = \"acme-token\"\nregex = '''\\bacme_[a-z0-9]{24}\\b'''\nkeywords = [\"acme_\"]\n",
  },
  { path: "teams/payments/limits.policy", text: "language 1\n" },
  {
    path: "mcp/github.lock",
    text: printLock(lockOf("github", [{ name: "get_issue" }, CREATE_ISSUE], null, sha256), sha256),
  },
  { path: "mcp/tickets.lock", text: printLock(lockOf("tickets", [{ name: "find" }], null, sha256), sha256) },
];

/** An example as a whole policy: what it does not declare itself comes from reference.policy. */
function completed(text: string): Source[] {
  const rest = { path: "reference.policy", text: readFileSync(new URL("reference.policy", import.meta.url), "utf8") };
  const nameOf = (it: Declaration): string => `${it.kind} ${it.kind === "audit" ? "" : it.name.text}`;
  const own = new Set(parse({ path: "", text }).tree.declarations.map(nameOf));
  const hasOrg = [...own].some((name) => name.startsWith("org "));
  const kept = parse(rest).tree.declarations.filter((it) => !own.has(nameOf(it)) && !(it.kind === "org" && hasOrg));
  const others = kept.map(({ span }) => rest.text.slice(span.start, span.end));
  return [{ path: "example.policy", text }, { ...rest, text: `language 1\n\n${others.join("\n\n")}\n` }, ...BESIDE];
}

const AT = Date.parse("2026-06-01T10:00:00Z");

test("every example of the reference is good as a part of a policy, passes its tests and keeps its invariants", async () => {
  const builtins = await readBuiltins();
  for (const [index, text] of blocks("policy").entries()) {
    const sources = completed(text);
    const which = `example ${index + 1}: ${text.split("\n").slice(2, 4).join(" ")}`;
    const { diagnostics, report, proofs } = build(sources, builtins, { id: "", content: "", commit: null }, AT);
    // What an example declares and only the reader would use is told as such.
    const found = diagnostics.filter(({ code }) => code !== "GW3026");
    const failures = (report?.tests ?? []).flatMap((one) => [...one.failures, ...one.warnings]);
    const broken = (proofs?.invariants ?? []).flatMap((one) => one.failures);
    const said = [...found, ...failures, ...broken].map(({ span, message }) => `${span.path}:${span.line}: ${message}`);
    assert.deepEqual(said, [], which);
  }
});

/** What stands in backticks outside of the examples. */
function described(): string {
  const prose = README.replace(/^```.*?^```$/gms, "");
  return Array.from(prose.matchAll(/`([^`]+)`/g), (found) => found[1]!).join("\n");
}

test("the reference tells of every word, now and later, outside of its examples too", () => {
  const said = described();
  for (const word of [...RESERVED, ...Object.keys(Contextual), ...meantWords()]) {
    assert.match(said, new RegExp(`(?<![\\w./-])${word}(?![\\w./-])`), word);
  }
  const [, later = ""] = /not understood yet; each is an error, never skipped: (.*?)\./s.exec(README) ?? [];
  assert.deepEqual(Array.from(later.matchAll(/`([^`]+)`/g), (found) => found[1]!).sort(), [...LATER_WORDS].sort());
});
