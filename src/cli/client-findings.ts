/** What a developer's variables and list of servers say about the way to the gateway. Pure: nothing is asked here. */
import { wellFormed } from "../identity/mint.ts";

/** One thing that was looked at, in a sentence, and what to do about it. No finding ever holds a key. */
export interface ClientFinding {
  readonly about: "address" | "key" | "gateway" | "clock" | "model" | "mcp";
  readonly state: "good" | "warning" | "bad";
  readonly message: string;
  readonly help: string | null;
}

export type Variables = Readonly<Record<string, string | undefined>>;

type About = ClientFinding["about"];

export const good = (about: About, message: string): ClientFinding => ({ about, state: "good", message, help: null });
export const warning = (about: About, message: string, help: string | null): ClientFinding => {
  return { about, state: "warning", message, help };
};
export const bad = (about: About, message: string, help: string | null): ClientFinding => {
  return { about, state: "bad", message, help };
};

/** Where the client sends its requests; null when it cannot be told. */
export function baseOf(env: Variables): URL | null {
  const text = env.ANTHROPIC_BASE_URL;
  return text !== undefined && URL.canParse(text) && /^https?:/.test(text) ? new URL(text) : null;
}

/** The key that the client shows; null when it has none. */
export function keyOf(env: Variables): string | null {
  return env.ANTHROPIC_AUTH_TOKEN || env.ANTHROPIC_API_KEY || null;
}

/** What is wrong with the address; `expected` is the gateway's, when it is known. */
export function addressFindings(env: Variables, expected: string | null): ClientFinding[] {
  const example = `ANTHROPIC_BASE_URL=${expected ?? "https://gateway.acme.example"}/anthropic`;
  const elsewhere = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"]
    .filter((name) => env[name] !== undefined && env[name] !== "" && env[name] !== "0")
    .map((name) => bad("address", `${name} is set, so requests go past the gateway`, `unset ${name}`));
  if (!env.ANTHROPIC_BASE_URL) {
    return [
      ...elsewhere,
      bad("address", "ANTHROPIC_BASE_URL is not set, so requests go to the provider", `set ${example}`),
    ];
  }
  const base = baseOf(env);
  if (base === null) return [...elsewhere, bad("address", "ANTHROPIC_BASE_URL is no address", `set ${example}`)];
  if (expected !== null && base.origin !== new URL(expected).origin) {
    return [
      ...elsewhere,
      bad("address", `ANTHROPIC_BASE_URL points to ${base.origin}, not to the gateway`, `set ${example}`),
    ];
  }
  if (base.pathname.replace(/\/+$/, "") !== "/anthropic") {
    const help = `set ANTHROPIC_BASE_URL=${base.origin}/anthropic`;
    return [
      ...elsewhere,
      bad("address", "the address does not end in `/anthropic`, where the gateway serves models", help),
    ];
  }
  return elsewhere.length > 0 ? elsewhere : [good("address", `requests go to ${base.origin}`)];
}

/** What is wrong with the key, as far as it can be told without asking. */
export function keyFindings(env: Variables): ClientFinding[] {
  const { ANTHROPIC_AUTH_TOKEN: token, ANTHROPIC_API_KEY: other } = env;
  if (token && other && token !== other) {
    const help = "unset ANTHROPIC_API_KEY; the gateway looks at ANTHROPIC_AUTH_TOKEN";
    return [bad("key", "ANTHROPIC_AUTH_TOKEN and ANTHROPIC_API_KEY are both set, to different values", help)];
  }
  const key = keyOf(env);
  if (key === null) {
    return [bad("key", "no key is set", "set ANTHROPIC_AUTH_TOKEN to the key that your platform team gave you")];
  }
  if (!wellFormed(key)) {
    return [bad("key", "the key is no gateway key, or was mistyped or cut short", "copy it again, whole")];
  }
  if (token) return [];
  return [warning("key", "the key is in ANTHROPIC_API_KEY, which the client asks about", "use ANTHROPIC_AUTH_TOKEN")];
}

/** The models that the client is told to use, each with the variable that says so. */
export function modelFindings(env: Variables, listed: readonly string[]): ClientFinding[] {
  const named = Object.entries(env).filter(
    ([name, value]) => /^(?:ANTHROPIC_(?:DEFAULT_\w+_)?MODEL|CLAUDE_CODE_SUBAGENT_MODEL)$/.test(name) && value,
  );
  return named
    .filter(([, model]) => model!.startsWith("claude-") && !listed.includes(model!.replace(/\[1m\]$/, "")))
    .map(([name, model]) => {
      const choice = listed.length === 0 ? "your key may use none" : `your key may use ${listed.join(", ")}`;
      return warning("model", `${name} asks for \`${model}\`, which the gateway does not list for your key`, choice);
    });
}

/** What is wrong with a list of MCP servers, as `.mcp.json` and `managed-mcp.json` have it. */
export function serverFindings(file: unknown, env: Variables, origin: string | null): ClientFinding[] {
  const servers = isObject(file) && isObject(file.mcpServers) ? Object.entries(file.mcpServers) : null;
  if (servers === null)
    return [bad("mcp", "the list of MCP servers has no `mcpServers`", "see `gw claude settings --mcp`")];
  const found = servers.flatMap(([name, server]) => {
    const wrong = serverFinding(name, server, env, origin);
    return wrong.length > 0 ? wrong : keyFinding(name, server as object, env);
  });
  return found.length > 0 ? found : [good("mcp", "all MCP servers are the gateway's")];
}

