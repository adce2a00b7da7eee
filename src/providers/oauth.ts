/**
 * Tokens for a server of tools, fetched as a client of its own with the grant `client_credentials`, for that server alone.
 * One request at a time fetches, and whoever comes meanwhile waits for the same token; a token that the server does not
 * take is given up by whoever sent it, unless a newer one is there already.
 */
import { Agent } from "undici";
import type { OAuth } from "../model/credentials.ts";
import { cleaned } from "./cleaned.ts";
import { openCredential, type Surroundings } from "./credential.ts";
import { UpstreamError } from "./provider.ts";
import { dispatch } from "./reception.ts";

/** Where tokens come from. */
export interface Tokens {
  /** Throws UpstreamError `credential` when what is needed to fetch one is not there. */
  check(): void;
  /**
   * The token to send now, to be waited for when it has to be fetched first; throws UpstreamError `issuer` when none is given,
   * and whatever `check` throws.
   */
  get(): string | Promise<string>;
  /** The server did not take this token. */
  refuse(token: string): void;
  close(): Promise<void>;
}

/** What fetching needs besides the credential. */
export interface TokenParts extends Surroundings {
  /** The server that the tokens are for. */
  readonly resource: string;
  /** Milliseconds of a clock that never jumps. */
  readonly tick: () => number;
}

interface Token {
  readonly value: string;
  /** Until when it is sent, on the same clock. */
  readonly until: number;
}

/** Tokens are renewed before they end, so that none ends on its way. */
const MARGIN_MS = 30_000;
/** How long a token lasts that does not say. */
const USUAL_MS = 300_000;
const TIMEOUT_MS = 30_000;
const LONGEST_ANSWER = 64 * 1024;
const NO_TOKEN = "its issuer answered with no token that can be sent";

/** Opens the source of tokens; reads the secret once, so that a missing one shows at once. */
export function openTokens(oauth: OAuth, parts: TokenParts): Tokens {
  const secret = openCredential(oauth.secret, parts);
  const agent = new Agent({ allowH2: false, pipelining: 1, connect: { timeout: TIMEOUT_MS } });
  let current: Token | null = null;
  let fetching: Promise<Token> | null = null;

  const renew = (): Promise<Token> => {
    fetching ??= fetchToken(oauth, secret.read(), { agent, ...parts })
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        fetching = null;
      });
    return fetching;
  };
  return {
    check: () => void secret.read(),
    get() {
      if (current !== null && parts.tick() < current.until) return current.value;
      return renew().then(({ value }) => value);
    },
    refuse(token) {
      if (current?.value === token) current = null;
    },
    close: () => agent.destroy(),
  };
}

async function fetchToken(
  { url, client, scope }: OAuth,
  secret: string,
  { agent, resource, tick }: TokenParts & { readonly agent: Agent },
): Promise<Token> {
  const { origin, pathname } = new URL(url);
  const form = new URLSearchParams({ grant_type: "client_credentials", resource });
  if (scope !== null) form.set("scope", scope);
  const basic = Buffer.from(`${encodeURIComponent(client)}:${encodeURIComponent(secret)}`).toString("base64");
  const headers = [
    ...["accept", "application/json", "accept-encoding", "identity"],
    ...["content-type", "application/x-www-form-urlencoded", "authorization", `Basic ${basic}`],
  ];
  const times = { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS };
  const options = { origin, path: pathname, method: "POST", headers, body: form.toString(), ...times } as const;
  const { signal } = new AbortController();
  const { status, body } = await dispatch(agent, options, { signal, mask: null })
    .then(async (it) => ({ status: it.status, body: await textOf(cleaned(it, null).body) }))
    .catch(unanswered);
  if (status !== 200) throw issuerError(`its issuer answered with status ${status}`);
  return tokenOf(body, tick());
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > LONGEST_ANSWER) throw issuerError("its issuer answered with too much");
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Nothing of an answer is ever repeated in the message: it may hold what was sent. */
function issuerError(message: string, cause?: unknown): UpstreamError {
  return new UpstreamError("issuer", message, { cause });
}

const TROUBLES = {
  connect: "its issuer cannot be reached",
  timeout: "its issuer was silent for too long",
} as const;

/** What happens on the way to the issuer is not the server's affair. */
function unanswered(error: unknown): never {
  if (!(error instanceof UpstreamError) || error.code === "issuer") throw error;
  const { code } = error;
  throw issuerError(code === "connect" || code === "timeout" ? TROUBLES[code] : "its issuer broke off", error);
}

function tokenOf(body: string, now: number): Token {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw issuerError(NO_TOKEN);
  }
  const {
    access_token: value,
    token_type: type,
    expires_in: lasts,
  } = (parsed ?? {}) as Readonly<Record<string, unknown>>;
  const isToken = typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
  if (!isToken || (typeof type === "string" && type.toLowerCase() !== "bearer")) throw issuerError(NO_TOKEN);
  const ms = typeof lasts === "number" && lasts > 0 ? lasts * 1000 : USUAL_MS;
  return { value, until: now + Math.max(ms - MARGIN_MS, ms / 2) };
}
