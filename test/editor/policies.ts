/** A small policy in several files, as the tests of this room have it open. */
import { readdirSync, readFileSync } from "node:fs";
import { OpenPolicy } from "../../src/editor/open-policy.ts";
import type { Source } from "../../src/language/source.ts";
import { type Builtins, builtinFile, builtinPath } from "../../src/revision/packs.ts";

export const HASH = "76c2363e2ccb1e44bd720c1dbba143480c9d9dc41ef2e79b0c9641f2eceb461c";

export const ORG = `language 1

use anthropic from builtin
use claude-code from builtin
use secrets from builtin

org acme {
  timezone "Europe/Berlin"
  guard no-secrets
}

## Straight to the vendor.
provider anthropic {
  kind anthropic
  url "https://api.anthropic.com"
  credential env ANTHROPIC_API_KEY
}

## What most work needs.
models everyday {
  @anthropic.sonnet, @anthropic.haiku
  via anthropic
}

tools look {
  Read, Grep, client-mcp:github/get_*
}

guardrail no-secrets {
  on request, response
  match @secrets, employee-id
  action redact
}

## Numbers of people.
pattern employee-id {
  match /\\bEMP-(\\d{6})\\b/
  hit "EMP-123456"
}
`;

export const TEAMS = `language 1

## Those who write code.
team eng {
  allow models @everyday
  allow tools @look, Bash
  budget $50/day
}

team eng/payments {
  only models @anthropic.haiku
  allow tools @claude-code.plan
}

key dana in eng/payments {
  hash sha256:${HASH}
  expires 2097-03-31
}
`;

export const TESTS = `language 1

test "engineers read" for team eng {
  can use tools Read
  cannot use tools WebFetch
}

test "numbers are redacted" for key dana {
  send text "id EMP-123456" expect redact no-secrets to "id EMP-[[secret:employee-id:*]]"
}

invariant "payments stay small" {
  never allow models @anthropic.opus to team eng/payments
}
`;

export const FILES: Readonly<Record<string, string>> = {
  "org.policy": ORG,
  "teams.policy": TEAMS,
  "tests.policy": TESTS,
};

/** The packs that ship. */
export const BUILTINS: Builtins = new Map(
  readdirSync(new URL("../../policy/packs/", import.meta.url)).map((file): [string, Source] => {
    const name = file.replace(".policy", "");
    return [name, { path: builtinPath(name), text: readFileSync(builtinFile(name), "utf8") }];
  }),
);

/** A policy, open. */
export function openPolicy(files: Readonly<Record<string, string>> = FILES): OpenPolicy {
  const policy = new OpenPolicy(BUILTINS);
  for (const [path, text] of Object.entries(files)) policy.put({ path, text });
  return policy;
}
