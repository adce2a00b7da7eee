/** Talks to a server of the stateless era on a client's behalf: every request stands alone and says all that it needs. */
import { META, STATELESS_VERSION } from "../../wire/mcp/era.ts";
import { wrapped } from "../../wire/mcp/headers.ts";
import { type Answer, type Fields, fieldsIn, isFields, textIn } from "../../wire/mcp/message.ts";
import { exchange, GATEWAY, type Headers, helloOf, type Line, nextId, quiet } from "./http-exchange.ts";
import { Misbehaved } from "./misbehaved.ts";
import type { Peer, PeerCall } from "./peer.ts";

/** Questions of a server that follow each other in one call. */
const MOST_ROUNDS = 16;

/** The peer of any client with one server. */
export function createStatelessPeer(line: Line): Peer {
  return {
    asksInCalls: false,
    async hello() {
      const { result } = await send(line, quiet("server/discover"));
      if (result === null) throw new Misbehaved("does not answer server/discover");
      return helloOf(result, fieldsIn(fieldsIn(result, "_meta"), META.server));
    },
    async call(call) {
      let answer = await send(line, call);
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const { result } = answer;
        if (result === null || result.resultType !== "input_required" || call.ask === null) return answer;
        const inputResponses = await responsesOf(fieldsIn(result, "inputRequests"), call.ask);
        const state = result.requestState === undefined ? {} : { requestState: result.requestState };
        answer = await send(line, { ...call, params: { ...call.params, inputResponses, ...state } });
      }
      throw new Misbehaved("asks without end");
    },
  };
}

function send(line: Line, call: PeerCall): Promise<Answer> {
  const own = { [META.version]: STATELESS_VERSION, [META.client]: GATEWAY, [META.capabilities]: call.capabilities };
  const params = { ...call.params, _meta: { ...fieldsIn(call.params, "_meta"), ...own } };
  return exchange(line, { id: nextId(), call: { ...call, params }, headers: headersOf(call) });
}

function headersOf({ method, params }: PeerCall): Headers {
  const headers = [
    ["mcp-protocol-version", STATELESS_VERSION],
    ["mcp-method", method],
  ] as const;
  const name = textIn(params, method === "resources/read" ? "uri" : "name");
  return name === null ? headers : [...headers, ["mcp-name", wrapped(name)]];
}

/** A client with a session is asked one thing after the other. */
async function responsesOf(requests: Fields, ask: NonNullable<PeerCall["ask"]>): Promise<Fields> {
  const responses: Record<string, Fields> = {};
  for (const [name, request] of Object.entries(requests)) {
    if (!isFields(request)) continue;
    const { result } = await ask(textIn(request, "method") ?? "", fieldsIn(request, "params"));
    if (result !== null) responses[name] = result;
  }
  return responses;
}
