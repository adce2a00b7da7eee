/**
 * Promise: an MCP server can be reached in one way, and clients can say its name: they know a tool as
 * `mcp__server__tool`, and the API takes 64 characters out of letters, digits, `_` and `-`.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Credential, ServerDeclaration, ServerStatement } from "../../language/tree.ts";
import { AGGREGATE } from "../aggregate.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { partOf } from "../servers.ts";
import { addressFaults } from "./address.ts";

/** Servers without a way to them or with two, parts that have no meaning, times and names that cannot be. */
export function serversComplete(declared: Declared): Diagnostic[] {
  return [...declared.servers.values()].flatMap(({ declaration }) => [
    ...nameFaults(declaration),
    ...reachFaults(declaration),
    ...timeFaults(declaration.body),
  ]);
}

/** A longer name leaves too little room for the names of tools. */
const LONGEST = 32;

function nameFaults({ name: { text, span } }: ServerDeclaration): Diagnostic[] {
  const say = (message: string, help: string) => [fault("GW3052", span, message, help)];
  if (text.length > LONGEST) {
    return say(
      `the server's name has ${text.length} characters`,
      `at most ${LONGEST}, so that tools' names fit behind it`,
    );
  }
  if (text === AGGREGATE) return say("`gw` is how clients call the gateway itself", "choose another name");
  if (text.includes("__") || text.startsWith("_") || text.endsWith("_")) {
    return say(`\`${text}\` cannot be told from the tool behind it`, "clients join server and tool by `__`; use `-`");
  }
  return [];
}

function reachFaults({ name, body }: ServerDeclaration): Diagnostic[] {
  const url = partOf(body, "url");
  const command = partOf(body, "command");
  if (url === undefined && command === undefined) {
    const message = `MCP server \`${name.text}\` has neither \`url\` nor \`command\``;
    return [fault("GW3051", name.span, message, 'add `url "https://…"` or `command "program"`')];
  }
  if (url !== undefined && command !== undefined) {
    const message = `MCP server \`${name.text}\` has both \`url\` and \`command\``;
    const notes = [{ message: "the other is here", span: url.span }];
    return [fault("GW3051", command.span, message, "keep one of them", notes)];
  }
  if (url !== undefined) {
    const credential = partOf(body, "credential")?.credential;
    const tokens = credential?.kind === "oauth" ? addressFaults(credential.url, "the address for tokens") : [];
    return [
      ...addressFaults(url.url),
      ...tokens,
      ...cloudFaults(credential?.kind === "oauth" ? credential.secret : credential),
      ...useless(partOf(body, "env"), "is reached at an address"),
    ];
  }
  return [
    ...(command?.words[0]?.text === "" ? [fault("GW3051", command.span, "the program has no name", null)] : []),
    ...useless(partOf(body, "credential"), "is a program; name the variables it inherits: `env NAME`"),
    ...askingFaults(partOf(body, "may")),
  ];
}

/** What signs calls to the services of a cloud is nothing that a server of tools could be shown. */
function cloudFaults(credential: Credential | undefined): Diagnostic[] {
  if (credential?.kind !== "aws" && credential?.kind !== "google") return [];
  const message = `\`credential ${credential.kind}\` has no meaning for a server of tools`;
  return [fault("GW3004", credential.span, message, 'use `env NAME` or `file "path"`')];
}

function useless(part: ServerStatement | undefined, why: string): Diagnostic[] {
  if (part === undefined) return [];
  const message = `\`${part.kind}\` has no meaning for this server`;
  return [fault("GW3004", part.span, message, `it ${why}`)];
}

/** One program serves all callers, so that a question of its own cannot be told to belong to one of them. */
function askingFaults(may: Extract<ServerStatement, { kind: "may" }> | undefined): Diagnostic[] {
  if (may === undefined) return [];
  const message = "`may` has no meaning for a program: it serves all callers, and could ask the wrong one";
  return [fault("GW3004", may.span, message, "run it behind an address of its own and write `url`")];
}

const LONGEST_MS = 24 * 3_600_000;

function timeFaults(body: readonly ServerStatement[]): Diagnostic[] {
  const timeout = partOf(body, "timeout");
  if (timeout === undefined) return [];
  const { idle, total, span } = timeout;
  if (Math.max(idle, total ?? 0) > LONGEST_MS || Math.min(idle, total ?? idle) < 1) {
    return [fault("GW3024", span, "a timeout is out of range", "write 1ms to 24hour")];
  }
  if (total === null || total >= idle) return [];
  return [fault("GW3024", span, "a call would end before its silence does", "`total` is at least `idle`")];
}
