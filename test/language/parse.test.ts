import assert from "node:assert/strict";
import { test } from "node:test";
import { frame } from "../../src/language/frame.ts";
import { parse } from "../../src/language/parse.ts";
import type { Declaration } from "../../src/language/tree.ts";
import { testGolden } from "./golden.ts";

testGolden("errors", ({ name, input }) => {
  const { diagnostics } = parse({ path: `${name}.policy`, text: input });
  return diagnostics.map((diagnostic) => `${frame(diagnostic, input)}\n`).join("\n");
});

/** A declaration without its spans, so that it can be compared as a whole. */
function bare(text: string): unknown[] {
  const { tree, diagnostics } = parse({ path: "x.policy", text: `language 1\n${text}` });
  assert.deepEqual(diagnostics, []);
  return JSON.parse(JSON.stringify(tree.declarations, (key, value) => (key === "span" ? undefined : value)));
}

function names(text: string): string[] {
  const { tree } = parse({ path: "x.policy", text });
  return tree.declarations.map((declaration: Declaration) => `${declaration.kind} ${nameOf(declaration)}`.trim());
}

function nameOf(declaration: Declaration): string {
  return "name" in declaration ? declaration.name.text : "";
}

test("a team's statements become a tree with units as numbers", () => {
  const text = `team eng/payments {
    allow models @everyday, claude-opus-* until 2026-12-24T18:00+01:00
    guard no-drop
    limit tokens 2M/hour per key
    limit concurrency 2 per team
    budget $60_000.25/month per key warn at 80% until 2027-03-31
    active mon-fri 07:00-24:00
    on ungranted tool refuse
  }`;
  const christmas = { text: "2026-12-24T18:00+01:00", dateOnly: false, ms: Date.UTC(2026, 11, 24, 17) };
  assert.deepEqual(bare(text), [
    {
      kind: "team",
      name: { text: "eng/payments" },
      doc: null,
      body: [
        {
          kind: "access",
          observe: false,
          effect: "allow",
          thing: "models",
          items: [
            { kind: "reference", text: "everyday" },
            { kind: "glob", text: "claude-opus-*" },
          ],
          where: null,
          until: christmas,
        },
        { kind: "guard", observe: false, names: [{ text: "no-drop" }], until: null },
        { kind: "limit", measure: "tokens", rate: { amount: 2_000_000, period: "hour" }, per: "key", until: null },
        { kind: "concurrency", amount: 2, per: "team", until: null },
        {
          kind: "budget",
          rate: { microUsd: 60_000_250_000, period: "month" },
          per: "key",
          warnAt: 80,
          until: { text: "2027-03-31", dateOnly: true, ms: null },
        },
        { kind: "active", fromDay: 0, toDay: 4, fromMinute: 420, toMinute: 1440, until: null },
        { kind: "ungranted", action: "refuse" },
      ],
    },
  ]);
});

test("a key, a pack, a provider and the audit become a tree", () => {
  const digest = "0123456789abcdef".repeat(4);
  const text = `use own from "packs/own.policy" sha256:${digest} use anthropic from builtin
    org acme { timezone "Europe/Berlin" }
    key laptop in eng { hash sha256:${digest} owner "d" expires 2027-03-31 label device = "a \\"b\\"" }
    provider p { kind anthropic url "https://x" credential file "secret" }
    audit { content none keep 400 days }`;
  assert.deepEqual(bare(text), [
    {
      kind: "use",
      name: { text: "own" },
      from: { kind: "file", path: { text: "packs/own.policy" }, digest },
      doc: null,
    },
    { kind: "use", name: { text: "anthropic" }, from: { kind: "builtin" }, doc: null },
    { kind: "org", name: { text: "acme" }, body: [{ kind: "timezone", zone: { text: "Europe/Berlin" } }], doc: null },
    {
      kind: "key",
      name: { text: "laptop" },
      team: { text: "eng" },
      body: [
        { kind: "hash", digest },
        { kind: "owner", owner: { text: "d" } },
        { kind: "expires", at: { text: "2027-03-31", dateOnly: true, ms: null } },
        { kind: "label", name: { text: "device" }, value: { text: 'a "b"' } },
      ],
      doc: null,
    },
    {
      kind: "provider",
      name: { text: "p" },
      body: [
        { kind: "kind", name: { text: "anthropic" } },
        { kind: "url", url: { text: "https://x" } },
        { kind: "credential", credential: { kind: "file", path: { text: "secret" } } },
      ],
      doc: null,
    },
    {
      kind: "audit",
      body: [
        { kind: "content", level: { text: "none" } },
        { kind: "keep", days: 400 },
      ],
      doc: null,
    },
  ]);
});

