/**
 * The headers of the protocol. In the stateless era they repeat parts of the body for whoever cannot read it; the gateway
 * decides on the body, so a header that says another thing would be a way around it for a server that believes headers.
 */
import { versionOf } from "./era.ts";
import { type Fields, fieldsIn, type Message, textIn, type Value } from "./message.ts";

/** Headers of one name each, lower case. */
export type HeaderOf = (name: string) => string | null;

/** Parameters that are repeated in headers of their own. */
export const PARAM_PREFIX = "mcp-param-";

/** What a header says otherwise than the body; null when nothing does. Headers that are absent say nothing. */
export function contradiction(
  message: Message,
  headerOf: HeaderOf,
  params: readonly (readonly [string, string])[],
): string | null {
  if (message.kind === "answer") return null;
  const version = headerOf("mcp-protocol-version");
  const spoken = versionOf(message);
  if (version !== null && spoken !== null && version !== spoken)
    return "the header MCP-Protocol-Version is not the version in the body";
  const method = headerOf("mcp-method");
  if (method !== null && method !== message.method) return "the header Mcp-Method is not the method of the body";
  const name = headerOf("mcp-name");
  const named = textIn(message.params, message.method.startsWith("resources/") ? "uri" : "name");
  if (name !== null && named !== null && decoded(name) !== named)
    return "the header Mcp-Name is not the name in the body";
  if (params.length === 0) return null;
  const values = new Set(plainValues(fieldsIn(message.params, "arguments")));
  const wrong = params.find(([, value]) => !values.has(decoded(value) ?? ""));
  return wrong === undefined ? null : `the header ${wrong[0]} repeats no argument of the body`;
}

const WRAPPED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** A value that does not fit into a header is wrapped; null when what is inside is no text. */
function decoded(value: string): string | null {
  const inside = WRAPPED.exec(value)?.[1];
  if (inside === undefined) return value;
  const bytes = Buffer.from(inside, "base64");
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : null;
}

/** A value in the form in which it fits into a header. */
export function wrapped(value: string): string {
  const fits = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !value.startsWith("=?");
  return fits ? value : `=?base64?${Buffer.from(value).toString("base64")}?=`;
}

function* plainValues(value: Value): Generator<string> {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") yield String(value);
  else if (Array.isArray(value)) for (const each of value) yield* plainValues(each);
  else if (value !== null) {
    for (const each of Object.values(value as Fields)) if (each !== undefined) yield* plainValues(each);
  }
}
