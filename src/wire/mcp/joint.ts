/**
 * Names behind the address that joins all servers: `github__get_issue` for tools and prompts, `github+repo://acme/x` for
 * resources. The prefix is always there, so that no name changes when a server is added; it is the gateway's and not the
 * server's, which hears its own names only.
 */
import { LONGEST_TOOL_NAME, nameBehindAll } from "../../model/client-names.ts";
import { LISTINGS } from "./lists.ts";
import { type Fields, fieldsIn, isFields, type Request, textIn, type Value } from "./message.ts";
import type { Family, Target } from "./target.ts";

const JOINTS = { mcp: "__", "mcp-prompt": "__", "mcp-resource": "+" } as const satisfies Record<Family, string>;

/** The name of a server's thing behind the joint address. */
export function jointName(server: string, { family, name }: Target): string {
  return `${server}${JOINTS[family]}${name}`;
}

/** The server and its own name for a thing; null when the name has no server in it. */
export function splitName({ family, name }: Target): { readonly server: string; readonly target: Target } | null {
  const joint = JOINTS[family];
  const at = name.indexOf(joint);
  return at < 1 ? null : { server: name.slice(0, at), target: { family, name: name.slice(at + joint.length) } };
}

/** The request as the server knows it: about the thing by the server's own name. */
export function renamed(request: Request, { name, family }: Target): Request {
  const { method, params } = request;
  const by = family === "mcp-resource" ? "uri" : "name";
  const own = method === "completion/complete" ? { ref: { ...fieldsIn(params, "ref"), [by]: name } } : { [by]: name };
  const changed = { ...params, ...own };
  return { ...request, params: changed, whole: { ...request.whole, params: changed } };
}

/** A server's list behind the joint address. */
export interface JointList {
  readonly entries: readonly Value[];
  /** Its own names for tools that clients could not say there, which are no entries. */
  readonly leftOut: readonly string[];
}

/** Entries of a server's list, under their joint names. */
export function jointList(server: string, method: string, result: Fields): JointList {
  const listing = LISTINGS[method];
  const entries: Value[] = [];
  const leftOut: string[] = [];
  const own = listing === undefined ? undefined : result[listing.member];
  if (listing === undefined || !Array.isArray(own)) return { entries, leftOut };
  for (const entry of own as readonly Value[]) {
    const name = isFields(entry) ? textIn(entry, listing.by) : null;
    if (name === null) continue;
    if (listing.family === "mcp" && nameBehindAll(server, name).length > LONGEST_TOOL_NAME) leftOut.push(name);
    else entries.push({ ...(entry as Fields), [listing.by]: jointName(server, { family: listing.family, name }) });
  }
  return { entries, leftOut };
}

/** A result of a server with the addresses of resources in it as clients know them. */
export function jointResult(server: string, result: Fields): Fields {
  const contents = result.contents;
  if (Array.isArray(contents)) return { ...result, contents: contents.map((each: Value) => withUri(server, each)) };
  const { content, messages } = result;
  if (Array.isArray(content)) return { ...result, content: content.map((each: Value) => withResource(server, each)) };
  if (!Array.isArray(messages)) return result;
  const changed = messages.map((each: Value) =>
    isFields(each) ? { ...each, content: withResource(server, each.content ?? null) } : each,
  );
  return { ...result, messages: changed };
}

function withUri(server: string, value: Value): Value {
  const uri = isFields(value) ? textIn(value, "uri") : null;
  return uri === null ? value : { ...(value as Fields), uri: jointName(server, { family: "mcp-resource", name: uri }) };
}

function withResource(server: string, value: Value): Value {
  if (!isFields(value)) return value;
  if (value.type === "resource_link") return withUri(server, value);
  return value.type === "resource" ? { ...value, resource: withUri(server, value.resource ?? null) } : value;
}
