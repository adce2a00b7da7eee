import assert from "node:assert/strict";
import { test } from "node:test";
import type { Source } from "../../src/language/source.ts";
import type { Node } from "../../src/model/model.ts";
import { meaningOf, modelOf, policy, shippedPacks } from "./policies.ts";

const DIGEST = "76c2363e2ccb1e44bd720c1dbba143480c9d9dc41ef2e79b0c9641f2eceb461c";

const TREE: readonly Source[] = [
  {
    path: "org.policy",
    text: `language 1

use claude-code from builtin
use anthropic from builtin

org acme {
  timezone "Europe/Berlin"
  on ungranted tool refuse
  limit requests 5_000/min
  budget $60_000/month warn at 80%
}

provider anthropic {
  kind anthropic
  url "https://api.anthropic.com"
  credential env ANTHROPIC_API_KEY
}

models everyday {
  @anthropic.haiku, my-model
  via anthropic
  price my-model input $1 output $2 cache-read $0.10 cache-write $1.25 cache-write-1h $2 from 2026-10-07
}

audit {
  keep 400 days
}
`,
  },
  {
    path: "teams.policy",
    text: `language 1

key dana in eng/payments {
  hash sha256:${DIGEST}
  owner "dana@acme.example"
  expires 2027-03-31
  label device = "laptop"
  limit concurrency 2
}

## Cardholder data.
team eng/payments {
  only models @everyday until 2026-12-24T18:00+01:00
  active mon-fri 07:00-20:00
}

team eng {
  allow models @everyday, claude-opus-*
  allow tools @claude-code.read, client-mcp:github/get_*
  guard ids
  limit tokens 2M/hour per key
}

team eng-tools {
}

guardrail ids {
  on request
  match /EMP-\\d{6}/, /TMP-\\d{6}/
  action reject "no numbers of people"
}

test "reads" for key dana {
  at 2026-05-04T10:00Z
  can use tools @claude-code.read
  otherwise cannot
  given spent $49.99/day
  given used requests 5/min
  send model claude-opus-5 cost $0.05 times 3 expect refuse budget
}
`,
  },
];

function node(nodes: readonly Node[], name: string): Node {
  const found = nodes.find((candidate) => candidate.name === name);
  assert.ok(found, name);
  return found;
}

test("nodes form one tree, parents before children, whatever the order of the text", () => {
  const { nodes } = modelOf(TREE, shippedPacks());
  assert.deepEqual(
    nodes.map(({ kind, name, parent }) => `${kind} ${name} < ${parent === null ? "-" : nodes[parent]!.name}`),
    ["org acme < -", "team eng < acme", "team eng-tools < acme", "team eng/payments < eng", "key dana < eng/payments"],
  );
  const swapped = modelOf([...TREE].reverse(), shippedPacks());
  assert.deepEqual(swapped.nodes, nodes);
});

test("groups are expanded, packs and plain names alike", () => {
  const model = modelOf(TREE, shippedPacks());
  const [models, tools] = node(model.nodes, "eng").access;
  assert.deepEqual(models?.globs, [
    "claude-haiku-5-5",
    "claude-haiku-5-5-20??????",
    "claude-haiku-4-5",
    "claude-haiku-4-5-20??????",
    "my-model",
    "claude-opus-*",
  ]);
  assert.ok(tools?.globs.includes("ToolSearch") && tools.globs.includes("Read"));
  assert.equal(tools?.globs.at(-1), "client-mcp:github/get_*");
  const everyday = model.models.find(({ name }) => name === "everyday");
  assert.deepEqual(everyday?.via, ["anthropic"]);
  assert.ok(model.models.some(({ name }) => name === "anthropic.opus"));
});

