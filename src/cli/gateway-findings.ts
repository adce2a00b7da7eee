/** Asks a gateway what it thinks of a key, as the client would: is it there, is the key good, what may it use, what time is it. */
import { bad, type ClientFinding, good, warning } from "./client-findings.ts";

/** What came of asking. */
export interface Asked {
  readonly findings: readonly ClientFinding[];
  /** The models of the key; null when the gateway did not say. */
  readonly models: readonly string[] | null;
}

const PATIENCE_MS = 10_000;
/** Clocks that differ by more than this make limits and hours hard to understand. */
const MOST_SKEW_MS = 5 * 60_000;

/** Asks the gateway behind a base address. */
export async function askGateway(base: URL, key: string, now: () => number): Promise<Asked> {
  const address = `${base.href.replace(/\/+$/, "")}/v1/models`;
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(address, { headers: { authorization: `Bearer ${key}` }, redirect: "manual", signal });
    const clock = clockFindings(response.headers.get("date"), now());
    const answer = answered(base, response.status, await response.text());
    return { ...answer, findings: [...answer.findings, ...clock] };
  } catch (error) {
    return { findings: [unreachable(base, error)], models: null };
  }
}

function unreachable(base: URL, error: unknown): ClientFinding {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  const late = error instanceof Error && error.name === "TimeoutError";
  const why = late ? `said nothing for ${PATIENCE_MS / 1000} seconds` : `cannot be reached (${code})`;
  return bad(
    "gateway",
    `the gateway at ${base.origin} ${why}`,
    "is it running, and does no proxy or VPN stand between?",
  );
}

function answered(base: URL, status: number, text: string): Asked {
  const body = parsed(text);
  if (status === 200 && Array.isArray(body?.data)) {
    const models = (body.data as { readonly id?: unknown }[]).map(({ id }) => String(id));
    const many = `${models.length} ${models.length === 1 ? "model" : "models"}`;
    return { findings: [good("gateway", `the gateway takes the key, and lists ${many} for it`)], models };
  }
  const said = (body?.error as { readonly message?: unknown } | undefined)?.message;
  if (typeof said !== "string") {
    const help = `ask whoever runs ${base.host}; a proxy or a login page may answer in its place`;
    return {
      findings: [bad("gateway", `what answers at ${base.origin} is no gateway (status ${status})`, help)],
      models: null,
    };
  }
  const about = status === 401 ? "key" : "gateway";
  return { findings: [bad(about, `the gateway says: ${said.replace(/[\p{C}]/gu, " ")}`, null)], models: null };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

/** Says whose clock is ahead, when they differ much. */
export function clockFindings(date: string | null, now: number): ClientFinding[] {
  const there = Date.parse(date ?? "");
  if (Number.isNaN(there) || Math.abs(there - now) <= MOST_SKEW_MS) return [];
  const minutes = Math.round(Math.abs(there - now) / 60_000);
  const side = there < now ? "ahead of" : "behind";
  const help = "hours, expiry and limits go by the gateway's clock; set this machine's clock";
  return [warning("clock", `this machine's clock is ${minutes} minutes ${side} the gateway's`, help)];
}
