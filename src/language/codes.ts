/**
 * The catalogue of every fault that a policy can have: stable numbers, one page each (`gw policy explain GW2003`).
 * GW1xxx what is written, GW2xxx names, GW3xxx meaning, GW4xxx safety, GW5xxx tests, GW6xxx lint. A number is never reused.
 * To add one: put a row at the end of its block; a test checks the rows against the code that raises them, both ways.
 */

/** One row of the catalogue. */
export interface CodeEntry {
  readonly severity: "error" | "warning";
  /** What the code stands for, in one line. */
  readonly title: string;
  /** Why it is a fault, and how to mend it. */
  readonly page: string;
}

function error(title: string, page: string): CodeEntry {
  return { severity: "error", title, page };
}

function warning(title: string, page: string): CodeEntry {
  return { severity: "warning", title, page };
}

/** Every code, by number. */
export const CODES = {
  // ---- GW1xxx: what is written ------------------------------------------------------------------------------------
  GW1001: error(
    "the first line does not say which language version the file is written in",
    "Every policy file begins with `language 1`, so that a later version of the tool can keep reading it.\nAdd `language 1` as the first line.",
  ),
  GW1002: error(
    "the language version is not one that this tool reads",
    "This tool reads language version 1. Write `language 1`, or use a newer sallyport.",
  ),
  GW1003: error(
    "a character that the language does not use",
    "The character stands where no word, number, string or sign begins. Remove it, or put the text in double quotes.",
  ),
  GW1004: error(
    "a string has no closing quote on its line",
    'A string begins and ends with `"` on one line. Write `\\n` for a line break and `\\"` for a quote inside.',
  ),
  GW1005: error(
    "a regular expression has no closing slash on its line",
    "A regular expression is written `/…/`, on one line, with a slash inside written `\\/`. Flags `i`, `m`, `s` may follow.",
  ),
  GW1006: error(
    "something else must stand here",
    "The text does not follow the grammar at this place. The message says what may stand there; the reference is in `grammar/README.md`.",
  ),
  GW1007: error(
    "a reserved word stands where a name is expected",
    "Words that begin a statement or a declaration cannot be names; otherwise a forgotten list would swallow the next line. Choose another name.",
  ),
  GW1008: error(
    "a part that may stand once stands twice",
    "Each part of a statement or a block of this kind may be written once. Keep one of them.",
  ),
  GW1009: error(
    "a statement or declaration begins with a word that the language does not know",
    "Each statement begins with its own reserved word; this word begins none. The message suggests the nearest one.",
  ),
  GW1010: error(
    "a construct that is reserved for a later version",
    "The word is part of the language but this version of the tool does not act on it. It is refused and not skipped: a rule that is written but not enforced would deceive its reader. Remove it.",
  ),
  GW1011: error(
    "a number, amount or unit is not one",
    "Units stand directly after the number: `10/min`, `200k/hour`, `$50/day`, `80%`. Periods are sec, min, hour, day, week, month; `k` is a thousand, `M` a million; money has at most 6 decimals.",
  ),
  GW1012: error(
    "a date or time that does not exist",
    "Write a date as `2027-03-31` and a point in time as `2026-12-24T18:00+01:00` or `2026-12-24T17:00Z`.",
  ),
  GW1013: error(
    "an escape that strings do not know",
    'Inside a string the escapes are `\\"`, `\\\\`, `\\n`, `\\r`, `\\t` and `\\u{…}` with a hexadecimal code point.',
  ),
  GW1014: error(
    "a required part is missing",
    "The block or statement has no meaning without this part. Add it as the message says.",
  ),
  GW1015: error(
    "formatting would change the meaning or lose a comment",
    "The formatter reads its own output and compares. It differed, so nothing was written. This is a fault of the tool: please report the file.",
  ),
  GW1016: error(
    "a hash is not `sha256:` and 64 lower-case hexadecimal digits",
    "Keys and packs are pinned by SHA-256, written `sha256:` followed by exactly 64 digits out of 0-9 and a-f. `gw key new` writes the line for a key.",
  ),
  GW1017: error(
    "an invisible mark that changes the direction of text",
    "What a reviewer sees would not be what the gateway reads. Remove the mark, or write it as `\\u{…}` in a string.",
  ),
  GW1018: error(
    "an expression has flags that do not exist",
    "After the closing slash stand `i` (case does not matter), `m` (`^` and `$` at each line) and `s` (`.` matches a line break), each once.",
  ),
  GW1019: error(
    "a field of a condition is written in a way that names none",
    'The fields of a tool\'s input are written by their names, joined by dots where one lies in the other: `repo.owner`. A name of other characters than letters, digits, `-` and `_` is written as a JSON pointer in quotes: `"/odd name/a~1b"`, where `~1` is a slash and `~0` a tilde.',
  ),
  GW1020: error(
    "an expectation that cannot be met",
    "A `send` with `result` is about what its tool gives back: that goes on (`allow`), holds what a line about results finds (`redact`, `flag`) or is too large (`withhold`). All other expectations are about the request. Of a result of which only the size is said nothing can be found. Expect what can become of it, or say what the tool gives back.",
  ),

  // ---- GW2xxx: names ----------------------------------------------------------------------------------------------
  GW2001: error(
    "a name of this kind is declared twice",
    "Names are unique per kind over the whole policy directory. Rename one, or join the two blocks.",
  ),
  GW2002: error(
    "an unknown group",
    "The group after `@` is declared nowhere in the policy or its packs. Declare it, or mend the name.",
  ),
  GW2003: error(
    "an unknown model group",
    "No `models` block has this name. A deny that matches nothing would be silent, so an unknown name is an error. Declare the group, or mend the name.",
  ),
  GW2004: error("an unknown tool group", "No `tools` block has this name. Declare the group, or mend the name."),
  GW2005: error("an unknown provider", "No `provider` block has this name. Declare the provider, or mend the name."),
  GW2006: error("an unknown team", "No `team` block has this path. Declare the team, or mend the path."),
  GW2007: error("an unknown key", "No `key` block has this name. Declare the key, or mend the name."),
  GW2008: error(
    "an unknown pattern",
    "No `pattern` block has this name, neither here nor in a pack. Declare the pattern, or mend the name.",
  ),
  GW2009: error("an unknown guardrail", "No `guardrail` block has this name. Declare the guardrail, or mend the name."),
  GW2010: error(
    "an unknown pack",
    "No `use` line brings in a pack of this name, or no builtin pack is called so. Add `use NAME from builtin`, or mend the name.",
  ),
  GW2011: error(
    "an unknown time zone",
    "Time zones are named as in the IANA database, for example `Europe/Berlin` or `UTC`.",
  ),
  GW2012: error("an unknown kind of provider", "The kinds of this version are `anthropic` and `simulated`."),
  GW2013: error("an unknown place", "A guardrail looks `in` user, tool-result, tool-input, system or document."),
  GW2014: error("an unknown stage", "A guardrail works `on` request, response or both."),
  GW2015: error(
    "an unknown reason",
    "After `expect refuse` stands one of the reasons that a refusal can have. The message lists them.",
  ),
  GW2016: error("an unknown organisation", "A test `for org NAME` names the one `org` block of the policy."),
  GW2017: error(
    "a path of a parent team is not declared",
    "A team `eng/payments` stands below the team `eng`; declare `team eng { … }`, so that what holds there can be read there.",
  ),
  GW2018: error(
    "a name has a form that names of its kind cannot have",
    "Names begin with a letter and go on with letters, digits, `-`, `_`; team paths join such names with `/`.",
  ),
  GW2019: error(
    "a group is named without its `@`",
    "Without `@` a word in a list is the name of one model or tool. A group's name without it would match nothing, so that an `allow` gives and a `deny` takes nothing. Write `@NAME`.",
  ),
  GW2020: warning(
    "a tool or model is nearly one that the packs know",
    "The name is written out and no pack has it, but one that differs by a letter or two, or a group that is called so. If it is right, nothing is wrong; if it is a slip, an `allow` gives and a `deny` takes nothing.",
  ),
  GW2021: error(
    "a name that is no service",
    "`ask NAME` names a `service` of the policy. Declare it, or mend the name.",
  ),
  GW2022: error(
    "an unknown kind of service",
    "The kinds are `bedrock-guardrail`, `azure-content-safety`, `patronus`, `model-armor` and `webhook`.",
  ),
  GW2023: error(
    "a check that the service does not have",
    'Azure AI Content Safety takes `check attacks`, `check blocklist "NAME"`, and `hate`, `self-harm`, `sexual` and `violence`, each with the level from which on it counts: `check hate at 4`. Patronus takes the name of an evaluator and its criteria: `check judge "patronus:prompt-injection"`.',
  ),
  GW2024: error(
    "a check that patterns do not have",
    "A pattern's `check` names checks of what was found: `alone`, `luhn`, `iban`, `not-placeholder` and others. All of them stand in `grammar/README.md`.",
  ),
  GW2025: error(
    "an unknown MCP server",
    "No `mcp` block has this name. Declare the server, or mend the name; tools of servers that clients configure themselves are `client-mcp:server/tool`.",
  ),

  // ---- GW3xxx: meaning --------------------------------------------------------------------------------------------
  GW3001: error(
    "the policy has no `org`",
    "The org is the root of the tree of teams and keys. Declare `org NAME { … }` once in the directory.",
  ),
  GW3002: error("the policy has several `org` blocks", "A policy has one root. Keep one `org` block."),
  GW3003: error(
    "a key has no hash",
    "Without `hash sha256:…` nobody can present the key. `gw key new` mints one and prints the block.",
  ),
  GW3004: error(
    "a statement is not allowed in this block",
    "Some statements have a meaning on one kind of block only: `timezone` on the org; `hash`, `owner`, `expires`, `label` on a key.",
  ),
  GW3005: error("a provider has no kind", "`kind anthropic` or `kind simulated` says how the provider is spoken to."),
  GW3006: error("a provider has no address", 'This kind of provider needs `url "https://…"`.'),
  GW3007: error(
    "a provider has no credential",
    'This kind of provider needs `credential env NAME` or `credential file "path"`; the secret itself never stands in a policy.',
  ),
  GW3008: error(
    "the same statement stands twice",
    "Of a limit or budget with the same measure, period and scope a block may hold one, and one more with `until` that replaces it while it lasts. Keep one.",
  ),
  GW3009: error(
    "a model has conflicting routes",
    "Two groups name the same model with different `via` lists, so that nothing says where it goes. Let one group give the route.",
  ),
  GW3010: error(
    "a model that someone may use has no route",
    "No group that holds the model has a `via`, or `only providers` leaves none of it. Give the model a provider, or take the grant away.",
  ),
  GW3011: error(
    "two prices hold for the same model at the same time",
    "Two price lines of the same rank match one model with the same `above` and `from`. Narrow one of them.",
  ),
  GW3012: error(
    "groups contain each other in a circle",
    "A group that contains itself, directly or through others, names nothing. Break the circle.",
  ),
  GW3013: error(
    "an `active` range ends before it begins",
    "Days run from Monday to Sunday and times from 00:00 to 24:00; the second must not come before the first. Write two ranges instead.",
  ),
  GW3015: error(
    "a glob is not valid",
    "Names of models and tools may hold `*` (any run of characters but `/`), `**` (any run) and `?` (one character). The message says what is wrong with this one.",
  ),
  GW3016: error(
    "a tool family that does not exist",
    "Tools are named `Bash`, `mcp:server/tool`, `client-mcp:server/tool`, `server:web_search` or `connector:host`; prompts and resources of the gateway's servers `mcp-prompt:server/name` and `mcp-resource:server/uri`. A rule about an unknown family would match nothing.",
  ),
  GW3017: error(
    "a pack from a file is not pinned",
    'Write the hash after the path: `use x from "packs/x.policy" sha256:…`. A pack cannot change under a reviewed policy.',
  ),
  GW3018: error(
    "a pack differs from its pinned hash",
    "The file is not the one that was reviewed. Review it again, and write its new hash.",
  ),
  GW3019: error(
    "the file of a pack does not exist",
    "The path is taken from the policy directory. Mend it, or add the file.",
  ),
  GW3020: error(
    "a declaration that packs may not hold",
    "A pack brings in groups, prices and patterns; grants, keys, providers and guardrails stand in the policy itself.",
  ),
  GW3021: error("a pattern has no match", "A pattern without a `match /…/` finds nothing."),
  GW3022: error(
    "a guardrail is incomplete",
    "A guardrail needs `on`, at least one `match` or an `ask`, and an `action`.",
  ),
  GW3023: error(
    "an address is not a usable URL",
    "Write an absolute `https://` address without user, password, query or fragment; `http://` only for loopback.",
  ),
  GW3024: error(
    "an amount is out of range",
    "Limits, budgets and sizes of results are greater than zero and small enough to be counted exactly; a percentage lies between 1 and 100.",
  ),
  GW3025: error(
    "a setting of the audit that this version does not know",
    "This version records no content: `content none`. `keep` takes a number of days.",
  ),
  GW3026: warning(
    "a declaration that nothing uses",
    "The pack, group, provider, pattern or guardrail is never named. Use it, or delete it.",
  ),
  GW3027: error(
    "the scope of a limit does not fit its block",
    "`per key` and `per team` count for each one below the block; a key has nothing below it.",
  ),
  GW3028: error(
    "one policy has too many globs to be told apart",
    "Globs with a `*` in the middle multiply when combined. Replace some of them by names or by prefixes.",
  ),
  GW3029: warning(
    "a statement whose `until` has passed",
    "It has no effect any more. Delete it, so that readers need not look at the calendar; what it replaced holds again.",
  ),

  GW3041: error(
    "a declaration stands in a delegated file that it does not belong into",
    "`delegate` gives the files of a folder to a team: they may declare teams below it, keys in it, and tests of these. Everything else, the team itself included, stands elsewhere, where others approve it. Beside it, a line in `CODEOWNERS` says whose approval the folder needs: `/policy/teams/payments/** @acme/payments`.",
  ),
  GW3042: error(
    "a team with files of its own has no ceiling",
    "Who writes in a delegated folder could allow everything to its team. On the team or above it, outside of the folder, must stand `only models`, `only tools` and a `budget` without `per`, all without `until`: what the folder adds stays below them.",
  ),
  GW3043: warning(
    "a delegation of no file",
    "The glob matches no file of the policy, so nothing is held to the team. Paths begin in the policy directory; `*` stops at `/`, `**` does not.",
  ),
  GW3044: error(
    "a guardrail asks a service and does not say what counts without a verdict",
    "A service can be slow, down or over its quota. `on error block` then refuses the request or ends the answer, `on error allow` lets it pass unseen; both are recorded. There is no default, because each is wrong for somebody.",
  ),
  GW3045: error(
    "a part of a guardrail does not fit the others",
    "A guardrail looks for patterns (`match`, `decode`) or asks a service (`ask`, `timeout`, `on error`). A verdict of a service is about a whole text: it can `reject` or `flag`. A service that looks for attacks on the model has nothing to say of what the model answers.",
  ),
  GW3046: error(
    "an action of a guardrail is never done",
    "Of the actions whose severity a finding reaches, the strongest is done: reject, redact, mask, flag. An action beside one that is as strong and reached as soon can never be it. Raise its `at`, or delete it.",
  ),
  GW3047: error(
    "a service is incomplete",
    "Each kind needs its own parts: `bedrock-guardrail` a region, a resource with its version and a credential; `azure-content-safety` a url, a credential and at least one check; `patronus` a credential and a check; `model-armor` a resource and a credential; `webhook` a url.",
  ),
  GW3048: error(
    "a file of rules cannot be read",
    "`from gitleaks` brings in a `.toml` file with `[[rules]]`, as gitleaks reads it; without `gitleaks` a file is in the language itself. The message says what is wrong with the file.",
  ),
  GW3049: warning(
    "a rule of another tool is left out",
    "The rule looks at paths only, or its expression is outside of the RE2 dialect or matches the empty text. The message says which. All other rules of the file are in force.",
  ),
  GW3050: warning(
    "a rule of another tool is taken with less than it says",
    "A conversation has no paths and no commits, and not every condition has a counterpart in the language. Without it the rule finds more than it does in its own tool.",
  ),
  GW3051: error(
    "an MCP server that cannot be reached",
    'An `mcp` block says where its server is: `url "https://…"` for one that runs elsewhere, or `command "program" "argument"` for one that the gateway runs. It needs one of the two.',
  ),
  GW3052: error(
    "a server's name that clients cannot say",
    "Clients call a tool `mcp__server__tool`, in at most 64 characters. The name of a server has at most 32, holds no `__`, begins and ends with no `_`, and is not `gw`, which is how clients call the gateway itself.",
  ),
  GW3053: error(
    "a tool's name that clients cannot say",
    "Clients call a tool `mcp__server__tool`, and the API takes at most 64 characters for it. A longer name breaks the session of whoever is granted the tool.",
  ),
  GW3054: error(
    "a rule about a client's server that the gateway holds",
    "When a policy declares `mcp github`, a tool that a client calls `mcp__github__get_issue` is `mcp:github/get_issue`, so a rule about `client-mcp:github/…` would match nothing.",
  ),
  GW3055: error(
    "pins without their lock file",
    "`pins` names a file of the policy directory that says what each tool of the server was when it was reviewed, and there is no such file, or it holds the tools of another server. Run `gw mcp pin NAME`, read what it writes, and commit it with the policy.",
  ),
  GW3056: error(
    "a lock file that was changed by hand",
    "A lock file is written by `gw mcp pin` and holds, for each tool, the hash of its definition and the definition itself. A line that does not fit its hash pins nothing that anybody saw. Restore the file, or pin anew and review the difference.",
  ),
  GW3060: error(
    "`after` behind something else than `deny tools`",
    "A flow rule closes tools in a conversation in which others were called: `deny tools Bash after tools WebFetch`. Nothing is opened by what was called before, and models and providers are chosen before anything is called.",
  ),
  GW3061: error(
    "a flow rule about what is not called as a tool",
    "Which conversation a tool is called in is known by the id that the model's answer gave to the call. Reading a resource or getting a prompt has no such id, so a rule over a conversation cannot speak of `mcp-resource:` and `mcp-prompt:`. Deny them, or name the tools that matter.",
  ),
  GW3062: error(
    "an `ask` about what nobody can be asked about",
    "`ask tools` has a person confirm a call before it is carried out: by the client for tools of the client, by the gateway for tools of its servers. What the provider carries out by itself (`server:`, `connector:`) never waits, and prompts and resources are no tools. Allow them, or deny them.",
  ),
  GW3063: error(
    "a condition of an `ask` that the client would not keep",
    "`ask tools … where …` has a person confirm the calls that are made with such an input. Who asks has to see the input: the gateway does at its own servers (`mcp:`). About tools of the client, and of servers that developers configure themselves, the client asks, and its settings have it ask about every call of a tool. Leave the condition out, deny such calls, or name tools of the gateway's servers alone, in a statement of their own.",
  ),
  GW3070: error(
    "a limit counts calls of which none is ever counted",
    "`limit calls` counts calls where they come by: those of the gateway's own servers when they are called, and those of the client's tools when an answer asks for them. The provider runs its own tools (`server:`) and connectors (`connector:`) within the answer, and prompts and resources are read and not called; a limit on them would never be reached. Leave the entry out; `deny tools` forbids it, and `limit requests` counts the requests.",
  ),
  GW3071: error(
    "a rule about results that do not come by",
    "`results` is about what tools of the gateway's own servers (`mcp:`) give back: there the gateway stands between the server and the client. What the client's own tools give back it sees only as a part of the next request, where a guardrail `in tool-result` looks at it; what the provider's tools give back is a part of the answer. Prompts and resources are no tools. A glob has to begin with `mcp:`, and so does the tool whose `result` a test gives.",
  ),
  GW3080: error(
    "a condition where nothing is called",
    "`where` is about what a tool is called with. Models and providers are not called, and neither are prompts, resources and connectors: a condition there would be asked of nothing. Behind `after` stands what was called before, whatever it was called with. Leave the condition out, or write the tools that it is about in a statement of their own.",
  ),
  GW3081: error(
    "a condition about a field that a pinned tool does not have",
    "The lock of a server says what each of its tools is called with. A condition about another field can never be judged, so an allow would grant no call and a deny would withhold every one. A condition is held to every tool that its statement names: write one statement for the tools that have the field, and another for the rest.",
  ),
  GW3082: error(
    "a condition that compares a field with what it never is",
    "The lock of a server says of which type each field of a tool's input is, and sometimes which values there are. A number is not compared with a text, `like`, `matches` and `under` are about texts, `every` and `any` about lists, `size` about both. Such a condition could never be judged, so an allow would grant no call and a deny would withhold every one.",
  ),
  GW3083: error(
    "a condition that makes no sense",
    "The values of a list are of one type, a size is compared with numbers, `under` names an absolute path, and `it` stands for an entry of a list inside of `every` or `any` alone.",
  ),
  GW3084: warning(
    "a condition on tools of a server that nobody pinned",
    "What the tools of a server are called with is known from its lock. Without one, nobody notices a misspelt field: an allow would grant no call and a deny would withhold every one. Add `pins` to the server and run `gw mcp pin`.",
  ),
  GW3085: warning(
    "a condition about a field that a tool of the client is not known to have",
    "It is known what the usual tools of Claude Code and the server tools of the API are called with. A field of another name or type may come with a newer client; but when it is a slip, an allow grants no call and a deny withholds every one. If the field is right, say so with `# allow GW3085: reason`.",
  ),

  // ---- GW4xxx: safety ---------------------------------------------------------------------------------------------
  GW4001: error(
    "a secret stands in the text",
    'Policies are read by many and kept for ever. Refer to the secret by `env NAME` or `file "path"`, and revoke this one.',
  ),
  GW4002: error(
    "a regular expression is outside the dialect",
    "Patterns are written in the RE2 dialect: no back-references, no look-around. Rewrite the expression without them.",
  ),
  GW4003: warning(
    "a regular expression runs in the slower engine",
    "Content comes from strangers, and in the fast engine this expression could take time that grows faster than the text. It runs in an engine that never does, but needs far longer for each text. Bound what is repeated (`{1,64}` for `*`), begin with fixed text that the repetition cannot hold, or let `\\b` stand before it.",
  ),
  GW4004: error(
    "a pattern does not match its own `hit`",
    "Each `hit` must be found by the pattern. Mend the expression or the example.",
  ),
  GW4005: error(
    "a pattern matches its own `miss`",
    "No `miss` may be found by the pattern. Mend the expression or the example.",
  ),
  GW4006: error("two keys have the same hash", "One presented key would be two principals. Mint a key for each."),
  GW4007: error(
    "the hash is that of a well-known or short string",
    "A key that can be guessed is no key. Mint one with `gw key new`.",
  ),
  GW4008: warning("a key never expires", "A key without `expires` is good until somebody deletes it. Add a date."),
  GW4009: error(
    "a regular expression matches the empty text",
    "An expression that matches nothing would redact everywhere. Let it require at least one character.",
  ),
  GW4010: warning(
    "a regular expression has no fixed text to search for",
    "Scanners first look for a text of 3 or more characters that every match contains, and try the expression only there. Without one it is tried at every position, which is slow. Add a fixed part if what you look for has one.",
  ),
  GW4011: warning(
    "a key has expired",
    "Whoever presents it is refused. Delete the block; `gw key new` mints a successor when one is needed.",
  ),
  GW4012: error(
    "a regular expression that no long text can be searched for in time",
    "Texts come from strangers and can be megabytes long; whoever looks through one must let others work in between. So a long text is searched a slice at a time, with as much around each slice as a match can have; an expression whose matches may have any length is run over all of it at once, which is quick enough only where it is proved to be. The slower engine takes a step for every letter that a match may have at every letter of the text, so that there a match has 600 letters at most. Bound what is repeated (`.{0,200}` for `.*`), begin with fixed text that the repetition cannot hold, or let `\\b` stand before it.",
  ),

  // ---- GW5xxx: tests ----------------------------------------------------------------------------------------------
  GW5001: error(
    "a test says `can`, and the policy does not allow it",
    "Either the policy grants too little or the test asks too much. The message names the deciding lines.",
  ),
  GW5002: error(
    "a test says `cannot`, and the policy allows it",
    "Either the policy grants too much or the test is out of date. The message names the granting lines.",
  ),
  GW5003: error(
    "a test's `send` ends otherwise than expected",
    "The message says what was decided, and by which lines.",
  ),
  GW5004: warning(
    "a test, or a line of one, that proves nothing",
    "The test has no `can`, `cannot` or `send`, or the line speaks of a limit that does not bind its subject. It would pass whatever the policy says. Complete it, or delete it.",
  ),
  GW5005: error(
    "a test says `otherwise cannot`, and the policy allows more",
    "Everything that the test does not list as `can` must be denied. The message gives one thing that is allowed.",
  ),
  GW5006: warning(
    "a statement that no test would miss",
    "Every test would pass without this line, so nothing would notice if it were lost. `gw policy test --coverage` prints a test that would notice, or says why there is none: often another line says the same.",
  ),
  GW5010: error(
    "an invariant says `never allow`, and the policy allows it",
    "The message gives one name that gets through, and who may use it; the notes give the lines that allow it, and the path from the org down. Take the grant away, deny it above, or change the promise.",
  ),
  GW5011: error(
    "an invariant says `only to`, and the policy allows it to others",
    "Whoever is neither named nor below somebody named must not have it; a team above counts too, since a key could be added to it. Grant it lower down, deny it, or name whom it is meant for.",
  ),
  GW5012: error(
    "a key expires later than an invariant says",
    "Days are counted in the org's time zone, from the day of the proof's clock to the last day on which the key is good. Give the key an earlier `expires`.",
  ),
  GW5013: error(
    "a key may spend more than an invariant says",
    "At some time no budget on the path of the key keeps it to the amount. A budget of another period is reckoned as the most that its calendar windows allow: 7 days a week, 31 days a month, 6 weeks a month, 26 hours a day; a cap of a longer period holds for a shorter one, twice for a week that lies in two months.",
  ),
  GW5014: warning(
    "an invariant that promises nothing",
    "There is no key, no node or no name that it is about, so it would hold whatever the policy says. Often a name is misspelt; else wait with it until there is something to promise.",
  ),
  GW5015: error(
    "an invariant is too wide to be proved",
    "Each glob with a star on both sides of a word doubles the cases into which names fall. The globs of the promise and of one path from the org to a key were still too many, and what is not proved is not taken for true. Name the start of the names, write them out, or make several promises of it.",
  ),
  GW5016: warning(
    "invariants are proved one by one, which takes longer",
    "The globs of the invariants and of the policy are too many to be told apart all at once. Each promise is proved by itself instead, by the globs of each path from the org to a key. The result is as exact. Fewer globs with a star on both sides of a word make it fast again.",
  ),

  // ---- GW6xxx: lint -----------------------------------------------------------------------------------------------
  GW6001: warning(
    "a warning is allowed without a reason",
    "`# allow GW6010: the reason` behind a statement or block, or on the line above it, says that its author has seen the warning and why it stays. The reason is for whoever reads the line next year. Without one the warning is silenced all the same, and this one stands in its place.",
  ),
  GW6002: warning(
    "a comment allows a warning that is not raised",
    "The statement, header or block that the comment speaks for has no such warning: what it allowed was mended, or the comment stands at another line. It speaks for what it stands behind, else for what follows it. Delete it, or move it.",
  ),
  GW6003: warning(
    "a comment allows what cannot be allowed",
    "Only warnings of `gw policy check` can be allowed: no error ever, and no warning about these comments. What `gw policy test` remarks about tests is mended in the tests.",
  ),
  GW6010: warning(
    "a statement that others already cover",
    "It would change nothing to leave it out, whoever asks, for every possible name and at every time from now on: all that it allows is allowed, all that it takes away is taken away, another limit on the same path always bites first, or the hours are the same without it. Readers take it for something that matters, and whoever changes the other line is surprised. A model that is written out nowhere else also leaves the list that clients choose from; a group is the place for that. Delete the line, or mend the one that covers it.",
  ),
  GW6011: warning(
    "an entry of a list that others hold",
    "Every name that the entry stands for is held by other entries of the same list: by a wider glob, by a group, or by the same word once more. So is a pattern behind `redact` or `flag` of a `results` line by others behind the same word, and one behind `flag` by what the line redacts, since that is recorded as well. It changes nothing, and a reader takes it for an exception. Leave it out.",
  ),
  GW6012: warning(
    "a guardrail that guards already",
    "The guardrail stands on the same block or above it, and guards add up down the tree: nothing is looked at twice. Leave the line out, or name the guardrail that is missing.",
  ),
  GW6013: warning(
    "a deny of what could never be allowed here",
    "An `only` on the same path keeps out all that the line denies, whatever is allowed below. The line changes nothing as long as the ceiling stands. Delete it, or lift the ceiling where that was meant.",
  ),
  GW6014: warning(
    "a flow rule that closes nothing",
    "All that the line would close is denied on its own block or above it, or kept out by an `only`, or other flow rules on the same path close it after the same calls, at every time from now on. Delete the line, or mend the one that covers it.",
  ),
  GW6015: warning(
    "an `ask` that asks about nothing",
    "All that the line has a person confirm is denied on its path or lies outside of an `only`, or other lines there have it confirmed too, whatever its input and for as long. It would change nothing to leave it out, and readers take it for something that matters. Delete it, or mend the line that covers it.",
  ),
  GW6020: warning(
    "an allow that nothing gets through",
    "All that the line allows is denied, or kept out by an `only`, on its own block or above it, at every time from now on. Deny beats `only`, `only` beats allow, and what stands below a ceiling cannot lift it. Delete the line, or change what keeps it out.",
  ),
  GW6021: warning(
    "a provider of a route that is never tried",
    "Everybody who may use a model of the group is kept from the provider, by an `only`, a `deny` or the want of an `allow` for it, at every time from now on. As a second choice it promises a reserve that is not there. Leave it out, or let somebody use it.",
  ),
  GW6022: warning(
    "a route, or a part of one, that is never taken",
    "Nobody may use any model of the group, or the provider stands in the route twice and is not tried again. Allow the models to somebody, or leave the route out.",
  ),
  GW6030: warning(
    "a key may use what its team may not",
    "Allows add up down the tree: the key has what its team is allowed, and what its own line adds. Who reads the team's block does not see that, and who moves the key takes it along. Allow it to the team, give the key a team of its own, or allow this warning with the reason. It is not raised where the team is allowed nothing of the kind: then its keys are expected to say.",
  ),
  GW6031: warning(
    "a key that can do nothing",
    "No model is allowed to the key at any time before it expires, so that each request is refused; or the hours of the blocks on its path have no minute in common. Allow a model to it or to its team, or delete it.",
  ),
  GW6032: warning(
    "a key expires within two weeks",
    "From that day on whoever presents the key is refused. Mint a successor with `gw key new`, give it out, and delete this one.",
  ),
  GW6040: warning(
    "a name by which no tool can be used",
    "Clients send the tool of an MCP server as `mcp__SERVER__TOOL`, with `_` for every character but letters, digits, `_` and `-`, and the API takes names of at most 64 characters. Even the shortest name that the entry stands for is too long, or has a character that no name has: an `allow` of it gives and a `deny` takes nothing. Write the name as clients send it, or shorten it where it is given.",
  ),
  GW6041: warning(
    "a pinned tool that is left out behind the address of all servers",
    "Clients know a tool behind `/mcp` as `mcp__gw__SERVER__TOOL`, and the API takes names of at most 64 characters, so that the gateway leaves out what would be longer: a longer name would break the session of whoever is granted it. Give the server a shorter name, or let clients reach it at `/mcp/SERVER`, where they choose the label.",
  ),
  GW6050: warning(
    "an `ask` that the client alone can keep",
    "Tools of the client, and of servers that developers configure themselves, are called on the developer's machine: the gateway sees that the model wants the call, and not that a person allowed it. `gw claude settings` writes a rule by which Claude Code asks; a client that does not have these settings does not ask. Deny what must not hang on that, hold the server in the gateway with `mcp`, or allow the warning with its reason.",
  ),
} as const satisfies Record<string, CodeEntry>;

/** A number of the catalogue. */
export type Code = keyof typeof CODES;
