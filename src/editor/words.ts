/** One line about each word of the language, for hover and completion. A test holds the table against the words that there are. */

/** What the words mean that are reserved, or have a meaning in one place. */
export const WORDS: Readonly<Record<string, string>> = {
  // ---- declarations -----------------------------------------------------------------------------------------------
  language: "The version of the language that a file is written in; its first line is `language 1`.",
  use: "Brings in a pack of groups, prices and patterns: one that ships, or a file pinned by its hash. In a test: `can use`.",
  org: "The root of the tree: what stands here holds for everybody. There is one.",
  team: "A team, by its path: `eng/payments` stands below `eng` and cannot loosen what `eng` denies, caps or guards.",
  key: "A key that a caller presents, in a team; the policy holds only its hash. Behind `per`: one counter for each key.",
  provider: "Where requests are sent: its kind, its address, and the name of its credential.",
  models: "A group of models, their route and their prices; in a list: that models are meant.",
  tools: "A group of tools; in a list: that tools are meant.",
  providers: "In a list: that providers are meant.",
  pattern: "Text that a guardrail looks for, with examples that are tried at each check.",
  guardrail: "What is looked for in requests and answers, and what becomes of it.",
  audit: "What the record holds, and for how long.",
  test: "What must hold about a team, a key or the org; run without a server by `gw policy test`.",
  invariant: "What must hold for every possible name, every node and all later time; proved by `gw policy check`.",
  delegate: "Gives a folder to a team: its files may declare only what lies below that team.",
  // ---- statements of org, team and key ----------------------------------------------------------------------------
  timezone: "The zone of dates, days and hours, by its IANA name; `UTC` when not written.",
  allow:
    "Gives access. Nothing is allowed until an `allow` names it; a `deny` and an `only` on the path take away from it.",
  deny: "Takes access away, from this block and everything below it; nothing below can give it back.",
  only: "A ceiling: whatever is allowed, nothing but this remains, here and below.",
  guard: "Guardrails that every request and answer of this block and of those below it passes.",
  limit: "A ceiling on requests or tokens per period, or on requests at one time.",
  budget: "A ceiling on cost per period. Every budget on the path from the org to the key must be kept.",
  active: "Days and hours: outside of them nothing is allowed.",
  on: "In a guardrail: requests, responses or both. In a block: what happens when a tool is offered that is not granted.",
  ungranted:
    "Of a tool that is offered and not granted: `on ungranted tool strip` takes it out, `refuse` turns the request away.",
  hash: "The hash of the key, as `gw key new` prints it.",
  owner: "Who answers for the key.",
  expires: "The last day on which the key is good.",
  label: "A name and a value that reports show.",
  until:
    "The statement ends by itself at this time. It replaces the limit or budget of the same measure while it lasts.",
  per: "One counter for each key or team below the block, and not one for the whole block.",
  warn: "At which share of a budget the record and the metrics begin to warn.",
  // ---- resources and content --------------------------------------------------------------------------------------
  kind: "How the provider is spoken to: `anthropic`, or `simulated` for trials without one.",
  url: "The provider's address.",
  credential: 'Where the provider\'s credential is found, `env NAME` or `file "path"`; never the credential itself.',
  via: "The providers that the models of this group go to, in order of preference.",
  // biome-ignore lint/suspicious/noThenProperty: it is a word of the language, and the table is never awaited
  then: "The next provider to try.",
  price: "Dollars per million tokens of each class, for the models listed.",
  input: "The price of tokens that are sent.",
  output: "The price of tokens of the answer.",
  "cache-read": "The price of tokens read from the provider's prompt cache.",
  "cache-write": "The price of tokens written to the prompt cache for five minutes.",
  "cache-write-1h": "The price of tokens written to the prompt cache for an hour.",
  above: "The price holds for prompts of more tokens than this, and then for the whole request.",
  from: "The first day on which a price holds; behind `use`: where the pack comes from.",
  match: "What is looked for: expressions `/…/`, patterns, packs.",
  hit: "A text that the pattern must find.",
  miss: "A text that the pattern must not find.",
  in: "In a guardrail: the places of a request that it looks at, all when not written. Elsewhere: the team of a key.",
  action: "What becomes of a find: `redact` puts a placeholder in its place, `reject` stops the request or the answer.",
  content: "How much of requests and answers the record holds.",
  keep: "How long the record is kept.",
  // ---- tests ------------------------------------------------------------------------------------------------------
  for: "Whom the test is about: a team, a key or the org.",
  can: "Everything listed is granted, to the subject and everything below it.",
  cannot: "Nothing of the list is granted. `otherwise cannot`: nothing but what the `can` lines list.",
  otherwise:
    "`otherwise cannot`: nothing but what the `can` lines list is granted, of the kinds that the test speaks about.",
  at: "Sets the clock of a test; with `warn`: the share of a budget; with `most`: a ceiling.",
  given: "What was spent or used before.",
  spent: "So much of each such budget was spent before.",
  used: "So much of each such limit was used before.",
  send: "A request, played through access, guardrails and limits; what it takes is gone for the next.",
  model: "The model that is asked for; when not written, the first that the subject may use.",
  tool: "A tool that the request offers.",
  text: "A text that the request or the answer holds.",
  cost: "What the request costs.",
  tokens: "How many tokens the request takes; behind `limit`: what is counted.",
  times: "How often the request is made.",
  expect: "What becomes of the request: `allow`, `refuse`, `redact` or `route`.",
  remaining: "What is left, to the unit, of the tightest such budget or limit.",
  to: "Whom an invariant is about; behind `redact`: the exact text; behind `delegate`: the team.",
  // ---- invariants -------------------------------------------------------------------------------------------------
  never: "Nothing of the list is ever granted to those named, nor to anything below them.",
  require: "What every key must have.",
  every: "`every key`: all keys of the policy, or with `in` those of a team and the teams below it.",
  within: "Every key expires no later than so many days from now.",
  most: "`at most`: some budget on the path of each key keeps it to that.",
};

/** What the words mean that stand where the grammar takes any name. */
export const CHOICES: Readonly<Record<string, string>> = {
  builtin: "A pack that ships with sallyport.",
  requests: "Requests are counted.",
  concurrency: "Requests at one time are counted.",
  strip: "A tool that is not granted is taken out of the request, so that the model never sees it.",
  refuse: "A request that offers a tool that is not granted is refused; behind `expect`: the request is refused.",
  env: "The credential stands in this environment variable.",
  file: "The credential stands in this file, from the policy directory on; it is read again when it changes.",
  request: "What the client sends.",
  response: "What the model answers.",
  user: "What the person wrote.",
  "tool-result": "What tools gave back.",
  "tool-input": "What tools were called with.",
  system: "The system prompt.",
  document: "Documents that were attached.",
  answer: "What the model says.",
  redact: "A placeholder takes the place of what was found.",
  reject: "The request or the answer is stopped, with this sentence.",
  route: "The providers that are tried first, in order.",
  days: "A number of days.",
};

/** The line about a word; null for what is no word of the language. */
export function wordDoc(word: string): string | null {
  const found = Object.hasOwn(WORDS, word) ? WORDS[word] : Object.hasOwn(CHOICES, word) ? CHOICES[word] : undefined;
  return found ?? null;
}
