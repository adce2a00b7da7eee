/** The only question that reaches the decision: everything a decision may depend on, in no protocol's words. */

/** What is asked for. `count` is scoped but never limited or charged. */
export type Purpose = "generate" | "count";

export interface Facts {
  readonly purpose: Purpose;
  /** The model as asked for; at most 256 characters, else `model` is refused. */
  readonly model: string;
  /** Canonical names of every tool that the request offers (`Bash`, `client-mcp:github/get_issue`, `server:web_search`). */
  readonly tools: readonly string[];
  /** Doors into the prompt that policy cannot speak about yet; any entry is refused. */
  readonly doors: readonly string[];
  readonly stream: boolean;
  readonly maxTokens: number;
  /** Estimated input tokens, from the size of the body. */
  readonly estimate: number;
}
