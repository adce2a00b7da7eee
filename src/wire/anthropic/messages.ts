/** A Messages request as found in its bytes, without rebuilding them. read.ts finds it, edit.ts and the gateway use it. */
import type { Place } from "../../language/tree.ts";
import type { CallingBlock } from "./called.ts";
import type { RanCall } from "./ran.ts";

/** A string in the body: byte offsets of what stands between its quotes, escapes not undone. */
export interface TextSpan {
  readonly place: Place;
  /** Whose words they are: an assistant's turn in the history is the model's. */
  readonly author: "client" | "model";
  /** How many of the model's turns begin before it or with it: what the client adds to one has the same number. */
  readonly turn: number;
  /** True for a text block right behind another one: whoever reads them reads one text. */
  readonly follows: boolean;
  /** True for what is looked at and never changed: keys of an input, what a tool is said to do. */
  readonly fixed: boolean;
  readonly start: number;
  readonly end: number;
}

/** What a block holds at which nobody looks; of an unknown one only what is called like a text is looked at. */
export type Unread = "thinking" | "image" | "file" | "unknown";

/** Byte offsets of a whole JSON value. */
export interface ValueSpan {
  readonly start: number;
  readonly end: number;
}

/** A tool or a mention of one that can be cut out: byte offsets of the whole JSON value. */
export interface ToolSpan {
  /** Canonical name, as language/ writes it. */
  readonly name: string;
  /** `offer`: an entry of `tools`; `server`: an entry of `mcp_servers`; `mention`: a `tool_reference`, `tool_addition` or `tool_removal` block, or a name in a list in a system message. */
  readonly kind: "offer" | "server" | "mention";
  /** True for an offer with `defer_loading`. */
  readonly deferred: boolean;
  /** The array that it is an element of. */
  readonly list: ToolList;
  readonly start: number;
  readonly end: number;
}

/** An array that holds tools or mentions, with all its elements in order. */
export interface ToolList {
  readonly elements: readonly ValueSpan[];
  /** What must stand in it when every element is cut: a text block in a list of content blocks, else nothing. */
  readonly filler: "text" | "none";
}

/** A tool that the provider carries out, and what the request says of it; undefined where that can be read in two ways. */
export interface Definition {
  /** Canonical. */
  readonly tool: string;
  readonly definition: unknown;
}

export interface MessagesRequest {
  readonly kind: "messages";
  readonly body: Uint8Array;
  readonly model: string;
  readonly stream: boolean;
  /** 0 when the body of a count has none. */
  readonly maxTokens: number;
  readonly tools: readonly ToolSpan[];
  /** Those of them that the provider carries out: their calls never pass here, so that this is where they are judged. */
  readonly definitions: readonly Definition[];
  /** True when the body has a `tool_choice`, whatever it says. */
  readonly choosesTool: boolean;
  /** Name that `tool_choice` forces, canonical; null when it forces none. */
  readonly toolChoice: string | null;
  readonly doors: readonly string[];
  readonly texts: readonly TextSpan[];
  /** How many blocks hold something at which nobody looks. */
  readonly unread: ReadonlyMap<Unread, number>;
  /** How many of them stand before the messages: descriptions of tools, the system prompt. */
  readonly lead: number;
  /** How many of them stand before the second message. */
  readonly opening: number;
  /** Turn and author of the last message. */
  readonly end: Pick<TextSpan, "turn" | "author">;
  /** The session that `metadata` names; null when it names none. */
  readonly session: string | null;
  /** True when the model has answered before. */
  readonly answered: boolean;
  /** True when the model has called a tool of the client's before. */
  readonly called: boolean;
  /** Every call that the model made before, in order. */
  readonly calls: readonly CallingBlock[];
  /** The connector of each server in `mcp_servers`, by the server's name. */
  readonly hosts: ReadonlyMap<string, string>;
  /** Calls of the last answer that the client says it has carried out, of tools of servers. */
  readonly ran: readonly RanCall[];
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
