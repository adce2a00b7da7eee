/**
 * What may stand where, as data: what the parser wanted (carried through chevrotain's exceptions as JSON, since a message
 * is all that they can hold), the words that begin the parts of each body, and an example for each statement.
 */
import type { IParserErrorMessageProvider, TokenType } from "chevrotain";
import { Head, Name } from "./tokens.ts";

/** What the parser wanted at a fault. */
export interface Wanted {
  readonly rule: string;
  /** Labels of the token types that may stand here. */
  readonly labels: readonly string[];
}

function carry(rule: string, types: readonly TokenType[]): string {
  const labels = [...new Set(types.map((type) => type.LABEL ?? type.name))];
  return JSON.stringify({ rule, labels } satisfies Wanted);
}

/** Makes messages that `readWanted` reads back. */
export const carryWanted: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => carry(ruleName, [expected]),
  buildNotAllInputParsedMessage: ({ ruleName }) => carry(ruleName, []),
  buildNoViableAltMessage: ({ expectedPathsPerAlt, ruleName }) =>
    carry(
      ruleName,
      expectedPathsPerAlt.flatMap((paths) => paths.flatMap((path) => path.slice(0, 1))),
    ),
  buildEarlyExitMessage: ({ expectedIterationPaths, ruleName }) =>
    carry(
      ruleName,
      expectedIterationPaths.flatMap((path) => path.slice(0, 1)),
    ),
};

/** Rules that take any name and then look at it: what they mean by "a name". The written grammar says it too. */
export const NAME_MEANS: Readonly<Record<string, readonly string[]>> = {
  use: ["`builtin`", "`gitleaks`"],
  measured: ["`requests`", "`tokens`", "`concurrency`"],
  active: ["days such as `mon-fri`"],
  ungranted: ["`strip`", "`refuse`"],
  credential: ["`env`", "`file`", "`aws`", "`google`"],
  deed: ["`flag`", "`mask`", "`redact`", "`reject`"],
  severity: ["`low`", "`medium`", "`high`", "`critical`"],
  stages: ["`request`", "`response`", "`error`"],
  forms: ["`base64`", "`percent`", "`hex`"],
  places: ["`user`", "`tool-result`", "`tool-input`", "`system`", "`document`"],
  auditStatement: ["`days`"],
  used: ["`requests`", "`tokens`", "`calls`", "`concurrency`"],
  remaining: ["`requests`", "`tokens`", "`calls`"],
  place: ["`user`", "`tool-result`", "`tool-input`", "`system`", "`document`", "`answer`"],
  expectation: ["`refuse`", "`redact`", "`mask`", "`flag`", "`route`", "`withhold`"],
  require: ["`days`"],
  asking: ["`elicit`", "`roots`"],
};

/** What a message of `carryWanted` says. */
export function readWanted(message: string): Wanted {
  const { rule, labels } = JSON.parse(message) as Wanted;
  const meant = labels.flatMap((label) => (label === Name.LABEL ? (NAME_MEANS[rule] ?? label) : label));
  return { rule, labels: [...new Set(meant)] };
}

/** A body: what the whole is called, and the words that may begin a part of it. */
export interface Body {
  readonly whole: string;
  readonly words: readonly string[];
}

/** The rules that are a body. A test holds the words against the grammar. */
export const BODIES: Readonly<Record<string, Body>> = {
  file: { whole: "a policy", words: Object.keys(Head) },
  node: {
    whole: "an org, team or key",
    words: [
      ...["allow", "deny", "only", "ask", "results", "guard", "limit", "budget", "active", "on"],
      ...["timezone", "hash", "owner", "expires", "label", "observe"],
    ],
  },
  provider: { whole: "a provider", words: ["kind", "url", "credential"] },
  models: { whole: "a model group", words: ["via", "price"] },
  tools: { whole: "a tool group", words: [] },
  server: { whole: "an MCP server", words: ["url", "command", "env", "credential", "timeout", "may", "pins"] },
  pattern: {
    whole: "a pattern",
    words: ["match", "keywords", "check", "unless", "severity", "confidence", "hit", "miss"],
  },
  guardrail: {
    whole: "a guardrail",
    words: ["on", "in", "match", "decode", "sample", "ask", "timeout", "action", "observe"],
  },
  service: { whole: "a service", words: ["kind", "url", "credential", "region", "resource", "check"] },
  audit: { whole: "the audit", words: ["content", "keep"] },
  test: { whole: "a test", words: ["can", "cannot", "otherwise", "at", "given", "send"] },
  invariant: { whole: "an invariant", words: ["never", "allow", "require"] },
};

