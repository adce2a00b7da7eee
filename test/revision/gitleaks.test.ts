import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { suite, test } from "node:test";
import { guardFinder } from "../../src/analysis/guard-find.ts";
import type { PatternDeclaration } from "../../src/language/tree.ts";
import { type Built, build } from "../../src/revision/build.ts";
import { readGitleaks } from "../../src/revision/gitleaks.ts";
import { groupsOf, onlyGroup, withEnds, withoutRunUp } from "../../src/revision/gitleaks-regex.ts";
import { readBuiltins } from "../../src/revision/packs.ts";
import { contentHash } from "../../src/revision/revision.ts";
import { orgText } from "./policies.ts";

const builtins = await readBuiltins();
const AT = Date.parse("2026-06-01T10:00:00Z");

const read = (text: string) => readGitleaks({ path: "rules.toml", text });

/** The only rule of a file, whose text is told without its header. */
function rule(text: string, rest = ""): { pattern: PatternDeclaration | undefined; said: readonly string[] } {
  const { tree, diagnostics } = read(`[[rules]]\n${text}\n${rest}`);
  const [first] = tree.declarations;
  assert.ok(tree.declarations.length < 2);
  return {
    pattern: first?.kind === "pattern" ? first : undefined,
    said: diagnostics.map(({ code, span, message }) => `${span.line} ${code} ${message}`),
  };
}

/** A policy with these rules under the name `leaks`, and a guardrail that matches them all. */
function policyWith(
  rules: string,
  use = `use leaks from gitleaks "rules.toml" sha256:${hash("sha256", rules, "hex")}`,
) {
  const guardrail = "guardrail leaks {\n  on request\n  match @leaks\n  action redact\n}\n";
  const org = orgText().replace("org acme {", "org acme {\n  guard leaks");
  const sources = [
    { path: "org.policy", text: `${org}\n${use}\n\n${guardrail}` },
    { path: "rules.toml", text: rules },
  ];
  const content = contentHash(sources);
  return build(sources, builtins, { id: content.slice(0, 12), content, commit: null }, AT);
}

/** What the rules find in a text. */
function found({ table, diagnostics }: Built, text: string): string[] {
  assert.ok(table !== null, JSON.stringify(diagnostics, null, 2));
  const find = guardFinder(table, [0]);
  return find(text, null).map(({ pattern, start, end }) => `${pattern}: ${text.slice(start, end)}`);
}

