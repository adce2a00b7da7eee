/** One message to an address of a server of tools: who sent it, under which policy, and what it is about. */
import type { ResultSearch } from "../../audit/entry.ts";
import type { TableServer } from "../../decision/table.ts";
import type { Era } from "../../wire/mcp/era.ts";
import type { Oversize, Said } from "../../wire/mcp/judge.ts";
import type { Message } from "../../wire/mcp/message.ts";
import type { Target } from "../../wire/mcp/target.ts";
import type { Caller, Ending } from "../ticket.ts";
import type { Session } from "./sessions.ts";

/** A message that was read and may be carried on. */
export interface Visit {
  readonly caller: Caller;
  readonly server: TableServer;
  readonly era: Era;
  readonly message: Message;
  /** True when it came to the address that joins all servers. */
  readonly joint: boolean;
  /** What a request is about, by the server's own name; null when it is about nothing in particular. */
  readonly target: Target | null;
  /** The client's session; null in the stateless era, and before `initialize` is answered. */
  readonly session: Session | null;
}

/** How the work on a message ended; the answer has left, or leaves with `close`. */
export interface Carried extends Pick<Ending, "end" | "fault" | "status" | "firstByteMs" | "close"> {
  readonly said: Said | null;
  /** Set when what came back was too large. */
  readonly oversize: Oversize | null;
  /** What was looked for in what came back; null when nothing was. */
  readonly search: ResultSearch | null;
}
