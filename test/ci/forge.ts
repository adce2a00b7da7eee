/** The comments of one pull request or merge request behind HTTP on loopback, as GitHub and GitLab answer for them. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Remark {
  readonly id: number;
  readonly author: string;
  body: string;
}

export interface Forge {
  readonly url: string;
  /** Every request, in order: `POST /repos/…`. */
  readonly requests: string[];
  readonly remarks: Remark[];
  /** Answers every request so, instead. */
  failure: { readonly status: number; readonly message: string } | null;
  say(author: string, body: string): Remark;
  stop(): Promise<void>;
}

/** What differs between the two. */
interface Dialect {
  readonly list: RegExp;
  readonly change: { readonly method: string; readonly path: RegExp };
  readonly authorization: readonly [header: string, value: string];
  readonly user?: string;
  show(remark: Remark, url: string): object;
}

async function startForge(me: string, dialect: Dialect): Promise<Forge> {
  const remarks: Remark[] = [];
  const requests: string[] = [];
  const forge: Omit<Forge, "url" | "stop"> = {
    remarks,
    requests,
    failure: null,
    say(author, body) {
      const remark = { id: 1000 + remarks.length, author, body };
      remarks.push(remark);
      return remark;
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://forge");
    requests.push(`${request.method} ${request.url}`);
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const [header, value] = dialect.authorization;
    if (forge.failure !== null) return reply(forge.failure.status, { message: forge.failure.message });
    if (request.headers[header] !== value) return reply(401, { message: "Bad credentials" });
    if (request.method === "GET" && pathname === dialect.user) return reply(200, { username: me });
    const show = (remark: Remark) => dialect.show(remark, url);
    if (request.method === "GET" && dialect.list.test(pathname)) {
      const [size, page] = [Number(searchParams.get("per_page")), Number(searchParams.get("page"))];
      return reply(200, remarks.slice((page - 1) * size, page * size).map(show));
    }
    const { body } = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString("utf8"));
    if (request.method === "POST" && dialect.list.test(pathname)) return reply(201, show(forge.say(me, body)));
    const id = Number(dialect.change.path.exec(pathname)?.[1]);
    const remark = remarks.find((it) => it.id === id);
    if (request.method !== dialect.change.method || remark === undefined) return reply(404, { message: "Not Found" });
    if (remark.author !== me) return reply(403, { message: "not yours" });
    remark.body = body;
    reply(200, show(remark));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return Object.assign(forge, { url, stop });
}

/** GitHub, pull request 7 of `acme/policies`. */
export function startGitHub(me: string, token: string): Promise<Forge> {
  return startForge(me, {
    list: /^\/repos\/acme\/policies\/issues\/7\/comments$/,
    change: { method: "PATCH", path: /^\/repos\/acme\/policies\/issues\/comments\/(\d+)$/ },
    authorization: ["authorization", `Bearer ${token}`],
    show: ({ id, author, body }, url) => ({
      id,
      body: body.replaceAll("\n", "\r\n"),
      html_url: `${url}/acme/policies/pull/7#issuecomment-${id}`,
      user: { login: author },
    }),
  });
}

/** GitLab, merge request 7 of project 42. */
export function startGitLab(me: string, token: string): Promise<Forge> {
  return startForge(me, {
    list: /^\/api\/v4\/projects\/42\/merge_requests\/7\/notes$/,
    change: { method: "PUT", path: /^\/api\/v4\/projects\/42\/merge_requests\/7\/notes\/(\d+)$/ },
    authorization: ["private-token", token],
    user: "/api/v4/user",
    show: ({ id, author, body }) => ({ id, body, system: false, author: { username: author } }),
  });
}