/** A server in a client's list that the gateway has. */
export interface OwnServer {
  /** The label that the client has for it. */
  readonly name: string;
  readonly url: string;
  readonly authorization: { readonly header: string; readonly value: string };
}

/** The servers of a list that are the gateway's, and about which there is nothing to find without asking. */
export function ownServers(file: unknown, env: Variables, origin: string): OwnServer[] {
  const servers = isObject(file) && isObject(file.mcpServers) ? Object.entries(file.mcpServers) : [];
  return servers.flatMap(([name, server]) => {
    if (serverFinding(name, server, env, origin).length > 0) return [];
    const { url } = server as { readonly url: string };
    return [{ name, url, authorization: authorizationOf(server as object, env)! }];
  });
}

/** The header in which a server of a list gets its key; null when it gets none. */
function authorizationOf(server: object, env: Variables): OwnServer["authorization"] | null {
  const headers = "headers" in server && isObject(server.headers) ? Object.entries(server.headers) : [];
  const [header, value] = headers.find(([known]) => AUTHORIZATION.test(known)) ?? [];
  return header === undefined || typeof value !== "string" ? null : { header, value: filledIn(value, env) };
}

/** Calls under another key than the one that the models are asked with belong to nobody's conversation. */
function keyFinding(name: string, server: object, env: Variables): ClientFinding[] {
  const key = keyOf(env);
  const value = authorizationOf(server, env)?.value.replace(/^bearer +/i, "");
  if (key === null || value === key) return [];
  const help = "use one key for both, so that its calls are joined with the answers that ask for them";
  return [warning("mcp", `MCP server \`${name}\` is asked with another key than the models`, help)];
}

const AUTHORIZATION = /^(?:authorization|x-api-key)$/i;

/** As the client fills in its variables. */
function filledIn(text: string, env: Variables): string {
  return text.replaceAll(/\$\{(\w+)(?::-([^}]*))?\}/g, (_, name: string, otherwise = "") => env[name] || otherwise);
}

function serverFinding(name: string, server: unknown, env: Variables, origin: string | null): ClientFinding[] {
  const url =
    isObject(server) && typeof server.url === "string" && URL.canParse(server.url) ? new URL(server.url) : null;
  const shadow = `its calls are not recorded, and policy takes its tools for \`client-mcp:${name}/…\`, or for those of a server \`${name}\` of the gateway if there is one; have it added to the gateway`;
  if (url === null) return [warning("mcp", `MCP server \`${name}\` runs on this machine, past the gateway`, shadow)];
  if (origin !== null && url.origin !== origin) {
    return [warning("mcp", `MCP server \`${name}\` is at ${url.origin}, not at the gateway`, shadow)];
  }
  if (!/^\/mcp(?:\/[^/]+)?\/?$/.test(url.pathname)) {
    return [
      bad("mcp", `MCP server \`${name}\` is not below \`/mcp\``, `use ${url.origin}/mcp, or /mcp/NAME for one server`),
    ];
  }
  return [...typeFindings(name, server as object), ...authorizationFindings(name, server as object, env)];
}

const TYPES: ReadonlySet<unknown> = new Set(["http", "streamable-http"]);

/** The client takes a server without a type for a program, and drops it; what it calls `sse` is older than the gateway. */
function typeFindings(name: string, server: object): ClientFinding[] {
  const type = "type" in server ? server.type : undefined;
  if (TYPES.has(type)) return [];
  const message =
    type === undefined
      ? `MCP server \`${name}\` has no \`type\`, so that the client leaves it out`
      : `MCP server \`${name}\` is of type \`${type}\`, which the gateway does not speak`;
  return [bad("mcp", message, 'write "type": "http"')];
}

function authorizationFindings(name: string, server: object, env: Variables): ClientFinding[] {
  const headers = "headers" in server && isObject(server.headers) ? Object.entries(server.headers) : [];
  const value = headers.find(([header]) => AUTHORIZATION.test(header))?.[1];
  if (typeof value !== "string") {
    const help = `add "headers": { "Authorization": "Bearer \${SALLYPORT_KEY}" }`;
    return [bad("mcp", `MCP server \`${name}\` is asked without a key`, help)];
  }
  const variables = Array.from(value.matchAll(/\$\{(\w+)(:-)?/g), ([, variable, fallback]) => ({ variable, fallback }));
  return variables.flatMap(({ variable, fallback }) => {
    if (variable!.startsWith("ANTHROPIC_")) {
      const message = `the client does not give ${variable} to MCP server \`${name}\``;
      return [bad("mcp", message, "name another variable that holds your key, such as SALLYPORT_KEY")];
    }
    if (fallback !== undefined || env[variable!]) return [];
    return [bad("mcp", `${variable}, which MCP server \`${name}\` needs, is not set`, `set ${variable} to your key`)];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
