/** Worlds with servers of tools: declarations of policies, programs from packages, and requests by hand. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { World } from "../world.ts";

const require = createRequire(import.meta.url);

/** The arguments that run a server out of a package. */
export function packaged(name: string, ...args: string[]): string[] {
  const home = dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`));
  return [process.execPath, join(home, "dist/index.js"), ...args];
}

/** `mcp NAME { command … }`. */
export function programOf(name: string, command: readonly string[], more = ""): string {
  return `mcp ${name} {\n  command ${command.map((word) => JSON.stringify(word)).join(" ")}\n  ${more}\n}\n`;
}

/** `mcp NAME { url … }`. */
export function serverAt(name: string, url: string, more = "may elicit, sample, roots"): string {
  return `mcp ${name} {\n  url "${url}"\n  ${more}\n}\n`;
}

/** A message as it is sent, and the answer as it comes. */
export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends one message by hand. */
export async function post(
  world: World,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Sent> {
  const response = await fetch(world.url + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${world.key}`,
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A request of the stateless era. */
export function stateless(method: string, params: Record<string, unknown> = {}, id: string | number = 1) {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    ...(params._meta as object | undefined),
  };
  return { jsonrpc: "2.0", id, method, params: { ...params, _meta } };
}

/** The headers that such a request needs. */
export function about(method: string, name?: string): Record<string, string> {
  const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": method };
  return name === undefined ? headers : { ...headers, "mcp-name": name };
}

/** The message in an answer, be it a document or the last event of a stream. */
export function messageOf({ text }: Sent): Record<string, never> {
  const data = text.startsWith("{")
    ? text
    : (text
        .match(/^data: \{.*$/gm)
        ?.at(-1)
        ?.slice("data: ".length) ?? "null");
  return JSON.parse(data) as Record<string, never>;
}