suite("a rule of gitleaks", () => {
  test("is a pattern with its name, its words and the line that names it", () => {
    const { pattern, said } = rule(
      `description = "An Acme key"\nid = "acme.key"\nregex = '''\\b(acme_[a-z0-9]{20})\\b'''`,
    );
    assert.deepEqual(said, []);
    assert.equal(pattern?.name.text, "acme-key");
    assert.equal(pattern?.doc, "An Acme key");
    assert.equal(pattern?.matches[0]?.pattern, "\\b(acme_[a-z0-9]{20})\\b");
    assert.deepEqual([pattern?.span.line, pattern?.span.column], [3, 1]);
  });

  test("asks for its keywords only when none stands in its expression", () => {
    const words = (regex: string) =>
      rule(`id = "a"\nregex = '''${regex}'''\nkeywords = ["zorp", "q~"]`).pattern?.keywords.map(({ text }) => text);
    assert.deepEqual(words("[0-9a-f]{32}"), ["zorp", "q~"]);
    assert.deepEqual(words("(?i)ZORP[0-9a-f]{32}"), []);
    assert.deepEqual(words("[a-z]{3}Q\\~[a-z]{31}"), []);
  });

  test("keeps its entropy as a check", () => {
    const { pattern } = rule(`id = "a"\nregex = "zorp[0-9a-f]{32}"\nentropy = 3.5`);
    assert.deepEqual(
      pattern?.checks.map(({ name, above }) => [name.text, above]),
      [["entropy", 3.5]],
    );
  });

  test("has for its value the group that it names", () => {
    const { pattern } = rule(`id = "a"\nregex = '''(zed|zee)_[(]?(?P<v>[A-Z0-9]{16})'''\nsecretGroup = 2`);
    assert.equal(pattern?.matches[0]?.pattern, "(?:zed|zee)_[(]?([A-Z0-9]{16})");
    assert.deepEqual(rule(`id = "a"\nregex = "zed(x)"\nsecretGroup = 2`).said, [
      "2 GW3049 rule `a` is left out: its expression has no group 2",
    ]);
  });

  test("tells when its value stands in one of several groups", () => {
    assert.deepEqual(rule(`id = "a"\nregex = '''zed"(\\w+)"|zed'(\\w+)\\''''`).said, [
      "2 GW3050 of rule `a` the first group is the value, and the whole match where it is empty",
    ]);
  });

  test("takes allowlists along, its own and those of the file, as what is let pass", () => {
    const own = `[[rules.allowlists]]\nregexTarget = "line"\nregexes = ["nosecret"]\n[[rules.allowlists]]\nstopwords = ["a.b", "c"]`;
    const shared = `[allowlist]\nregexes = ["^x+$"]\npaths = ["vendor/"]`;
    const { pattern, said } = rule(`id = "a"\nregex = "zorp[0-9a-f]{32}"`, `${own}\n${shared}`);
    assert.deepEqual(said, []);
    assert.deepEqual(
      pattern?.unless.map((one) => one.kind === "regex" && [one.on, one.regex.pattern, one.regex.flags]),
      [
        ["line", "nosecret", ""],
        ["value", "a\\.b|c", "i"],
        ["value", "^x+$", ""],
      ],
    );
  });

  test("takes an allowlist of the file only where it is meant", () => {
    const shared = `[[allowlists]]\ntargetRules = ["b"]\nregexes = ["^x+$"]\n[[allowlists]]\ntargetRules = ["a"]\nregexes = ["^y+$"]`;
    const { pattern } = rule(`id = "a"\nregex = "zorp[0-9a-f]{32}"`, shared);
    assert.deepEqual(
      pattern?.unless.map((one) => one.kind === "regex" && one.regex.pattern),
      ["^y+$"],
    );
  });

  test("is never let pass by half of a condition", () => {
    const list = (text: string) =>
      rule(`id = "a"\nregex = "zorp[0-9a-f]{32}"`, `[[rules.allowlists]]\ncondition = "AND"\n${text}`);
    const places = list(`regexes = ["^x"]\npaths = ["vendor/"]`);
    assert.deepEqual(places.pattern?.unless, []);
    const both = list(`regexes = ["^x"]\nstopwords = ["y"]`);
    assert.deepEqual(both.pattern?.unless, []);
    assert.deepEqual(both.said, ["2 GW3050 of rule `a` an allowlist that asks for several things at once is left out"]);
  });

  test("that cannot be taken over is left out, and named with its line", () => {
    const why = (text: string) => {
      const { pattern, said } = rule(text);
      assert.equal(pattern, undefined);
      return said.join();
    };
    assert.equal(why(`regex = "zorp"`), "1 GW3049 rule `without id` is left out: it has no `id`");
    assert.equal(
      why(`id = "p12"\npath = '''\\.p12$'''`),
      "2 GW3049 rule `p12` is left out: it looks at paths of files only",
    );
    assert.match(why(`id = "a"\nregex = "foo(?!bar)"`), /^2 GW3049 rule `a` is left out: .*`\(\?!`/);
    assert.match(why(`id = "a"\nregex = "x*"`), /^2 GW3049 rule `a` is left out: .*empty/);
  });

  test("with the name of one above is left out", () => {
    const { tree, diagnostics } = read(
      `[[rules]]\nid = "a.b"\nregex = "zorp1"\n\n[[rules]]\nid = "a-b"\nregex = "zorp2"\n`,
    );
    assert.equal(tree.declarations.length, 1);
    assert.deepEqual(
      diagnostics.map(({ span, message }) => [span.line, message]),
      [[6, "rule `a-b` is left out: a rule above has the same name"]],
    );
  });

  test("with a path, or with what nobody here understands, is taken and named", () => {
    const { pattern, said } = rule(`id = "a"\nregex = "zorp[0-9]{9}"\npath = "x"\nvalidate = "true"`);
    assert.ok(pattern);
    assert.deepEqual(said, [
      "2 GW3050 rule `a` is for some paths only, and looks at all texts here",
      "2 GW3050 of rule `a` `validate` is not understood",
    ]);
  });
});

