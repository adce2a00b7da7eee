/** A Messages request as found in its bytes, without rebuilding them. read.ts finds it, edit.ts and answer.ts use it. */
import type { Place } from "../../language/tree.ts";

/** A string in the body: byte offsets of what stands between its quotes, escapes not undone. */
export interface TextSpan {
  readonly place: Place;
  readonly start: number;
  readonly end: number;
}

/** A tool or a mention of one that can be cut out: byte offsets of the whole JSON value. */
export interface ToolSpan {
  /** Canonical name, as language/ writes it. */
  readonly name: string;
  /** `offer`: an entry of `tools`; `server`: an entry of `mcp_servers`; `mention`: a `tool_reference` or `tool_addition` block. */
  readonly kind: "offer" | "server" | "mention";
  readonly start: number;
  readonly end: number;
}

export interface MessagesRequest {
  readonly body: Uint8Array;
  readonly model: string;
  readonly stream: boolean;
  readonly maxTokens: number;
  readonly tools: readonly ToolSpan[];
  /** Name that `tool_choice` forces, canonical; null when it forces none. */
  readonly toolChoice: string | null;
  readonly doors: readonly string[];
  readonly texts: readonly TextSpan[];
}

/** Why a body cannot be read; `message` is for the caller and quotes nothing of the body. */
export interface Malformed {
  readonly kind: "malformed";
  readonly message: string;
}

/** Replaces `body[start, end)` by `bytes`. Edits of one body never overlap. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}
