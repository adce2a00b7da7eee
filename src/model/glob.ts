/** What names in lists may look like: globs of models, tools and providers, and the families of tools. */
import type { Code } from "../language/codes.ts";
import { didYouMean } from "../language/suggest.ts";
import type { Thing } from "../language/tree.ts";

/** Longest name or glob; also the longest name that is ever looked up. */
export const MAX_NAME = 256;

/**
 * Families of tools, and whether their names hold a slash: `mcp:server/tool`, `server:web_search`. Prompts and resources
 * of servers are granted with the same words.
 */
const FAMILIES: ReadonlyMap<string, boolean> = new Map([
  ["mcp", true],
  ["mcp-prompt", true],
  ["mcp-resource", true],
  ["client-mcp", true],
  ["server", false],
  ["connector", false],
]);

/** What is wrong with a name. */
export interface GlobFault {
  readonly code: Code;
  readonly message: string;
  readonly help: string | null;
}

/** Whether the text has a wildcard. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/** Whether a name is matched: `*` any run of characters but `/`, `**` any run, `?` one character but `/`. */
export function globMatches(glob: string, name: string): boolean {
  const parts = glob.split(/(\*\*|\*|\?)/).map((part) => WILDCARD[part] ?? part.replace(/[.+^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("")}$`, "s").test(name);
}

const WILDCARD: Readonly<Record<string, string>> = { "**": ".*", "*": "[^/]*", "?": "[^/]" };

/** What is wrong with a name or glob in a list; null when nothing is. */
export function globFault(text: string, thing: Thing): GlobFault | null {
  if (text === "") return shape("a name is empty", null);
  if (text.length > MAX_NAME) {
    return shape(`a name has ${text.length} characters`, `no name is longer than ${MAX_NAME}`);
  }
  if (text.includes("***"))
    return shape(`\`${text}\` has more than two stars in a row`, "`**` is any run of characters");
  return thing === "tools" ? toolFault(text) : null;
}

function toolFault(text: string): GlobFault | null {
  const colon = text.indexOf(":");
  if (colon < 0) return bareFault(text);
  const family = text.slice(0, colon);
  const name = text.slice(colon + 1);
  const known = [...FAMILIES.keys()].filter((candidate) => globMatches(family, candidate));
  if (known.length === 0) return unknownFamily(text, family);
  if (name === "")
    return shape(`\`${text}\` names no tool`, `write \`${text}${FAMILIES.get(known[0]!) ? "*/*" : "*"}\` for all`);
  const canMatch = known.some((candidate) => (FAMILIES.get(candidate) ? name.includes("/") : !name.includes("/")));
  if (canMatch || name.includes("**")) return null;
  return FAMILIES.get(known[0]!)
    ? shape(
        `\`${text}\` names no tool of a server`,
        `tools of a server are \`${family}:server/tool\`; \`*\` stops at \`/\``,
      )
    : shape(`\`${text}\` matches nothing`, `names of the family \`${family}\` have no \`/\``);
}

function bareFault(text: string): GlobFault | null {
  if (text.startsWith("mcp__")) return wireName(text);
  if (!text.includes("/") || text.includes("**")) return null;
  return shape(
    `\`${text}\` matches nothing`,
    `a tool of a server is written \`client-mcp:${text}\` or \`mcp:${text}\``,
  );
}

/** Claude Code joins server and tool with underscores; a rule in that spelling would match nothing. */
function wireName(text: string): GlobFault {
  const [, server, tool] = /^mcp__(.+?)(?:__(.+))?$/.exec(text) ?? [];
  const name = `client-mcp:${server === undefined || server === "*" ? "*/*" : `${server}/${tool ?? "*"}`}`;
  return {
    code: "GW3016",
    message: `\`${text}\` matches nothing`,
    help: `tools of MCP servers are written \`${name}\``,
  };
}

function unknownFamily(text: string, family: string): GlobFault {
  const near = didYouMean(family, FAMILIES.keys());
  const choices = [...FAMILIES.keys()].map((name) => `\`${name}:\``).join(", ");
  const help = near === null ? `the families are ${choices}, and bare names` : `did you mean \`${near}:\`?`;
  return { code: "GW3016", message: `unknown tool family \`${family}:\` in \`${text}\``, help };
}

function shape(message: string, help: string | null): GlobFault {
  return { code: "GW3015", message, help };
}
