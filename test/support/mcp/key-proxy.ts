/** Adds a key to every request, for clients that have no way to send one; everything else passes as it is. */
import { once } from "node:events";
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

export interface KeyProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** Stands before a gateway. */
export async function startKeyProxy(gateway: string, key: string): Promise<KeyProxy> {
  const { hostname, port } = new URL(gateway);
  const server = createServer((incoming, response) => {
    const { method, url: path, headers } = incoming;
    const outgoing = send({ hostname, port, method, path, headers: { ...headers, authorization: `Bearer ${key}` } });
    outgoing.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      response.flushHeaders();
      answer.on("error", () => response.destroy()).pipe(response);
    });
    outgoing.on("error", () => response.destroy());
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
