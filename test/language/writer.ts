/** Random policies that parse, and random comments in them. */
import { read } from "../../src/language/parse.ts";
import { endOf } from "../../src/language/tokens.ts";
import type { Chance } from "../wire/chance.ts";

const NAMES = ["eng", "ops", "support", "input", "text", "a-b", "x_1", "ungranted", "model"];
const GLOBS = [
  "Bash",
  "Read",
  "mcp:github/get_*",
  "client-mcp:*",
  "claude-opus-4-8",
  "*-preview",
  "**",
  "server:web_search",
];
const REFERENCES = ["@everyday", "@claude-code.read", "@anthropic.opus"];
const TEXTS = ['"a"', '"caf\\u{e9} \\"b\\" \\\\"', '"# no comment"', '"{ } ,"', '""'];
const EXPRESSIONS = ["/abc/", "/a\\/b#c/i", "/\\bEMP-(\\d{6})\\b/ims", "/[^,{}]+/"];
const PERIODS = ["sec", "min", "hour", "day", "week", "month"];
const INSTANTS = ["2027-03-31", "2026-12-24T18:00+01:00", "2026-12-24T17:00:30Z"];
const THINGS = ["models", "tools", "providers"];
const MONEY = ["$1", "$0.000001", "$60_000.50"];
const HASH = `sha256:${"0123456789abcdef".repeat(4)}`;
const PACKS = ["builtin", `"own.policy" ${HASH}`, `gitleaks "rules.toml" ${HASH}`];

type Write = (random: Chance) => string;

function some(random: Chance, most: number, write: Write, separator = ", "): string {
  return Array.from({ length: 1 + random.below(most) }, () => write(random)).join(separator);
}

function maybe(random: Chance, write: Write): string {
  return random.below(2) === 0 ? "" : ` ${write(random)}`;
}

const name: Write = (random) => random.pick(NAMES);
const text: Write = (random) => random.pick(TEXTS);
const item: Write = (random) => random.pick([...NAMES, ...GLOBS, ...REFERENCES]);
const items: Write = (random) => some(random, 7, item);
const until: Write = (random) => `until ${random.pick(INSTANTS)}`;
const per: Write = (random) => random.pick(["per key", "per team"]);
const rate: Write = (random) => `${random.pick(["1", "5_000", "200k", "2M"])}/${random.pick(PERIODS)}`;
const moneyRate: Write = (random) => `${random.pick(MONEY)}/${random.pick(PERIODS)}`;
const asking: Write = (random) => random.pick(["elicit", "sample", "roots"]);
const match: Write = (random) => random.pick([...EXPRESSIONS, ...NAMES, "@secrets", "@own.id"]);

const FIELDS = ["repo", "a.b-c", "url", "limit", "in", "size", "and", "it", "external", '"/a~1b"'];
const VALUES = ['"acme/pay"', "8k", "-1.5", "2.5", "true", "false"];
const field: Write = (random) => random.pick(FIELDS);
const values: Write = (random) => some(random, 9, (it) => it.pick(VALUES));
const compared: Write = (random) =>
  random.pick([
    (it: Chance) => `${it.pick(["=", "!="])} ${it.pick(VALUES)}`,
    (it: Chance) => `in [${values(it)}]`,
    (it: Chance) => `${it.pick(["<", "<=", ">", ">="])} 8k`,
    (it: Chance) => `like ${text(it)}`,
    (it: Chance) => `matches ${it.pick(EXPRESSIONS)}`,
    () => 'under "/srv"',
    (it: Chance) => `within [${some(it, 5, text)}]`,
  ])(random);

function condition(random: Chance, depth = 2): string {
  const claim = (): string => {
    const group = (): string => `(${condition(random, depth - 1)})`;
    const entries = `${random.pick(["every", "any"])} ${field(random)}`;
    const positive = random.pick([
      () => `${field(random)} ${compared(random)}`,
      () => `size(${field(random)}) ${compared(random)}`,
      () => `has ${field(random)}`,
      () => `${entries} ${compared(random)}`,
      ...(depth > 0 ? [group, () => `${entries} ${group()}`] : []),
    ])();
    return random.below(4) === 0 ? `not ${positive}` : positive;
  };
  return some(random, 3, claim, random.pick([" and ", " or "]));
}

