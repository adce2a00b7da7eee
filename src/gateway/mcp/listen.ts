/**
 * The stream on which a client with a session hears what its server says unasked. The gateway keeps it open whether or not
 * the server has such a stream, since what the client may see changes with policy, and that is told here.
 */

import type { TableServer } from "../../decision/table.ts";
import { headerOf } from "../../providers/headers.ts";
import type { McpHttp } from "../../providers/mcp.ts";
import { UpstreamError } from "../../providers/provider.ts";
import { messageIn, STILL_THERE, withMessage } from "../../wire/mcp/events.ts";
import { changeNamed, judge } from "../../wire/mcp/judge.ts";
import { SseError, SseFramer } from "../../wire/sse.ts";
import { beat } from "../beat.ts";
import type { Caller } from "../ticket.ts";
import type { Hall } from "./hall.ts";
import { recordHeard } from "./heard.ts";
import { hear } from "./hearing.ts";
import { streamHeaders } from "./line-out.ts";
import { aboutSession, reaction } from "./outgoing.ts";
import { isAll } from "./place.ts";
import { rulesOf } from "./rules.ts";
import type { Session } from "./sessions.ts";
import { Sieves } from "./sieves.ts";
import { listenerOn } from "./subscription.ts";

/** Who listens to whom. */
export interface Listening {
  readonly caller: Caller;
  readonly server: TableServer;
  readonly session: Session;
}

/** Holds the stream open until the client goes. */
export async function listen(listening: Listening, via: McpHttp | null, hall: Hall): Promise<void> {
  const { arrival } = listening.caller;
  const { sink } = arrival;
  sink.open(200, streamHeaders(), null);
  sink.flush();
  const heart = beat(hall.ports.timings.pingMs, () => void sink.write([STILL_THERE]));
  const { caller, server } = listening;
  const to = { server: isAll(server) ? null : server.name, hearsServer: via !== null };
  const stop = hall.listeners.add(listenerOn(caller, to), caller.table);
  const deafen = via === null ? await hear(server, caller, hall) : () => {};
  try {
    if (via !== null) await follow(listening, via, hall);
    await untilGone(arrival.signal);
  } finally {
    heart.stop();
    stop();
    deafen();
  }
}

function untilGone(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Hands on what the server says, while it has a stream and keeps it open. */
async function follow(listening: Listening, via: McpHttp, hall: Hall): Promise<void> {
  const { caller } = listening;
  const { arrival } = caller;
  try {
    const answer = await via.send(aboutSession(listening, "GET", arrival.signal));
    const isStream = answer.status === 200 && (headerOf(answer.headers, "content-type") ?? "").includes("event-stream");
    if (!isStream) return void (await answer.body[Symbol.asyncIterator]().return?.());
    const framer = new SseFramer();
    const sieves = sievesOf(listening, hall);
    for await (const chunk of answer.body) {
      const events: Uint8Array[] = [];
      for (const event of framer.push(chunk)) {
        const going = handed(event, { listening, sieves, via, hall });
        const gone = going instanceof Promise ? await going : going;
        if (gone !== null) events.push(gone);
      }
      const wait = arrival.sink.write(events);
      if (wait !== null) await wait;
    }
  } catch (error) {
    if (!(error instanceof UpstreamError || error instanceof SseError)) throw error;
  }
}

/** Nothing of the stream answers a request that is known: it may be of any tool of the server. */
function sievesOf({ caller, server }: Listening, { ports }: Hall): Sieves {
  return new Sieves({ caller, server, target: null, era: "sessions", message: null }, null, ports);
}

interface Heard {
  readonly listening: Listening;
  readonly sieves: Sieves;
  readonly via: McpHttp;
  readonly hall: Hall;
}

function handed(
  event: Uint8Array,
  { listening, sieves, via, hall }: Heard,
): Uint8Array | null | Promise<Uint8Array | null> {
  const message = messageIn(event);
  if (message === null) return event;
  if (message.kind === "unreadable") return null;
  const visit = { ...listening, era: "sessions", message, target: null, joint: false } as const;
  const { forward, back, oversize } = judge(message, { ...rulesOf(visit, hall.pins), request: null });
  if (message.kind === "notification" && changeNamed(message.method) !== null) hall.pins.forget(via);
  if (back !== null) {
    const { signal } = listening.caller.arrival;
    via
      .send(reaction(listening, back, signal))
      .then(({ body }) => body[Symbol.asyncIterator]().return?.())
      .catch((error: unknown) => {
        if (!(error instanceof UpstreamError)) hall.ports.onInternalError(error);
      });
  }
  if (forward === null) return null;
  const changed = forward === message.whole ? event : withMessage(event, forward);
  if (oversize !== null) return recordHeard(listening, { oversize, search: null }, hall.ports).then(() => changed);
  const going = sieves.event(message, changed);
  return going instanceof Promise ? recordedAs(going, { listening, sieves, via, hall }) : going;
}

/** What was made of a message is recorded before it goes on. */
async function recordedAs(
  going: Promise<Uint8Array | null>,
  { listening, sieves, hall }: Heard,
): Promise<Uint8Array | null> {
  const gone = await going;
  await recordHeard(listening, { oversize: null, search: sieves.take() }, hall.ports);
  return gone;
}
