/** What `--help` says below the options: examples that can be pasted, and what the exit codes mean. */

/** Below `gw --help`. */
export const PROGRAM_HELP = `
Examples:
  gw quickstart                                   a policy, a key and a running gateway, to try it
  gw init policy                                  a policy that a team can keep
  gw policy check policy                          is it right?
  gw policy test policy                           does it do what its tests say?
  gw key new dana-laptop --team eng --expires 2027-03-31
  gw serve --policy policy --data /var/lib/sallyport

Exit codes: 0 done, 1 the answer is no (a fault, a failing test, a bad record), 2 the question was wrong
`;

/** Below the help of each command that does something. */
export const COMMAND_HELP = {
  check: examples("policy check policy", "policy check policy --format json"),
  fmt: examples("policy fmt policy", "policy fmt --check policy packs/own.policy"),
  test: examples("policy test policy", "policy test policy --format junit > report.xml"),
  explain: examples("policy explain GW2003"),
  new: examples(
    "key new dana-laptop --team eng --owner dana@acme.example --expires 2027-03-31",
    "key new ci --team automation --expires 2027-03-31 --append policy/keys.policy",
  ),
  verify: examples("audit verify /var/lib/sallyport", "audit verify /var/lib/sallyport --format json"),
  tail: examples("audit tail /var/lib/sallyport --lines 50", "audit tail /var/lib/sallyport --follow --format json"),
  init: examples("init policy"),
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
