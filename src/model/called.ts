/** Families of names that are never called through the gateway, and why: limits on calls cannot count them. */
export const NEVER_CALLED: Readonly<Record<string, string>> = {
  server: "Anthropic runs these tools itself, within the answer",
  connector: "Anthropic calls these servers itself, within the answer",
  "mcp-prompt": "prompts are read and not called",
  "mcp-resource": "resources are read and not called",
};

/** The family of a tool's name: what stands before its colon; empty for the agent's own tools. */
export function familyOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(":")));
}
