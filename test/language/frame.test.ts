import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnostic } from "../../src/language/diagnostic.ts";
import { frame } from "../../src/language/frame.ts";
import { Lines } from "../../src/language/lines.ts";
import { parse } from "../../src/language/parse.ts";

const PATH = "teams/contractors.policy";

function diagnosticAt(text: string, found: string, more: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf(found);
  const span = new Lines({ path: PATH, text }).span(start, start + found.length);
  return { code: "GW2003", severity: "error", span, message: "it is wrong", help: null, notes: [], ...more };
}

test("a frame shows place, line, caret, help and notes", () => {
  const text = "language 1\n\nteam contractors {\n  deny models @frontiers\n}\n";
  const diagnostic = diagnosticAt(text, "@frontiers", {
    message: "unknown model group `@frontiers`",
    help: "did you mean `@frontier`? (models.policy:9)",
    notes: [{ message: "a deny that matches nothing would be silent, so this is an error", span: null }],
  });
  assert.equal(
    frame(diagnostic, text),
    [
      "error[GW2003]: unknown model group `@frontiers`",
      "  --> teams/contractors.policy:4:15",
      "   |",
      " 4 |   deny models @frontiers",
      "   |               ^^^^^^^^^^ did you mean `@frontier`? (models.policy:9)",
      "   = a deny that matches nothing would be silent, so this is an error",
    ].join("\n"),
  );
});

test("a note with a place names it", () => {
  const text = "a\nb\n";
  const first = diagnosticAt(text, "a").span;
  const shown = frame(diagnosticAt(text, "b", { notes: [{ message: "the first is here", span: first }] }), text);
  assert.match(shown, /= the first is here \(teams\/contractors\.policy:1\)$/);
});

test("a fault over several lines is marked to the end of its first, a fault of no width with one caret", () => {
  assert.match(frame(diagnosticAt("team a {\n}\n", "a {\n}"), "team a {\n}\n"), / \| {6}\^\^\^$/);
  assert.match(frame(diagnosticAt("team\n", ""), "team\n"), / \| \^$/);
  assert.match(frame(diagnosticAt("", ""), ""), / 1 \|\n {3}\| \^$/);
});

test("a long line is shown around the fault", () => {
  const text = `${"x ".repeat(300)}HERE ${"y ".repeat(300)}`;
  const [line = "", carets = ""] = frame(diagnosticAt(text, "HERE"), text).split("\n").slice(3);
  assert.ok(line.length < 180 && line.includes("HERE"));
  assert.equal(carets.indexOf("^"), line.indexOf("HERE"));
});

test("tabs keep the caret under the fault, and signs for terminals do not reach them", () => {
  const text = "\tteam \u001b[31mred\u202e\n";
  const [line, carets] = frame(diagnosticAt(text, "red"), text).split("\n").slice(3);
  assert.equal(line, " 1 | \tteam \ufffd[31mred\ufffd");
  assert.equal(carets, "   | \t          ^^^");
});

test("a secret is pointed at and not shown", () => {
  const secret = ["sk", "ant", "x".repeat(20)].join("-");
  const text = `provider p { credential env ${secret} }\n`;
  const shown = frame(diagnosticAt(text, secret, { code: "GW4001" }), text);
  assert.ok(!shown.includes(secret));
  assert.match(shown, /credential env \*+ }/);
});

test("a secret is not shown beside another fault either, but examples of patterns are", () => {
  const secret = `gk_${"x".repeat(38)}`;
  const text = `key k in eng { hash ${secret} expires never }\n`;
  assert.match(frame(diagnosticAt(text, "never"), text), / \| key k in eng { hash \*{41} expires never }\n/);
  const { diagnostics } = parse({ path: PATH, text: `language 1\n${text}` });
  assert.ok(diagnostics.length > 0 && !JSON.stringify(diagnostics).includes(secret));
  assert.ok(frame(diagnosticAt(text, secret, { code: "GW4004" }), text).includes(secret));
});

test("a style paints the parts and nothing else", () => {
  const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
  const style = { error: mark("e"), warning: mark("w"), bold: mark("b"), dim: mark("d") };
  const text = "deny x\n";
  const painted = frame(diagnosticAt(text, "x", { severity: "warning" }), text, style);
  assert.match(painted, /^<w>warning\[GW2003\]<\/w><b>: it is wrong<\/b>\n/);
  assert.equal(painted.replace(/<\/?[ewbd]>/g, ""), frame(diagnosticAt(text, "x", { severity: "warning" }), text));
});
