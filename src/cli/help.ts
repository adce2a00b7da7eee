/** What `--help` says below the options: examples that can be pasted, and what the exit codes mean. */

/** Below `gw --help`. */
export const PROGRAM_HELP = `
Examples:
  gw quickstart                                   a policy, a key and a running gateway, to try it
  gw init policy                                  a policy that a team can keep
  gw policy check policy                          is it right?
  gw policy test policy                           does it do what its tests say?
  gw policy diff main..HEAD                       what does a change mean?
  gw guard scan .env                              what would be redacted?
  gw key new dana-laptop --team eng --expires 2027-03-31
  gw serve --policy policy --data /var/lib/sallyport

Exit codes: 0 done, 1 the answer is no (a fault, a failing test, a bad record), 2 the question was wrong
`;

/** Below the help of each command that does something. */
export const COMMAND_HELP = {
  check: examples("policy check policy", "policy check policy --deny-warnings", "policy check policy --patterns"),
  fmt: examples("policy fmt policy", "policy fmt --check policy packs/own.policy"),
  test: examples(
    "policy test policy",
    "policy test policy --coverage --coverage-min 80",
    "policy test policy --format junit > report.xml",
  ),
  diff: `${examples(
    "policy diff main..HEAD",
    "policy diff main policy --format markdown",
    "policy diff old-policy new-policy",
  )}
Exit codes: 0 equal meaning, 4 tighter only, 3 something is wider; 1 a policy is not good, 2 the question was wrong
`,
  replay: `${examples("policy replay policy --against /var/lib/sallyport")}
Exit codes: 0 no decision flips, 3 some do; 1 the policy is not good, 2 the question was wrong
`,
  explain: `${examples(
    "policy explain GW2003",
    "policy explain key dana-laptop policy",
    "policy explain key dana-laptop --model claude-opus-5-5 --tool Bash --at 2026-05-04T10:00Z",
    'policy explain key dana-laptop --tool mcp:github/create_issue --input \'{"repo":"acme/pay"}\'',
    "policy explain req_0123abcd policy --data /var/lib/sallyport",
  )}
Exit codes: 0 explained, and what was asked passes; 1 it does not, or is decided otherwise; 2 the question was wrong
`,
  new: examples(
    "key new dana-laptop --team eng --owner dana@acme.example --expires 2027-03-31",
    "key new ci --team automation --expires 2027-03-31 --append policy/keys.policy",
  ),
  verify: examples(
    "audit verify /var/lib/sallyport",
    "audit verify /var/lib/sallyport --head 8baff912e3a20c264790e8b3225a6980af2494290b90748e635fd675229045f1",
    "audit verify /var/lib/sallyport --format json",
  ),
  tail: examples("audit tail /var/lib/sallyport --lines 50", "audit tail /var/lib/sallyport --follow --format json"),
  scan: `${examples(
    "guard scan .env config/*.yml",
    "guard scan --policy policy --team eng ~/.claude/projects/app/session.jsonl",
    "git diff | gw guard scan --severity high --format sarif",
  ).replace("gw git", "git")}
A file is searched as it is. Of a recorded conversation (the body of a Messages request, or JSON lines of such bodies or of
a transcript) each text is searched by itself, by the guardrails that look at its place.

Exit codes: 0 nothing found, 1 something found or the policy is not good, 2 the question was wrong
`,
  score: `${examples("guard score set.jsonl --pack secrets pii", "guard score set.jsonl --policy policy --min-recall 92")}
Each line of a set is {"text": "…", "kind": "…", "spans": [[start, end], …]}, with offsets as JavaScript counts them, or
with "secrets": ["…"] in the place of spans. A line with neither is an innocent text. A secret is caught when all of it is
found; "kind" groups the result and may be left out.

Exit codes: 0 scored, 1 a bound is not kept or the policy is not good, 2 the question was wrong
`,
  pin: `${examples("mcp pin", "mcp pin github --policy policy")}
Exit codes: 0 pinned, 1 a server cannot be asked or the policy is not good, 2 the question was wrong
`,
  "mcp-verify": `${examples("mcp verify", "mcp verify github --policy policy --format json")}
Exit codes: 0 as pinned, 1 something differs, or a server cannot be asked; 2 the question was wrong
`,
  "mcp-diff": `${examples("mcp diff github")}
Exit codes: 0 as pinned, 1 something differs, or a server cannot be asked; 2 the question was wrong
`,
  settings: examples(
    "claude settings --team eng --url https://gateway.acme.example --out managed-settings.json",
    "claude settings --key dana-laptop --url https://gateway.acme.example",
    "claude settings --team eng --url https://gateway.acme.example --mcp --out managed-mcp.json",
  ),
  doctor: `${examples(
    "claude doctor",
    "claude doctor --url https://gateway.acme.example --settings ~/.claude/settings.json --mcp .mcp.json",
  )}
Exit codes: 0 the client can work, 1 something keeps it from working, 2 the question was wrong
`,
  init: examples("init policy"),
  lsp: `
It reports as you type what \`gw policy check\` and \`gw policy test\` say, over the whole policy that a file belongs to.
\`grammar/README.md\` says how to set up Visual Studio Code, Neovim and Helix.
`,
  serve: `${examples(
    "serve --policy policy --data /var/lib/sallyport",
    "serve --policy policy --data /var/lib/sallyport --listen 0.0.0.0:8080 --format json",
  )}
Signals: SIGHUP reads the policy again; SIGTERM and SIGINT end the gateway when answers under way are finished
`,
  quickstart: examples("quickstart", "quickstart --dir /tmp/try --listen 127.0.0.1:9000"),
} as const;

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  gw ${line}\n`).join("")}`;
}