const NODE: readonly Write[] = [
  (random) =>
    `${random.pick(["allow", "deny", "only"])} ${random.pick(THINGS)} ${items(random)}${maybe(random, until)}`,
  (random) => `allow tools ${items(random)} where ${condition(random)}${maybe(random, until)}`,
  (random) => `guard ${some(random, 3, name)}${maybe(random, until)}`,
  (random) =>
    `limit ${random.pick(["requests", "tokens"])} ${rate(random)}${maybe(random, per)}${maybe(random, until)}`,
  (random) => `limit concurrency 5${maybe(random, per)}`,
  (random) =>
    `budget ${moneyRate(random)}${maybe(random, per)}${maybe(random, () => "warn at 80%")}${maybe(random, until)}`,
  (random) => `active ${random.pick(["mon-fri", "sat"])} 07:00-24:00${maybe(random, until)}`,
  (random) => `label ${name(random)} = ${text(random)}`,
];

const expected: Write = (random) =>
  random.pick([
    "allow",
    `allow remaining ${moneyRate(random)}`,
    "allow remaining tokens 1k/hour",
    "refuse budget",
    "redact",
    `redact secrets to ${text(random)}`,
    "route main then second",
  ]);

function json(random: Chance, depth = 2): string {
  const of = (write: Write): string => (random.below(5) === 0 ? "" : some(random, 3, write));
  const inner: Write = (it) => (depth > 0 && it.below(3) === 0 ? json(it, depth - 1) : it.pick([...VALUES, "null"]));
  if (random.below(3) === 0) return `[${of(inner)}]`;
  return object(random, inner);
}

function object(random: Chance, inner: Write): string {
  const names = ['"a"', '"b c"', '"in"'].slice(0, random.below(4));
  return names.length === 0 ? "{}" : `{ ${names.map((it) => `${it}: ${inner(random)}`).join(", ")} }`;
}

const TEST: readonly Write[] = [
  (random) =>
    `send tool mcp:a/b result ${random.pick([`${text(random)} expect flag @pii`, `${text(random)} expect redact id to ${text(random)}`, "80k expect withhold"])}`,
  (random) => `send tool Bash input ${object(random, json)} expect allow`,
  (random) => `${random.pick(["can", "cannot"])} use ${random.pick(THINGS)} ${items(random)}`,
  () => "otherwise cannot",
  () => "at 2026-05-04T10:00Z",
  (random) => `given spent ${moneyRate(random)}`,
  (random) => `given used ${random.pick(["requests", "tokens"])} ${rate(random)}`,
  () => "given used concurrency 2",
  (random) =>
    `send model claude-x text ${text(random)}${maybe(random, () => "in tool-result")} cost $0.05 times 3 expect ${expected(random)}`,
];

const subjects: Write = (random) => {
  const [first, ...more] = Array.from({ length: 1 + random.below(5) }, () => name(random));
  const others = more.map((it) => `, ${random.pick(["", "team ", "key "])}${it}`);
  return `to ${random.pick(["team", "key"])} ${first}${others.join("")}`;
};

const INVARIANT: readonly Write[] = [
  (random) => `never allow ${random.pick(THINGS)} ${items(random)} ${subjects(random)}`,
  (random) => `allow ${random.pick(THINGS)} ${items(random)} only ${subjects(random)}`,
  (random) => `require every key${maybe(random, (it) => `in ${name(it)}`)} expires within 400 days`,
  (random) => `require every key${maybe(random, (it) => `in ${name(it)}`)} budget at most ${moneyRate(random)}`,
];

function block(header: string, statements: readonly string[]): string {
  return `${header} {\n${statements.map((statement) => `  ${statement}\n`).join("")}}`;
}

