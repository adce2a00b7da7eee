/**
 * Names of tools that nobody can use. Clients send the tool of an MCP server as `mcp__server__tool`, with `_` for every
 * character but letters, digits, `_` and `-`, and the API takes 64 characters at most.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { LONGEST_TOOL_NAME, nameForClients } from "../../model/client-names.ts";
import { fault } from "../../model/fault.ts";
import { isGlob } from "../../model/glob.ts";
import type { Realm } from "../realm.ts";

/** What needs no second look. */
const PLAIN = /^[A-Za-z0-9_*?-]{1,64}$/;

/** Entries of lists of which even the shortest name is too long, or has a character that no name has. */
export function toolNames({ model }: Realm): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { thing, items } of model.lists) {
    if (thing !== "tools") continue;
    for (const { kind, text, span } of items) {
      const wrong = kind === "reference" || PLAIN.test(text) ? null : wrongWith(text);
      if (wrong !== null) found.push(fault("GW6040", span, ...wrong));
    }
  }
  return found;
}

/**
 * As clients send what policies write as `Bash` or `client-mcp:server/tool`; null for what may be of other families. Tools of the
 * gateway's own servers have the names that their servers give them (GW3053 is about those).
 */
function asSent(text: string): string | null {
  if (!text.includes(":")) return isGlob(text) ? null : text;
  const [, server, tool] = /^client-mcp:([^/:]+)\/(.+)$/s.exec(text) ?? [];
  return server === undefined ? null : nameForClients(server, tool!);
}

function wrongWith(text: string): [message: string, help: string] | null {
  const name = asSent(text);
  if (name === null) return null;
  const shortest = name.replaceAll("*", "");
  const [character] = /[^A-Za-z0-9_?-]/u.exec(shortest) ?? [];
  if (character !== undefined) {
    return [`\`${text}\` matches nothing: no tool's name has a \`${character}\``, "clients write `_` in its place"];
  }
  if (shortest.length <= LONGEST_TOOL_NAME) return null;
  const sent = name === text ? "" : ` (clients send it as \`${name}\`)`;
  const message = `no tool can be used by the name \`${text}\`: the API takes ${LONGEST_TOOL_NAME} characters${sent}`;
  return [message, "shorten the name of the tool or of its server"];
}