/** One example for each rule in which something may be missing or misspelt. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  language: "language 1",
  use: "use secrets from builtin",
  org: "org acme { … }",
  team: "team eng/payments { … }",
  key: "key dana-laptop in eng { … }",
  providerDeclaration: "provider anthropic { … }",
  modelsDeclaration: "models everyday { claude-sonnet-*, claude-haiku-* }",
  toolsDeclaration: "tools read { Read, Grep, mcp:github/get_* }",
  serverDeclaration: "mcp github { … }",
  address: 'url "https://mcp.acme.example/github"',
  command: 'command "mcp-server-filesystem" "/srv/docs"',
  env: "env LANG, TZ",
  oauth: 'credential oauth "https://login.acme.example/token" client "gateway" secret env MCP_SECRET',
  serverTimeout: "timeout 30sec idle 10min total",
  may: "may elicit",
  pins: 'pins "mcp/github.lock" on drift block',
  driftAction: "on drift block",
  patternDeclaration: "pattern employee-id { … }",
  texts: 'keywords "datadog", "dd-"',
  patternChecks: "check luhn, entropy > 3.5",
  exemptions: 'unless "EMP-000000", line /sample/',
  grade: "severity critical",
  guardrailDeclaration: "guardrail secrets { … }",
  serviceDeclaration: "service injection-check { … }",
  action: "action redact at high",
  observed: "observe guard secrets",
  sample: "sample 10%",
  ask: "ask injection-check",
  timeout: "timeout 800ms",
  resource: 'resource "gr-abc" version 3',
  serviceCheck: "check attacks` or `check hate at 4",
  stages: "on request, response",
  places: "in user, tool-result",
  forms: "decode base64, hex",
  auditDeclaration: "audit { content none }",
  auditStatement: "keep 400 days",
  testDeclaration: 'test "what holds" for team eng { … }',
  invariantDeclaration: 'invariant "support never reaches opus" { … }',
  delegate: 'delegate "teams/payments/**" to team eng/payments',
  access: "allow models @everyday",
  after: "deny tools Bash after tools WebFetch",
  where: 'allow tools mcp:github/* where repo = "acme/pay" and size(body) <= 8k',
  presence: "where has ticket",
  entries: 'where every labels in ["bug", "docs"]',
  compared: "where size(body) <= 8k",
  field: 'where repo.owner = "acme"` or `where "/odd name" = 1',
  comparison: 'where repo = "acme/pay"` or `where branch like "feat/*"` or `where path under "/srv/docs"',
  membership: 'where repo in ["acme/pay", "acme/docs"]',
  inclusion: 'where allowed_domains within ["*.acme.example"]',
  ordering: "where max_uses <= 5",
  askTools: "ask tools mcp:github/merge_*",
  results: "results mcp:github/* max 64k redact @secrets",
  largest: "results mcp:github/* max 64k",
  redacted: "results mcp:github/* redact @secrets, employee-id",
  flagged: "results mcp:github/* flag @pii",
  guard: "guard secrets",
  limit: "limit requests 10/min per key",
  measured: "limit requests 10/min` or `limit calls mcp:github/* 10/min",
  calls: "limit calls mcp:github/* 60/min per key",
  budget: "budget $50/day per key warn at 80%",
  active: "active mon-fri 07:00-20:00",
  ungranted: "on ungranted tool refuse",
  timezone: 'timezone "Europe/Berlin"',
  owner: 'owner "dana@acme.example"',
  expires: "expires 2027-03-31",
  until: "until 2026-12-24T18:00Z",
  label: 'label device = "laptop"',
  price: "price claude-haiku-* input $1 output $5 cache-read $0.10 cache-write $1.25 cache-write-1h $2",
  can: "can use models claude-haiku-*",
  otherwise: "otherwise cannot",
  clock: "at 2026-05-04T10:00Z",
  given: "given spent $49.99/day` or `given used requests 19/min` or `given called WebFetch",
  send: "send model claude-haiku-4-5 expect allow",
  object: 'send tool Bash input { "command": "ls" } expect allow',
  result:
    'send tool mcp:files/read_file result "id EMP-1" expect redact` or `send tool mcp:files/read_file result 80k expect withhold',
  place: 'send text "id EMP-123456" in tool-result expect redact secrets',
  remaining: "send cost $0.05 expect allow remaining $0.05/day` or `send expect allow remaining requests 9/min",
  behind: 'send text "id EMP-1" expect redact secrets to "id EMP-[[secret:employee-id:*]]"',
  never: "never allow models @frontier to team support",
  onlyTo: "allow models @frontier only to team research, key ci",
  require: "require every key expires within 400 days` or `require every key in eng budget at most $200/day",
};
