/** The `key` block that `gw key new` prints for pasting into a policy, in canonical form. It holds the digest, never the key. */

/** What the block says; parts that are null are left out. */
export interface KeyBlock {
  readonly name: string;
  readonly team: string;
  readonly digest: string;
  readonly owner: string | null;
  /** A date or date-time as the language writes it: `2027-03-31`. */
  readonly expires: string | null;
}

/** Writes the block, with a newline at its end. */
export function keyBlock({ name, team, digest, owner, expires }: KeyBlock): string {
  const lines = [
    `key ${name} in ${team} {`,
    `  hash sha256:${digest}`,
    ...(owner === null ? [] : [`  owner ${quote(owner)}`]),
    ...(expires === null ? [] : [`  expires ${expires}`]),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
