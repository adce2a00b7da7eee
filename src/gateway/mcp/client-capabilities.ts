/** What a client can answer, as it said: at the beginning of its session, or in the request itself. */
import { META, metaOf } from "../../wire/mcp/era.ts";
import { type Fields, fieldsIn } from "../../wire/mcp/message.ts";
import type { Visit } from "./visit.ts";

/** The capabilities of the client of a visit. */
export function clientCapabilities({ session, message }: Visit): Fields {
  if (session !== null) return fieldsIn(session.client, "capabilities");
  return message.kind === "request" ? fieldsIn(metaOf(message.params), META.capabilities) : {};
}
