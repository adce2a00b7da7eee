/**
 * What a request is about, by the name that policy knows it by: a tool, a prompt, or a resource of a server. Read from the
 * body and nothing else; a header that says otherwise is a contradiction, and the request is not served.
 */
import type { Era } from "./era.ts";
import { type Fields, fieldsIn, type Request, textIn } from "./message.ts";

/** The kinds of things that a server offers, as they are named in a policy. */
export type Family = "mcp" | "mcp-prompt" | "mcp-resource";

/** One thing of a server. `name` is what the server calls it. */
export interface Target {
  readonly family: Family;
  readonly name: string;
}

/** Methods that only ask what there is, or keep the conversation going. */
const LISTS = ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] as const;
const PLAIN: Readonly<Record<Era, ReadonlySet<string>>> = {
  sessions: new Set(["initialize", "ping", "logging/setLevel", ...LISTS]),
  stateless: new Set(["server/discover", "subscriptions/listen", ...LISTS]),
};

/** A request about nothing in particular, about a target, of a method that is not known, or without the name it needs. */
export type Aim =
  | { readonly kind: "plain" }
  | { readonly kind: "target"; readonly target: Target }
  | { readonly kind: "unknown" }
  | { readonly kind: "nameless"; readonly wanted: string };

/** What a request is about. A method that is not known is not let through: it might call anything. */
export function aimOf({ method, params }: Request, era: Era): Aim {
  switch (method) {
    case "tools/call":
      return named("mcp", params, "name");
    case "prompts/get":
      return named("mcp-prompt", params, "name");
    case "resources/read":
      return named("mcp-resource", params, "uri");
    case "resources/subscribe":
    case "resources/unsubscribe":
      return era === "sessions" ? named("mcp-resource", params, "uri") : { kind: "unknown" };
    case "completion/complete": {
      const ref = fieldsIn(params, "ref");
      return textIn(ref, "type") === "ref/prompt"
        ? named("mcp-prompt", ref, "name")
        : named("mcp-resource", ref, "uri");
    }
    default:
      return PLAIN[era].has(method) ? { kind: "plain" } : { kind: "unknown" };
  }
}

function named(family: Family, fields: Fields, wanted: string): Aim {
  const name = textIn(fields, wanted);
  return name === null ? { kind: "nameless", wanted } : { kind: "target", target: { family, name } };
}

/** The name by which policy knows a thing of a server. */
export function canonicalName(server: string, { family, name }: Target): string {
  return `${family}:${server}/${name}`;
}

/** The error that a target which is not there gets; one that is not granted gets the same. */
export function missing({ family, name }: Target, era: Era): { code: number; message: string; data?: Fields } {
  switch (family) {
    case "mcp":
      return { code: -32602, message: `Unknown tool: ${name}` };
    case "mcp-prompt":
      return { code: -32602, message: `Unknown prompt: ${name}` };
    case "mcp-resource": {
      const code = era === "stateless" ? -32602 : -32002;
      return { code, message: `Resource not found: ${name}`, data: { uri: name } };
    }
    default:
      return family satisfies never;
  }
}
