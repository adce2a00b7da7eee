/** A service on loopback, as its owner documents it: what a test scripts is what it answers, and it keeps what it got. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { TableService } from "../../src/decision/table.ts";
import { createServices } from "../../src/services/services.ts";

/** A call as it came in. */
export interface Got {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever was sent
  readonly json: any;
}

/** How a call is answered: a status with JSON, or by hand. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly json: unknown }
  | ((response: ServerResponse) => void);

export interface Scripted {
  readonly url: string;
  readonly got: Got[];
}

/** Starts a service; `script` answers the calls in their order. */
export async function startService(
  t: TestContext,
  script: (got: Got, index: number) => Answer | Promise<Answer>,
): Promise<Scripted> {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const json = request.headers["content-type"]?.includes("json") ? JSON.parse(text) : null;
    const call = { method: request.method!, path: request.url!, headers: request.headers, text, json };
    const answer = await script(call, got.push(call) - 1);
    if (typeof answer === "function") return answer(response);
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

/** A declaration of a service, as the table has it. */
export function declared(parts: Partial<TableService> & Pick<TableService, "kind">): TableService {
  return {
    name: "check",
    url: null,
    credential: { kind: "env", ref: "KEY" },
    region: null,
    resource: null,
    checks: [],
    origin: { place: "p.policy:1", text: "service check" },
    ...parts,
  };
}

/** The secret that `credential env KEY` finds. */
export const KEY = "service-key-0123456789";

/** The store of services, in surroundings of the test's own. */
export function services(env: Record<string, string> = {}, root = ".") {
  return createServices({ env: { KEY, ...env }, root, now: Date.now, tick: () => performance.now() });
}

/** A stop in the middle of an answer. */
export function cutOff(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"action":');
  response.destroy();
}
