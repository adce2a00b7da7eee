/** Questions of servers to clients with a session: they go out on the stream of the call, and the answer comes in by itself. */
import { UpstreamError } from "../../providers/provider.ts";
import { mayAsk } from "../../wire/mcp/asking.ts";
import type { Answer, Fields } from "../../wire/mcp/message.ts";
import type { Hall } from "./hall.ts";
import type { PeerCall } from "./peer.ts";
import type { Telling } from "./telling.ts";
import type { Visit } from "./visit.ts";

/** How a server's questions reach the client of a visit; null in the stateless era, which has other means. */
export function asker({ session, server, caller }: Visit, telling: Telling, { asks, ports }: Hall): PeerCall["ask"] {
  if (session === null || server.may.length === 0) return null;
  return (method: string, params: Fields) => {
    if (!mayAsk(method, server.may)) throw new UpstreamError("broken", `policy does not let the server use ${method}`);
    const id = ports.newId();
    const answer = asks.wait(session.id, id, caller.arrival.signal);
    telling.push({ jsonrpc: "2.0", id, method, params });
    return answer;
  };
}

/** Hands an answer of a client to whoever asked. */
export function handAnswer({ session }: Visit, answer: Answer, { asks }: Hall): void {
  if (session !== null) asks.answer(session.id, answer);
}
