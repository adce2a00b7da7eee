/**
 * Promise: a name that is about a tool of the gateway's own servers names a declared one, in a length that clients can
 * say; and a name about a client's server is not about the gateway's, which clients know under the same label.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { didYouMean } from "../../language/suggest.ts";
import type { Item, TestDeclaration } from "../../language/tree.ts";
import { LONGEST_TOOL_NAME, nameForClients } from "../client-names.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { isGlob } from "../glob.ts";
import { itemLists } from "../item-lists.ts";
import { suggestion } from "../suggestion.ts";

/** Unknown servers, names that clients cannot say, and rules about clients' servers that can never match. */
export function serversKnown(declared: Declared): Diagnostic[] {
  const lists = [...itemLists(declared), { thing: "tools", items: declared.tests.flatMap(toolsOf) } as const];
  return lists.flatMap(({ thing, items }) =>
    thing === "tools"
      ? items.flatMap((item) => [...unknownServer(item, declared), ...sayable(item), ...own(item, declared)])
      : [],
  );
}

/** The tools that a test sends, or says were called. */
function toolsOf({ body }: TestDeclaration): readonly Item[] {
  const words = body.flatMap((step) => {
    if (step.kind === "called") return step.tools;
    return step.kind === "send" && step.tool !== null ? [step.tool] : [];
  });
  return words.map((word) => ({ kind: "glob", ...word }));
}

interface Parts {
  readonly family: string;
  readonly server: string;
  readonly rest: string;
}

/** Only what is written out: what a star stands for is not known here. */
function partsOf({ kind, text }: Item): Parts | null {
  const [, family, server, rest] = (kind === "glob" && /^([a-z-]+):([^/]*)\/(.*)$/.exec(text)) || [];
  if (family === undefined || server === undefined || rest === undefined || isGlob(server)) return null;
  return { family, server, rest };
}

const HELD: ReadonlySet<string> = new Set(["mcp", "mcp-prompt", "mcp-resource"]);

/** A name about a server of the gateway that it does not have. */
export function unknownServer(item: Item, declared: Declared): Diagnostic[] {
  const parts = partsOf(item);
  if (parts === null || !HELD.has(parts.family) || declared.servers.has(parts.server)) return [];
  const places = new Map<string, Span>();
  for (const [name, { declaration }] of declared.servers) places.set(name, declaration.name.span);
  const isNear = didYouMean(parts.server, places.keys()) !== null;
  const elsewhere = `declare it, or write \`client-mcp:${parts.server}/…\` for a server that clients configure`;
  const help = isNear ? suggestion(parts.server, places) : elsewhere;
  return [fault("GW2025", item.span, `unknown MCP server \`${parts.server}\``, help)];
}

function sayable(item: Item): Diagnostic[] {
  const parts = partsOf(item);
  if (parts === null || parts.family !== "mcp" || isGlob(parts.rest)) return [];
  const name = nameForClients(parts.server, parts.rest);
  if (name.length <= LONGEST_TOOL_NAME) return [];
  const message = `clients would know this tool as \`${name}\`, which has ${name.length} characters`;
  return [
    fault(
      "GW3053",
      item.span,
      message,
      `the API takes ${LONGEST_TOOL_NAME}; give the server or the tool a shorter name`,
    ),
  ];
}

function own(item: Item, declared: Declared): Diagnostic[] {
  const parts = partsOf(item);
  if (parts === null || parts.family !== "client-mcp" || !declared.servers.has(parts.server)) return [];
  const message = `\`${parts.server}\` is a server of the gateway, so \`${item.text}\` matches nothing`;
  return [fault("GW3054", item.span, message, `write \`mcp:${parts.server}/${parts.rest}\``)];
}
