/** The official client, in either era, with a key. */

import type { TestContext } from "node:test";
import { Client, type ClientOptions, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** How a client comes to a gateway. */
export interface Coming {
  readonly url: string;
  readonly key: string;
  readonly era: "sessions" | "stateless";
  readonly capabilities?: NonNullable<ClientOptions["capabilities"]>;
}

/** Connects a client; it leaves after the test. */
export async function connect(t: TestContext, { url, key, era, capabilities = {} }: Coming): Promise<Client> {
  const mode = era === "sessions" ? "legacy" : { pin: "2026-07-28" };
  const client = new Client({ name: "tester", version: "1" }, { capabilities, versionNegotiation: { mode } });
  const headers = { authorization: `Bearer ${key}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  t.after(() => client.close());
  return client;
}

/** The first text of a result. */
export function textOf(result: unknown): string {
  const { content } = result as { content?: readonly { readonly text?: string }[] };
  return content?.[0]?.text ?? "";
}