suite("a file of rules", () => {
  test("that is no TOML, or has no rules, is an error at its place", () => {
    const said = (text: string) =>
      read(text).diagnostics.map(({ code, severity, span }) => `${severity} ${code} ${span.line}`);
    assert.deepEqual(said(`title = "x"\n[[rules]\n`), ["error GW3048 2"]);
    assert.deepEqual(said(`title = "x"\n`), ["error GW3048 1"]);
    assert.deepEqual(said(`rules = 3\n`), ["error GW3048 1"]);
  });

  test("is not followed to what it extends", () => {
    const { diagnostics } = read(
      `title = "x"\n[extend]\nuseDefault = true\n[[rules]]\nid = "a"\nregex = "zorp[0-9]{9}"\n`,
    );
    assert.deepEqual(
      diagnostics.map(({ code, span }) => [code, span.line]),
      [["GW3050", 2]],
    );
  });

  test("may be of any length and form of lines", () => {
    const { tree, diagnostics } = read(
      `[[rules]]\r\nid = "a"\r\nregex = '''\r\nzorp[0-9]{9}'''\r\nkeywords = [\r\n]\r\n`,
    );
    assert.deepEqual(diagnostics, []);
    assert.equal(tree.declarations.length, 1);
  });
});

suite("expressions of gitleaks", () => {
  test("are searched without what only stands before their names", () => {
    assert.equal(withoutRunUp("(?i)[\\w.-]{0,50}?(?:acme)=(x)"), "(?i)(?:acme)=(x)");
    assert.equal(withoutRunUp("[\\w.-]{0,50}?(?i:[\\w.-]{0,50}?(?:acme))=(x)"), "(?i:(?:acme))=(x)");
    assert.equal(withoutRunUp("acme[\\w.-]{0,50}?(x)"), "acme[\\w.-]{0,50}?(x)");
  });

  test("have groups where a parenthesis opens one", () => {
    assert.equal(groupsOf("\\((?:a)[(](?i)(?i:b)[])(][^](](c)(?P<n>d)(?<m>e)"), 3);
    assert.equal(onlyGroup("(a)(?P<n>b)(c)", 3), "(?:a)(?:b)(c)");
    assert.equal(onlyGroup("(a)", 2), null);
  });

  test("an end is put to what is repeated, and to nothing else", () => {
    assert.equal(withEnds("a*b+?c{2,}d{3}e{1,4}f?", 9), "a{0,9}b{1,9}?c{2,9}d{3}e{1,4}f?");
    assert.equal(withEnds("x{20,}", 9), "x{20,20}");
    assert.equal(withEnds("\\*[*+{2,}]\\+[]*]*[^]+]+(?:y)*{", 9), "\\*[*+{2,}]\\+[]*]{0,9}[^]+]{1,9}(?:y){0,9}{");
  });
});

