/** A finding of `gw guard scan`, as its reports tell it. */
import type { Detection } from "../analysis/guard-find.ts";
import type { Place } from "../language/tree.ts";
import type { SourceText } from "./guard-texts.ts";

/** A finding where people look for it: line and column are those of its text, from 1. */
export interface GuardFinding extends Omit<Detection, "start" | "end">, Omit<SourceText, "text" | "line" | "standing"> {
  /** Line in the text of a conversation; in a plain file that of the file. */
  readonly line: number;
  readonly column: number;
  /** In a conversation the place of a request that its text stands in. */
  readonly place: Place | null;
  /** Line of the file on which the conversation stands, when it is one of many. */
  readonly record: number | null;
  /** The line, with stars for all that was found on it. */
  readonly excerpt: string;
}
