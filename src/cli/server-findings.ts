/**
 * Asks the gateway for the tools of each server in a client's list, as the client would: is the server there, is its key
 * good, what does it give, and can a model say the names under the label that the developer chose.
 */
import { LONGEST_TOOL_NAME, nameForClients } from "../model/client-names.ts";
import { META, STATELESS_VERSION } from "../wire/mcp/era.ts";
import { messageIn } from "../wire/mcp/events.ts";
import { type Answer, bytesOf, type Fields, isFields, readMessage, textIn } from "../wire/mcp/message.ts";
import { SseError, SseFramer } from "../wire/sse.ts";
import { bad, type ClientFinding, good, type OwnServer, warning } from "./client-findings.ts";

const PATIENCE_MS = 10_000;
/** A list that goes on for longer than this has no end. */
const MOST_PAGES = 64;

/** What the gateway says of each server. */
export async function askServers(servers: readonly OwnServer[]): Promise<ClientFinding[]> {
  return (await Promise.all(servers.map(askServer))).flat();
}

async function askServer(server: OwnServer): Promise<ClientFinding[]> {
  const { name } = server;
  try {
    const tools = await toolsOf(server);
    if (typeof tools === "string") return [bad("mcp", `the gateway says of MCP server \`${name}\`: ${tools}`, null)];
    if (tools.length === 0) {
      const help = "it may have none, or none that is granted to this key: `gw policy explain` tells";
      return [warning("mcp", `MCP server \`${name}\` gives no tool`, help)];
    }
    const many = `${tools.length} ${tools.length === 1 ? "tool" : "tools"}`;
    return [good("mcp", `MCP server \`${name}\` gives ${many}`), ...tooLong(name, tools)];
  } catch (error) {
    if (error instanceof SseError) return [bad("mcp", `the answer of MCP server \`${name}\` cannot be read`, null)];
    const why =
      error instanceof Error && error.name === "TimeoutError" ? "said nothing for too long" : "did not answer";
    return [bad("mcp", `MCP server \`${name}\` ${why}`, "is the gateway running, and the server behind it?")];
  }
}

function tooLong(label: string, tools: readonly string[]): ClientFinding[] {
  const [first, ...others] = tools
    .map((tool) => nameForClients(label, tool))
    .filter((name) => name.length > LONGEST_TOOL_NAME);
  if (first === undefined) return [];
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  const message = `the API takes names of ${LONGEST_TOOL_NAME} characters, and \`${first}\` has ${first.length}${more}`;
  return [warning("mcp", message, `give MCP server \`${label}\` a shorter label in the list`)];
}

/** The names of a server's tools, or what the gateway says instead. */
async function toolsOf(server: OwnServer): Promise<readonly string[] | string> {
  const names: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { result, error } = await listed(server, cursor === null ? {} : { cursor });
    if (result === null || !Array.isArray(result.tools)) return sentence(error);
    for (const tool of result.tools) if (isFields(tool)) names.push(textIn(tool, "name") ?? "");
    cursor = textIn(result, "nextCursor");
    if (cursor === null) break;
  }
  return names;
}

function sentence(error: Fields | null): string {
  return (error === null ? null : textIn(error, "message"))?.replace(/[\p{C}]/gu, " ") ?? "nothing that can be read";
}

async function listed({ url, authorization }: OwnServer, page: Fields): Promise<Pick<Answer, "result" | "error">> {
  const _meta = { [META.version]: STATELESS_VERSION, [META.capabilities]: {} };
  const response = await fetch(url, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-protocol-version": STATELESS_VERSION,
      "mcp-method": "tools/list",
      [authorization.header]: authorization.value,
    },
    body: bytesOf({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { ...page, _meta } }),
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const body = new Uint8Array(await response.arrayBuffer());
  const isStream = response.headers.get("content-type")?.includes("event-stream") === true;
  const messages = isStream ? new SseFramer().push(body).map(messageIn) : [readMessage(body)];
  const answer = messages.find((message): message is Answer => message?.kind === "answer");
  return answer ?? { result: null, error: { message: `an answer of status ${response.status} that is no message` } };
}