suite("rules of gitleaks in a policy", () => {
  const rules = `[allowlist]
stopwords = ["example"]

[[rules]]
id = "acme-key"
regex = '''\\b(acme_[a-z0-9]{20})(?:["\\s]|$)'''
keywords = ["acme_"]
entropy = 3

[[rules]]
id = "near"
regex = '''\\b[0-9a-f]{32}\\b'''
keywords = ["zorp"]

[[rules]]
id = "assigned"
regex = '''(?i)[\\w.-]{0,50}?(?:widgetry)(?:[ \\t\\w.-]{0,20})[\\s'"]{0,3}(?:=|>|:{1,3}=|:|=>)[\\x60'"\\s=]{0,5}([a-z0-9]{24})(?:[\\x60'"\\s;]|\\\\[nr]|$)'''
`;
  const policy = policyWith(rules);

  test("find what they found, and pass what they passed", () => {
    assert.deepEqual(found(policy, 'key: "acme_k3j9x7q2m5p8w1z4v6t0"'), ["leaks.acme-key: acme_k3j9x7q2m5p8w1z4v6t0"]);
    assert.deepEqual(found(policy, 'key: "acme_aaaaaaaaaaaaaaaaaaaa"'), []);
    assert.deepEqual(found(policy, 'key: "acme_k3j9xexample8w1z4v6t"'), []);
    assert.deepEqual(found(policy, "0123456789abcdef0123456789abcdef"), []);
    assert.deepEqual(found(policy, "ZORP: 0123456789abcdef0123456789abcdef"), [
      "leaks.near: 0123456789abcdef0123456789abcdef",
    ]);
    assert.deepEqual(found(policy, "MY_WIDGETRY_TOKEN=k3j9x7q2m5p8w1z4v6t0abcd\n"), [
      "leaks.assigned: k3j9x7q2m5p8w1z4v6t0abcd",
    ]);
  });

  test("get an end to what they repeat where a long text could not be searched for them in time", () => {
    const endless = (regex: string) => policyWith(`${rules}\n[[rules]]\nid = "s"\nregex = '''${regex}'''\n`);
    const said = ({ diagnostics }: Built) =>
      diagnostics.filter(({ code }) => code !== "GW4003").map(({ code, message }) => `${code} ${message}`);
    const listed = endless("acme:[^;]*;[a-z]+end");
    assert.deepEqual(said(listed), [
      "GW3050 of rule `s` what may be repeated without end is repeated 150 times at most",
    ]);
    assert.deepEqual(found(listed, "see acme:1234;thisistheend."), ["leaks.s: acme:1234;thisistheend"]);
    assert.deepEqual(said(endless("(?i)-----BEGIN KEY-----[\\s\\S]{64,}?KEY-----")), [
      "GW3050 of rule `s` what may be repeated without end is repeated 250 times at most",
    ]);
    assert.deepEqual(said(endless("foo(?:(?:(?:a+b)+c)+d)+bar")), [
      "GW3049 rule `s` is left out: `/foo(?:(?:(?:a+b)+c)+d)+bar/` can match text of any length, and would take too long in a long one",
    ]);
  });

  test("say once how many of them are slow", () => {
    const slow = policyWith(`${rules}\n[[rules]]\nid = "s"\nregex = "[a-z]{7}[0-9]{7}"\n`);
    assert.deepEqual(
      slow.diagnostics.map(({ code, span, message }) => [code, span.path, message.slice(0, 12)]),
      [["GW4003", "rules.toml", "2 of 4 rules"]],
    );
  });

  test("are pinned by their hash, like other files", () => {
    const codes = ({ diagnostics }: Built) => diagnostics.map(({ code }) => code);
    const pin = "1".repeat(64);
    assert.deepEqual(codes(policyWith(rules, `use leaks from gitleaks "rules.toml" sha256:${pin}`)), ["GW3018"]);
    assert.deepEqual(codes(policyWith(rules, `use leaks from gitleaks "rules.tml" sha256:${pin}`)), ["GW3019"]);
    assert.deepEqual(codes(policyWith(rules, `use leaks from "rules.toml" sha256:${pin}`)), ["GW3048"]);
    assert.ok(codes(policyWith(rules, `use leaks from gitleaks "org.policy" sha256:${pin}`)).includes("GW3048"));
    assert.ok(codes(policyWith(rules, `use leaks from gitleaks "rules.toml"`)).includes("GW3017"));
  });

  test("may hold texts that look like secrets, because they say what secrets look like", () => {
    const looks = `AKIA${"IOSFODNN7ABCDEFG"}`;
    const { table, diagnostics } = policyWith(`${rules}\n[[rules.allowlists]]\nstopwords = ["${looks}"]\n`);
    assert.ok(table !== null, JSON.stringify(diagnostics, null, 2));
  });

  test("are nothing when no line brings them in", () => {
    const { table, diagnostics } = policyWith("no toml at all [", "use leaks from builtin");
    assert.equal(table, null);
    assert.deepEqual(
      diagnostics.map(({ code }) => code),
      ["GW2010"],
    );
  });
});
