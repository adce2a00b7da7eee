/** Declarations as an editor writes them out; what stands between `‹` and `›` is to be filled in. */

const WRITTEN: Readonly<Record<string, string>> = {
  language: "language 1",
  use: "use ‹claude-code› from builtin",
  org: `org ‹acme› {
  timezone "‹UTC›"
}`,
  team: `team ‹eng› {
  allow models ‹@everyday›
  allow tools ‹@claude-code.read›
}`,
  key: `key ‹dana-laptop› in ‹eng› {
  hash ‹sha256:0000000000000000000000000000000000000000000000000000000000000000›
  owner "‹dana@acme.example›"
  expires ‹2027-03-31›
}`,
  provider: `provider ‹anthropic› {
  kind ‹anthropic›
  url "‹https://api.anthropic.com›"
  credential env ‹ANTHROPIC_API_KEY›
}`,
  models: `models ‹everyday› {
  ‹@anthropic.sonnet›
  via ‹anthropic›
}`,
  tools: `tools ‹look› {
  ‹Read, Grep›
}`,
  mcp: `mcp ‹github› {
  url "‹https://mcp.acme.example/github›"
  credential env ‹GITHUB_MCP_TOKEN›
}`,
  pattern: `pattern ‹employee-id› {
  match /‹\\bEMP-(\\d{6})\\b›/
  hit "‹EMP-123456›"
}`,
  guardrail: `guardrail ‹secrets› {
  on ‹request, response›
  match ‹@secrets›
  action ‹redact›
}`,
  service: `service ‹own-check› {
  kind ‹webhook›
  url "‹https://checks.acme.example/v1/verdict›"
}`,
  audit: `audit {
  content none
  keep ‹400› days
}`,
  test: `test "‹what holds›" for team ‹eng› {
  can use tools ‹Read›
  cannot use tools ‹Bash›
}`,
  invariant: `invariant "‹what always holds›" {
  never allow models ‹@anthropic.opus› to team ‹eng›
}`,
  delegate: 'delegate "‹teams/eng/**›" to team ‹eng›',
};

/** A declaration to be written out. */
export interface Snippet {
  /** With its places as editors know them. */
  readonly marked: string;
  /** As it stands, for editors that know no places. */
  readonly plain: string;
}

/** The declaration that a word begins; null when it begins none. */
export function snippetOf(word: string): Snippet | null {
  const written = Object.hasOwn(WRITTEN, word) ? WRITTEN[word] : undefined;
  if (written === undefined) return null;
  let place = 0;
  const escaped = written.replace(/[\\$}]/g, (sign) => `\\${sign}`);
  const marked = escaped.replace(/‹([^›]*)›/g, (_, text: string) => {
    place += 1;
    return `\${${place}:${text}}`;
  });
  return { marked, plain: written.replace(/[‹›]/g, "") };
}
