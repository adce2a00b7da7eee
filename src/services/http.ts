/** One call to a service: JSON there and JSON back, bounded in size and time, its failures in this room's words. */
import { ServiceError } from "./service.ts";

/** What is sent. */
export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly method?: "GET" | "PUT";
}

/** What came back. `body` is null when it is not JSON. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly text: string;
}

/** No verdict is so long. */
const MOST_BYTES = 1024 * 1024;

/** Sends a call and reads the answer, whatever its status. Throws ServiceError `connect` or `timeout`. */
export async function exchange({ url, headers, body, signal, method }: Call): Promise<Reply> {
  try {
    // A redirect would carry the credential to an address that no policy names.
    const init = { headers, signal, redirect: "error" as const };
    const sent = method === undefined ? { ...init, method: "POST", body } : { ...init, method };
    const response = await fetch(url, sent);
    const text = await bounded(response);
    return { status: response.status, headers: response.headers, body: jsonOf(text), text };
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    if (signal.aborted) throw new ServiceError("timeout", "the service did not answer in time", { cause: error });
    throw new ServiceError("connect", "the service cannot be reached, or broke off", { cause: error });
  }
}

async function bounded({ body }: Response): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new ServiceError("answer", "the answer of the service is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The body of a good answer; any other is thrown as the trouble that it means. */
export function goodBody(reply: Reply): unknown {
  if (reply.status >= 200 && reply.status < 300) return reply.body;
  throw statusError(reply);
}

/** What a status that is no success means. */
export function statusError({ status, headers }: Reply): ServiceError {
  const message = `the service answered with status ${status}`;
  if (status === 413) return new ServiceError("too-large", message);
  if (status === 429 || status >= 500) {
    const seconds = Number(headers.get("retry-after") ?? Number.NaN);
    return new ServiceError("busy", message, { retryAfterMs: seconds >= 0 ? seconds * 1000 : null });
  }
  return new ServiceError("refused", message);
}

/** A member of a JSON object; undefined when it is none. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** A JSON array as it is; thrown at when it is none. */
export function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ServiceError("answer", `the answer has no \`${what}\``);
}
