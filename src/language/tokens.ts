/**
 * The words of the language: one table of token types, from which the lexer is made. lex.ts runs it, grammar.ts consumes
 * it. The lexer reads every word as a name, and `WORDS` says which names are words: one look-up in place of a hundred
 * expressions. A reserved word begins a declaration, a statement or a fixed part and can never be a name, so that a
 * forgotten list does not swallow the next line; a contextual word means something in one place only and is a name
 * everywhere else.
 */
import { createToken, type IToken, Lexer, type TokenType } from "chevrotain";

/** What ends a word: the next character is none of these. */
const END = "(?![\\w.:/*?-])";

function sign(name: string, text: string): TokenType {
  return createToken({ name, pattern: text, label: `\`${text}\`` });
}

function shape(name: string, pattern: RegExp, label: string): TokenType {
  return createToken({ name, pattern, label });
}

/** Between tokens. */
export const Blank = createToken({ name: "Blank", pattern: /[ \t\r\n\uFEFF]+/, group: Lexer.SKIPPED });
/** `#` and `##`, to the end of the line; kept beside the tokens. */
export const Comment = createToken({ name: "Comment", pattern: /#[^\r\n]*/, group: "comments" });

/** Begins a block. */
export const Open = sign("Open", "{");
/** Ends a block. */
export const Close = sign("Close", "}");
/** Between the items of a list. */
export const Comma = sign("Comma", ",");
/** Between the name and the value of a label. */
export const Equals = sign("Equals", "=");
/** Before the number that a measure must be above. */
export const Greater = sign("Greater", ">");
/** The other comparisons of a condition. */
export const Differs = sign("Differs", "!=");
export const AtMost = sign("AtMost", "<=");
export const AtLeast = sign("AtLeast", ">=");
export const Less = sign("Less", "<");
/** Around the values of a list. */
export const OpenList = sign("OpenList", "[");
export const CloseList = sign("CloseList", "]");
/** Around a part of a condition. */
export const OpenGroup = sign("OpenGroup", "(");
export const CloseGroup = sign("CloseGroup", ")");
/** Around the members of an object, which lex.ts tells from a block, and between name and value of each. */
export const OpenObject = createToken({ name: "OpenObject", pattern: Lexer.NA, label: "`{`" });
export const CloseObject = createToken({ name: "CloseObject", pattern: Lexer.NA, label: "`}`" });
export const Colon = sign("Colon", ":");

/** What was opened and never closed: to the end of the line, but without the blanks and the brace that end it. */
function toLineEnd(open: string): RegExp {
  const inside = "[^ \\t\\r\\n}]*";
  const blanks = "[ \\t]+(?=[^ \\t\\r\\n}])";
  const brace = "[ \\t]*\\}(?![ \\t]*(?:[\\r\\n]|$))";
  return new RegExp(`${open}${inside}(?:(?:${blanks}|${brace})${inside})*`);
}

/** `models`, `tools` or `providers`, after `allow`, `deny`, `only`, `can use`. */
export const Thing = createToken({ name: "Thing", pattern: Lexer.NA, label: "`models`, `tools` or `providers`" });

/** Everything that may be a name: plain names and contextual words. */
export const Name = createToken({ name: "Name", pattern: new RegExp(`[A-Za-z_][\\w.:/-]*${END}`), label: "a name" });
/** A reserved word where a condition names a field; lex.ts tells it from the others. */
export const Field = createToken({ name: "Field", pattern: Lexer.NA, label: "a name" });
/** A name with `*` or `?`. */
export const Glob = shape("Glob", /[A-Za-z_*?][\w.:/*?-]*/, "a glob");
/** A group, by its name behind `@`. */
export const Reference = shape("Reference", /@[A-Za-z_][\w./-]*/, "an `@group`");

/** A string. */
export const Text = shape("Text", /"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"/, "a string in quotes");
/** A string without an end; the grammar takes it for one. */
export const OpenText = createToken({ name: "OpenText", pattern: toLineEnd('"'), categories: [Text] });
/** A regular expression. */
export const Expression = shape(
  "Expression",
  /\/[^/\\\r\n]*(?:\\[^\r\n][^/\\\r\n]*)*\/[A-Za-z]*/,
  "a regular expression `/…/`",
);
/** A regular expression without an end; the grammar takes it for one. */
export const OpenExpression = createToken({
  name: "OpenExpression",
  pattern: toLineEnd("/"),
  categories: [Expression],
});

/** `sha256:` and what follows, right or wrong. */
export const Hash = shape("Hash", /sha256:[\w]*/, "a hash `sha256:…`");
/** `$50/day`. */
export const MoneyRate = shape(
  "MoneyRate",
  new RegExp(`\\$\\d[\\d_.]*/[A-Za-z]+${END}`),
  "an amount such as `$50/day`",
);
/** `$0.10`. */
export const Money = shape("Money", new RegExp(`\\$\\d[\\d_.]*${END}`), "an amount such as `$0.10`");
/** A point in time, right or wrong. */
export const DateTime = shape("DateTime", /\d{4}-\d\d-\d\dT[\w:.+-]*/, "a point in time such as `2026-12-24T18:00Z`");
/** A date. */
export const Day = shape("Day", new RegExp(`\\d{4}-\\d\\d-\\d\\d${END}`), "a date such as `2027-03-31`");
/** `07:00-20:00`. */
export const ClockRange = shape(
  "ClockRange",
  new RegExp(`\\d\\d?:\\d\\d-\\d\\d?:\\d\\d${END}`),
  "hours such as `07:00-20:00`",
);
/** `10/min`. */
export const Rate = shape("Rate", new RegExp(`\\d[\\d_]*[A-Za-z]?/[A-Za-z]+${END}`), "a rate such as `10/min`");
/** `80%`. */
export const Percent = shape("Percent", /\d+%/, "a percentage such as `80%`");
/** `800ms`, `2s`, `30sec`, `10min`, `1hour`. */
export const Duration = shape(
  "Duration",
  new RegExp(`\\d[\\d_]*(?:ms|s|sec|min|hour)${END}`),
  "a time such as `800ms` or `30sec`",
);
/** `3.5`. */
export const Decimal = shape("Decimal", new RegExp(`\\d+\\.\\d+${END}`), "a number such as `3.5`");
/** `-1`, `-0.5`. */
export const Negative = shape("Negative", new RegExp(`-\\d[\\d_]*(?:\\.\\d+)?${END}`), "a number below zero");
/** `400`, `5_000`, `2M`. */
export const Integer = shape("Integer", new RegExp(`\\d[\\d_]*[A-Za-z]?${END}`), "a whole number");
/** A number with commas in it, as many people write it; grammar.ts never asks for it. */
export const Grouped = shape("Grouped", /\$?\d{1,3}(?:,\d{3})+[\w.:/*?%+-]*/, "a number");
/** Begins like a number and is none; grammar.ts never asks for it. */
export const Misfit = shape("Misfit", /[$\d][\w.:/*?%+-]*/, "a number");

/** Words that begin a declaration when they stand outside of a block. */
const HEAD_WORDS = [
  "language",
  "use",
  "org",
  "team",
  "key",
  "provider",
  "models",
  "tools",
  "mcp",
  "pattern",
  "guardrail",
  "audit",
  "test",
  "invariant",
  "delegate",
  "service",
] as const;

/** Other reserved words: they begin a statement or a fixed part of one. */
const RESERVED_WORDS = [
  "timezone",
  "allow",
  "deny",
  "only",
  "guard",
  "limit",
  "budget",
  "active",
  "on",
  "hash",
  "owner",
  "expires",
  "label",
  "kind",
  "url",
  "credential",
  "via",
  "then",
  "price",
  "match",
  "hit",
  "miss",
  "in",
  "action",
  "content",
  "keep",
  "can",
  "cannot",
  "otherwise",
  "at",
  "given",
  "send",
  "expect",
  "until",
  "per",
  "warn",
  "for",
  "from",
  "above",
  "to",
  "never",
  "require",
  "providers",
  "observe",
  "decode",
  "sample",
  "ask",
  "timeout",
  "region",
  "resource",
  "check",
  "keywords",
  "unless",
  "severity",
  "confidence",
  "command",
  "may",
  "pins",
  "where",
  "results",
] as const;

/** Words with a meaning in one place, and names everywhere else. */
const CONTEXTUAL_WORDS = [
  "model",
  "tool",
  "text",
  "cost",
  "tokens",
  "times",
  "result",
  "input",
  "output",
  "cache-read",
  "cache-write",
  "cache-write-1h",
  "ungranted",
  "spent",
  "used",
  "called",
  "after",
  "remaining",
  "every",
  "within",
  "most",
  "restore",
  "version",
  "line",
  "env",
  "idle",
  "total",
  "oauth",
  "client",
  "secret",
  "scope",
  "drift",
  "block",
  "quarantine",
  "and",
  "or",
  "not",
  "has",
  "any",
  "size",
  "like",
  "matches",
  "under",
  "true",
  "false",
  "null",
  "calls",
  "max",
  "redact",
  "flag",
] as const;

/** Words of constructs that are settled in the language but not understood by this version. */
export const LATER_WORDS = ["oidc", "customer", "external", "rolling", "issuer", "audience", "claim", "map"] as const;

/** A word of `HEAD_WORDS`. */
export type HeadWord = (typeof HEAD_WORDS)[number];

function word(text: string, categories: TokenType[]): TokenType {
  return createToken({ name: `word ${text}`, pattern: new RegExp(text + END), label: `\`${text}\``, categories });
}

function words<W extends string>(texts: readonly W[], categories: (text: W) => TokenType[]): Record<W, TokenType> {
  return Object.fromEntries(texts.map((text) => [text, word(text, categories(text))])) as Record<W, TokenType>;
}

/** A declaration's word where it begins none: `allow models`, `per key`, `for team`. */
export const Inner = words(HEAD_WORDS, (text) => (text === "models" || text === "tools" ? [Thing] : []));
/** The same word at the head of a declaration; lex.ts tells the two apart. */
export const Head = Object.fromEntries(
  HEAD_WORDS.map((text) => [text, createToken({ name: `head ${text}`, pattern: Lexer.NA, label: `\`${text}\`` })]),
) as Record<HeadWord, TokenType>;
/** The reserved words that begin no declaration. */
export const Reserved = words(RESERVED_WORDS, (text) => (text === "providers" ? [Thing] : []));
/** The words that are names everywhere but in one place. */
export const Contextual = words(CONTEXTUAL_WORDS, () => [Name]);
/** The words of later versions. */
export const Later = createToken({
  name: "Later",
  pattern: new RegExp(`(?:${LATER_WORDS.join("|")})${END}`),
  label: "a word reserved for later",
});

/** What a name is that is a word of the language. */
export const WORDS: ReadonlyMap<string, TokenType> = new Map([
  ...Object.entries({ ...Inner, ...Reserved, ...Contextual }),
  ...LATER_WORDS.map((text) => [text, Later] as const),
]);

/** Every word that cannot be a name. */
export const RESERVED: ReadonlySet<string> = new Set<string>([...HEAD_WORDS, ...RESERVED_WORDS, ...LATER_WORDS]);

/** The offset after a token; the lexer keeps starts only. */
export function endOf(token: IToken): number {
  return token.startOffset + token.image.length;
}

/** Whether a token of this type can be a name. */
export function isName(type: TokenType): boolean {
  return type === Name || (type.CATEGORIES?.includes(Name) ?? false);
}

/** The token types that the lexer knows, in the order in which it tries them. */
export const LEXED: TokenType[] = [
  Blank,
  Comment,
  Open,
  Close,
  Comma,
  Equals,
  Differs,
  AtMost,
  AtLeast,
  Less,
  Greater,
  OpenList,
  CloseList,
  OpenGroup,
  CloseGroup,
  Colon,
  Hash,
  Name,
  Glob,
  Reference,
  Text,
  OpenText,
  Expression,
  OpenExpression,
  Grouped,
  MoneyRate,
  Money,
  DateTime,
  Day,
  ClockRange,
  Rate,
  Percent,
  Duration,
  Decimal,
  Negative,
  Integer,
  Misfit,
];

/** All token types. */
export const TOKENS: TokenType[] = [
  ...LEXED,
  ...new Set(WORDS.values()),
  Thing,
  Field,
  OpenObject,
  CloseObject,
  ...Object.values(Head),
];
