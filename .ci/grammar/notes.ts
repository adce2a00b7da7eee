/**
 * What the productions do not say. The parser takes some things in a wider form than the language has, to be able to
 * tell what is wrong with them; each such place has a sentence here, which the EBNF and the railroad page show.
 */

/** By the name of the rule. */
export const NOTES: Readonly<Record<string, string>> = {
  file: "begins with `language 1`, which stands nowhere else",
  use: "a file is pinned: a TEXT without its HASH is refused; builtin takes no TEXT",
  statement: "the reference says which of them an org, a team and a key may have",
  limit: "requests and tokens take a RATE, concurrency takes an INTEGER",
  active: "the NAME is a day or a range of days, as in mon-fri",
  credential: "env takes a NAME and file a TEXT; a TEXT alone is taken for the secret itself and refused",
  price: "names all five classes, each once",
  patternCheck: "entropy alone takes a number",
  grade: "severity and confidence once each; confidence is never critical",
  guardrail: "holds on, in and action once each",
  action: "reject takes a TEXT and redact takes none",
  clock: "takes a DATE_TIME",
  used: "requests and tokens take a RATE, concurrency takes an INTEGER",
  send: "each part at most once; in needs a text",
  behind: "then continues route, to continues redact",
};
