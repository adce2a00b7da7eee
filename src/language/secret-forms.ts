/**
 * Texts that cannot be taken for anything but a credential. The model room reports them (no-literal-secrets.ts); here
 * they are kept out of whatever is drawn or said about a text.
 */

/** What a key of the gateway itself is called. */
export const GATEWAY_KEY = "a gateway key";

/** Forms of credentials as regular expressions, and what they are. */
export const SECRET_FORMS: readonly (readonly [string, string])[] = [
  ["gk_[0-9a-hjkmnp-tv-z]{38}", GATEWAY_KEY],
  ["sk-ant-[\\w-]{16,}", "an Anthropic key"],
  ["sk-(?:proj-)?[A-Za-z0-9]{20,}", "an API key"],
  ["(?:AKIA|ASIA)[0-9A-Z]{16}", "an AWS access key"],
  ["gh[pousr]_[A-Za-z0-9]{36}|github_pat_\\w{22,}", "a GitHub token"],
  ["glpat-[\\w-]{20,}", "a GitLab token"],
  ["xox[baprs]-[\\w-]{10,}", "a Slack token"],
  ["[sr]k_live_[A-Za-z0-9]{16,}", "a Stripe key"],
  ["AIza[\\w-]{35}", "a Google key"],
  ["-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----", "a private key"],
];

const SECRET = new RegExp(`(?<!\\w)(?:${SECRET_FORMS.map(([source]) => source).join("|")})`, "g");

/** The text with stars for what has the form of a credential; every other character stays in its place. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRET, (secret) => "*".repeat(secret.length));
}