test("groups, prices, patterns and guardrails become a tree", () => {
  const text = `models m { claude-x, @other via a then b
      price claude-x input $1 output $2 cache-read $0.1 cache-write $1.25 cache-write-1h $2 above 200k from 2026-10-07
    }
    tools t { Bash, mcp:github/get_*, client-mcp:*, server:web_search }
    pattern p { match /a\\/b\\\\\\d/i match /c/ hit "a/b" miss "x" }
    guardrail g { on request, response in user, tool-result match /x/s, p, @secrets, @own.id action reject "no" }`;
  assert.deepEqual(bare(text), [
    {
      kind: "models",
      name: { text: "m" },
      items: [
        { kind: "glob", text: "claude-x" },
        { kind: "reference", text: "other" },
      ],
      via: [{ text: "a" }, { text: "b" }],
      prices: [
        {
          kind: "price",
          items: [{ kind: "glob", text: "claude-x" }],
          input: 1_000_000,
          output: 2_000_000,
          cacheRead: 100_000,
          cacheWrite: 1_250_000,
          cacheWrite1h: 2_000_000,
          above: 200_000,
          from: { text: "2026-10-07", dateOnly: true, ms: null },
        },
      ],
      doc: null,
    },
    {
      kind: "tools",
      name: { text: "t" },
      items: ["Bash", "mcp:github/get_*", "client-mcp:*", "server:web_search"].map((item) => ({
        kind: "glob",
        text: item,
      })),
      doc: null,
    },
    {
      kind: "pattern",
      name: { text: "p" },
      matches: [
        { pattern: "a/b\\\\\\d", flags: "i" },
        { pattern: "c", flags: "" },
      ],
      keywords: [],
      checks: [],
      unless: [],
      severity: null,
      confidence: null,
      hits: [{ text: "a/b" }],
      misses: [{ text: "x" }],
      doc: null,
    },
    {
      kind: "guardrail",
      name: { text: "g" },
      on: [{ stage: "request" }, { stage: "response" }],
      in: [{ place: "user" }, { place: "tool-result" }],
      match: [
        { kind: "regex", regex: { pattern: "x", flags: "s" } },
        { kind: "pattern", name: { text: "p" } },
        { kind: "pack", name: { text: "secrets" } },
        { kind: "pack", name: { text: "own.id" } },
      ],
      decode: [],
      sample: null,
      ask: null,
      timeout: null,
      onError: null,
      actions: [{ deed: { kind: "reject", message: { text: "no" } }, at: null, observe: false }],
      doc: null,
    },
  ]);
});

test("a condition becomes a tree: `and` binds closer than `or`, and words of the language can be fields", () => {
  const text = `team eng {
    allow tools Bash where url = "x" or not limit.max <= 8k and size(in) != -1.5
    deny tools Bash where any "/a~1b" (has it.c and every list in [true, false]) until 2027-03-31
  }`;
  const [team] = bare(text) as { body: { where: unknown; until: unknown }[] }[];
  const field = (...path: string[]) => ({ path });
  assert.deepEqual(
    team!.body.map(({ where }) => where),
    [
      {
        kind: "or",
        parts: [
          { kind: "test", field: field("url"), of: "value", test: { kind: "equals", value: { value: "x" } } },
          {
            kind: "and",
            parts: [
              {
                kind: "not",
                part: {
                  kind: "test",
                  field: field("limit", "max"),
                  of: "value",
                  test: { kind: "order", order: "<=", than: { value: 8000 } },
                },
              },
              { kind: "test", field: field("in"), of: "size", test: { kind: "differs", value: { value: -1.5 } } },
            ],
          },
        ],
      },
      {
        kind: "any",
        field: field("a/b"),
        part: {
          kind: "and",
          parts: [
            { kind: "has", field: field("c") },
            {
              kind: "every",
              field: field("list"),
              part: {
                kind: "test",
                field: field(),
                of: "value",
                test: { kind: "in", values: [{ value: true }, { value: false }] },
              },
            },
          ],
        },
      },
    ],
  );
  assert.deepEqual(
    team!.body.map(({ until }) => until !== null),
    [false, true],
  );
});

test("the input of a call becomes a value", () => {
  const text = `test "x" for team eng {
    send tool Bash input { "a": [1, -2.5, { "b": null }], "__proto__": {}, "c\\u{e9}": true } expect allow
  }`;
  const [it] = bare(text) as { body: { input: unknown }[] }[];
  const value = JSON.parse('{ "a": [1, -2.5, { "b": null }], "__proto__": {}, "cé": true }');
  assert.deepEqual(it!.body[0]!.input, { value });
});