test("units are numbers and dates are moments", () => {
  const { nodes, timezone, audit, prices } = modelOf(TREE, shippedPacks());
  assert.equal(timezone, "Europe/Berlin");
  assert.deepEqual(audit, { content: "none", keepDays: 400 });
  const bare = ({ nodes: _, ...rest }: { nodes?: unknown; [key: string]: unknown }) => rest;
  assert.deepEqual(
    node(nodes, "acme").limits.map(({ span: _, ...limit }) => bare(limit)),
    [
      { measure: "requests", tools: null, amount: 5000, period: "min", per: "block", warnAt: null, until: null },
      {
        measure: "budget",
        tools: null,
        amount: 60_000_000_000,
        period: "month",
        per: "block",
        warnAt: 80,
        until: null,
      },
    ],
  );
  assert.equal(node(nodes, "acme").ungranted?.action, "refuse");
  assert.equal(node(nodes, "eng/payments").access[0]?.until, Date.UTC(2026, 11, 24, 17));
  assert.equal(node(nodes, "eng/payments").doc, "Cardholder data.");
  assert.deepEqual(node(nodes, "dana").key, {
    digest: DIGEST,
    owner: "dana@acme.example",
    expires: Date.UTC(2027, 2, 31, 21, 59, 59, 999),
    labels: [["device", "laptop"]],
  });
  const own = prices.filter((price) => price.own);
  assert.deepEqual(
    own.map(({ globs, from, input }) => ({ globs, from, input })),
    [{ globs: ["my-model"], from: Date.UTC(2026, 9, 7), input: 1_000_000 }],
  );
});

test("a guardrail's bare expressions are one pattern with its own name, in every place when it names none", () => {
  const { guardrails } = modelOf(TREE, shippedPacks());
  const [ids] = guardrails;
  assert.deepEqual(
    ids?.patterns.map(({ name, expressions }) => [name, expressions.length]),
    [["ids", 2]],
  );
  assert.deepEqual(ids?.in, ["user", "tool-result", "tool-input", "system", "document"]);
  assert.deepEqual(ids?.actions, [
    { deed: { kind: "reject", message: "no numbers of people" }, at: "low", observe: false },
  ]);
});

test("a guardrail takes in the patterns of a pack, whole or one", () => {
  const text = (match: string) => `language 1
use secrets from builtin
org acme { guard g }
guardrail g { on request match ${match} action redact }
`;
  const names = (match: string) =>
    modelOf([{ path: "acme.policy", text: text(match) }], shippedPacks()).guardrails[0]?.patterns.map(
      ({ name }) => name,
    );
  assert.deepEqual(names("@secrets.jwt"), ["secrets.jwt"]);
  assert.ok((names("@secrets")?.length ?? 0) > 25);
});

test("a test's steps keep their order, its names expanded and its dates moments", () => {
  const { tests, nodes } = modelOf(TREE, shippedPacks());
  const [reads] = tests;
  assert.equal(nodes[reads!.node]?.name, "dana");
  assert.deepEqual(
    reads?.steps.map((step) => step.kind),
    ["at", "can", "otherwise", "spent", "used", "send"],
  );
  const [at, , , spent, , send] = reads?.steps ?? [];
  assert.equal(at?.kind === "at" && at.at, Date.UTC(2026, 4, 4, 10));
  assert.equal(spent?.kind === "spent" && spent.microUsd, 49_990_000);
  assert.equal(send?.kind === "send" && send.times, 3);
});

test("a model that no catalogue knows is an allowed name, a reference to nothing is not", () => {
  const sound = meaningOf(policy("team eng {\n  allow models gpt-9\n}\n"));
  assert.notEqual(sound.model, null);
  const unsound = meaningOf(policy("team eng {\n  allow models @gpt-9\n}\n"));
  assert.equal(unsound.model, null);
});

test("the one provider is used as soon as somebody may use a model, with or without a `via`", () => {
  const codes = (allowed: string) =>
    meaningOf(policy(`provider one {\n  kind simulated\n}\n\nteam eng {\n  ${allowed}\n}\n`)).diagnostics.map(
      ({ code }) => code,
    );
  assert.deepEqual(codes("allow models claude-*"), []);
  assert.deepEqual(codes("observe allow models claude-*"), ["GW3026"]);
  assert.deepEqual(codes("allow tools Read"), ["GW3026"]);
});

test("a warning alone does not take the model away", () => {
  const { model, diagnostics } = meaningOf(policy("tools read {\n  Read\n}\n"));
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ["GW3026"],
  );
  assert.notEqual(model, null);
});

test("a pack that is used but was not read takes the model away without a word of its own", () => {
  const text = "language 1\nuse x from builtin\norg acme { allow tools @x.all }\n";
  const { model, diagnostics } = meaningOf([{ path: "acme.policy", text }]);
  assert.equal(model, null);
  assert.deepEqual(diagnostics, []);
});