function body(random: Chance, choices: readonly Write[]): string[] {
  return Array.from({ length: random.below(5) }, () => random.pick(choices)(random));
}

const PATTERN: readonly Write[] = [
  (random) => `keywords ${some(random, 6, text)}`,
  (random) => `check ${some(random, 9, (it) => it.pick(["luhn", "not-placeholder", "entropy > 3.5", "entropy > 2"]))}`,
  (random) => `unless ${some(random, 5, (it) => `${it.pick(["", "line "])}${it.pick([...TEXTS, ...EXPRESSIONS])}`)}`,
  (random) => `match ${random.pick(EXPRESSIONS)}`,
];

const PRICE = "price claude-x, @anthropic.opus input $1 output $2 cache-read $0.1 cache-write $1.25 cache-write-1h $2";

const DECLARATIONS: readonly Write[] = [
  (random) => block(`org ${name(random)}`, ['timezone "UTC"', ...body(random, NODE)]),
  (random) => block(`team ${name(random)}/${name(random)}`, [...body(random, NODE), "on ungranted tool refuse"]),
  (random) =>
    block(`key ${name(random)} in ${name(random)}`, [`hash ${HASH}`, "expires 2027-03-31", ...body(random, NODE)]),
  (random) => block(`provider ${name(random)}`, ["kind anthropic", `url ${text(random)}`, "credential env KEY"]),
  (random) =>
    block(`models ${name(random)}`, [items(random), `via ${some(random, 3, name, " then ")}`, `${PRICE} above 200k`]),
  (random) => block(`tools ${name(random)}`, [items(random)]),
  (random) =>
    block(`pattern ${name(random)}`, [
      `match ${random.pick(EXPRESSIONS)}`,
      ...body(random, PATTERN),
      `hit ${text(random)}`,
    ]),
  (random) =>
    block(`guardrail ${name(random)}`, ["on request, response", `match ${some(random, 6, match)}`, "action redact"]),
  (random) =>
    block(`mcp ${name(random)}`, [`url ${text(random)}`, "credential env KEY", `may ${some(random, 3, asking)}`]),
  (random) =>
    block(`mcp ${name(random)}`, [
      `command ${some(random, 3, text, " ")}`,
      `env ${some(random, 3, name)}`,
      "timeout 30sec idle 10min total",
    ]),
  () => block("audit", ["content none", "keep 400 days"]),
  (random) =>
    block(`test ${text(random)} for ${random.pick(["team", "key", "org"])} ${name(random)}`, body(random, TEST)),
  (random) => block(`invariant ${text(random)}`, body(random, INVARIANT)),
  (random) => `delegate ${text(random)} to team ${name(random)}/${name(random)}`,
];

/** A policy in canonical layout but for the width of its lists. */
export function writePolicy(random: Chance): string {
  const uses = Array.from({ length: random.below(3) }, (_, at) => `use ${name(random)} from ${PACKS[at]}\n`).join("");
  const declarations = Array.from({ length: 1 + random.below(4) }, () => `${random.pick(DECLARATIONS)(random)}\n`);
  const text = ["language 1\n", ...(uses === "" ? [] : [uses]), ...declarations].join("\n");
  // Declarations without a block stand together.
  return text.replace(/^(delegate .*\n)\n(?=delegate )/gm, "$1");
}

const COMMENTS: readonly string[] = [
  " # at the end\n",
  " # allow GW6010: behind it\n",
  "\n# allow GW4008, gw6020\n",
  "\n# alone\n",
  "\n\n  #tight  \n\n",
  "\n## doc\n",
  " ## late doc\n",
  "\n#\n",
];

/** The same policy with comments after some of its tokens. */
export function withComments(policy: string, random: Chance): string {
  let result = "";
  let from = 0;
  for (const token of read({ path: "x.policy", text: policy }).tokens) {
    if (random.below(6) !== 0) continue;
    result += policy.slice(from, endOf(token)) + some(random, 3, () => random.pick(COMMENTS), "");
    from = endOf(token);
  }
  return result + policy.slice(from);
}