test("a test block becomes a tree", () => {
  const text = `test "it holds" for key laptop {
      can use models claude-haiku-*
      cannot use tools Bash
      otherwise cannot
      at 2026-05-04T10:00Z
      given spent $49.99/day
      given used tokens 1M/hour
      send model claude-x tool Bash text "hi" cost $0.05 tokens 5k times 3 expect refuse budget
      send expect allow
      send text "x" expect redact secrets
    }`;
  const nothing = {
    model: null,
    tool: null,
    input: null,
    text: null,
    place: null,
    microUsd: null,
    tokens: null,
    times: null,
    result: null,
  };
  assert.deepEqual(bare(text), [
    {
      kind: "test",
      name: { text: "it holds" },
      subject: { kind: "key", name: { text: "laptop" } },
      body: [
        { kind: "can", thing: "models", items: [{ kind: "glob", text: "claude-haiku-*" }] },
        { kind: "cannot", thing: "tools", items: [{ kind: "glob", text: "Bash" }] },
        { kind: "otherwise" },
        { kind: "at", at: { text: "2026-05-04T10:00Z", dateOnly: false, ms: Date.UTC(2026, 4, 4, 10) } },
        { kind: "spent", rate: { microUsd: 49_990_000, period: "day" } },
        { kind: "used", measure: "tokens", rate: { amount: 1_000_000, period: "hour" } },
        {
          kind: "send",
          model: { text: "claude-x" },
          tool: { text: "Bash" },
          input: null,
          text: { text: "hi" },
          place: null,
          microUsd: 50_000,
          tokens: 5_000,
          times: 3,
          result: null,
          expect: { kind: "refuse", reason: { text: "budget" } },
        },
        { kind: "send", ...nothing, expect: { kind: "allow", remaining: null } },
        {
          kind: "send",
          ...nothing,
          text: { text: "x" },
          expect: { kind: "redact", guardrail: { text: "secrets" }, to: null },
        },
      ],
      doc: null,
    },
  ]);
});

test("a doc comment belongs to the next declaration only", () => {
  const text = `# plain
## First line.
##   Second line.
# between
team a {
  ## inside: an ordinary comment
  guard x
} ## trailing: an ordinary comment
### banner
team b { guard y }`;
  const { tree } = parse({ path: "x.policy", text: `language 1\n${text}` });
  assert.deepEqual(
    tree.declarations.map((declaration) => declaration.doc),
    ["First line.\n  Second line.", null],
  );
});

test("spans give offsets, line and column of what was written", () => {
  const text = "language 1\n\nteam eng {\n  allow tools Bash,\n    Read\n}\n";
  const { tree } = parse({ path: "x.policy", text });
  const team = tree.declarations[0]!;
  assert.ok(team.kind === "team");
  const access = team.body[0]!;
  assert.ok(access.kind === "access");
  assert.equal(text.slice(team.span.start, team.span.end), "team eng {\n  allow tools Bash,\n    Read\n}");
  assert.equal(text.slice(access.span.start, access.span.end), "allow tools Bash,\n    Read");
  assert.deepEqual([access.span.line, access.span.column], [4, 3]);
  assert.deepEqual([access.items[1]!.span.line, access.items[1]!.span.column], [5, 5]);
});

test("new lines mean nothing, and words of one place are names in all others", () => {
  const text = `team input { allow models model, text, cost, tokens guard user, request, sha allow
    tools
    tool } test "t" for team input { send model model tool tool expect allow }`;
  const [team] = bare(text) as [{ name: unknown; body: { items?: { text: string }[] }[] }];
  assert.deepEqual(team.name, { text: "input" });
  assert.deepEqual(
    team.body[0]!.items!.map((item) => item.text),
    ["model", "text", "cost", "tokens"],
  );
});

test("after a fault the other declarations are still there", () => {
  const faults = [
    "team x { buget $5/day }",
    "team x { allow models }",
    "team x { allow tools Read ",
    "team x allow tools Read }",
    "temm x { allow tools Read }",
    "team x { limit requests ten per key budget $5/day per key }",
    'team x { owner "open }\n',
    "mpc x { url y }",
    "}",
  ];
  for (const fault of faults) {
    const text = `language 1\nteam before { guard a }\n${fault}\nteam after { guard b }\nkey k in after { owner "o" }\n`;
    const found = names(text).filter((name) => name !== "team x");
    assert.deepEqual(found, ["team before", "team after", "key k"], fault);
    assert.equal(parse({ path: "x.policy", text }).diagnostics.length, 1, fault);
  }
});

test("the same source gives the same tree, whatever was parsed before", () => {
  const source = { path: "x.policy", text: "language 1\n## Doc.\nteam a { guard x }\n" };
  const first = JSON.stringify(parse(source));
  parse({ path: "y.policy", text: "team { {{ ## \n" });
  assert.equal(JSON.stringify(parse(source)), first);
});
