/**
 * A lock file: what the tools of one server were when somebody reviewed them. One line for each tool holds its name, the hash of its
 * definition and the definition itself, so that a change shows in a review as the text that models will read, and `where`
 * and tests need no server. Lines are sorted, so that equal tools give equal files. Reading tells what does not fit its hash.
 */
import { canonical } from "./canonical.ts";
import { toldText } from "./told.ts";

/** One tool as it was pinned. */
export interface PinnedTool {
  readonly name: string;
  /** SHA-256 of `definition`, 64 hex digits. */
  readonly digest: string;
  /** Canonical JSON of all that the server says of the tool. */
  readonly definition: string;
  /** SHA-256 of what clients tell models of it; null when they do so in words of their own. */
  readonly told: string | null;
}

/** What a server tells every model about itself. */
export interface PinnedText {
  readonly digest: string;
  readonly text: string;
}

export interface Lock {
  readonly server: string;
  /** By name. */
  readonly tools: readonly PinnedTool[];
  readonly instructions: PinnedText | null;
}

/** Locks by their paths; null for one that cannot be read, which is reported where it was tried. */
export type Locks = ReadonlyMap<string, Lock | null>;

/** SHA-256 of a text, 64 hex digits. */
export type Digest = (text: string) => string;

/** Makes the lock of a server from what it offers: definitions of tools as `tools/list` gives them. */
export function lockOf(
  server: string,
  tools: readonly { readonly name: string }[],
  instructions: string | null,
  digest: Digest,
): Lock {
  const pinned = tools.map((tool): PinnedTool => {
    const definition = canonical(tool);
    return { name: tool.name, digest: digest(definition), definition, told: toldOf(tool, digest) };
  });
  return {
    server,
    tools: pinned.sort(byName),
    instructions: instructions === null ? null : { digest: digest(instructions), text: instructions },
  };
}

/** The file of a lock. */
export function printLock(lock: Lock, digest: Digest): string {
  const { server, tools, instructions } = lock;
  return [
    `# The tools of MCP server \`${server}\` as they were reviewed, written by \`gw mcp pin ${server}\`. Do not edit.`,
    "# A line holds a tool's name, the SHA-256 of its definition, and the definition: what models are told.",
    "lock 1",
    `server ${server}`,
    `names sha256:${namesDigest(tools, digest)}`,
    instructions === null
      ? "instructions none"
      : `instructions sha256:${instructions.digest} ${JSON.stringify(instructions.text)}`,
    ...tools.map(({ name, digest: own, definition }) => `tool ${name} sha256:${own} ${definition}`),
    "",
  ].join("\n");
}

/** What is wrong with a lock file, and in which line (from 1). */
export interface LockFault {
  readonly line: number;
  readonly message: string;
}

/** Names that can stand in a lock, in a policy and in a call. */
export const TOOL_NAME = /^[\w./-]{1,128}$/;

/** Reads a lock file; the first thing in it that is not as `printLock` writes it is its fault. */
export function readLock(text: string, digest: Digest): { lock: Lock } | { fault: LockFault } {
  const reader = new Reader(text);
  const fault = (message: string) => ({ fault: { line: reader.line, message } });
  if (reader.next(/^lock 1$/) === null) return fault("a lock file begins with `lock 1`");
  const [, server] = reader.next(/^server ([\w-]+)$/) ?? [];
  if (server === undefined) return fault("`server NAME` has to stand here");
  const [, names] = reader.next(/^names sha256:([0-9a-f]{64})$/) ?? [];
  if (names === undefined) return fault("`names sha256:…` has to stand here");
  const told = reader.next(/^instructions (?:none|sha256:([0-9a-f]{64}) (".*"))$/);
  if (told === null) return fault("`instructions` has to stand here");
  const instructions = told[1] === undefined ? null : { digest: told[1], text: parsed(told[2]!) };
  if (instructions !== null && (typeof instructions.text !== "string" || digest(instructions.text) !== told[1])) {
    return fault("the instructions are not those that were hashed");
  }
  const tools: PinnedTool[] = [];
  while (!reader.atEnd) {
    const [, name = "", hash = "", definition = ""] = reader.next(/^tool (\S+) sha256:([0-9a-f]{64}) (\{.*\})$/) ?? [];
    if (!TOOL_NAME.test(name)) return fault("`tool NAME sha256:… {…}` has to stand here");
    if (digest(definition) !== hash) return fault(`the definition of \`${name}\` is not the one that was hashed`);
    const said = parsed(definition) as { readonly name?: unknown } | undefined;
    if (said?.name !== name) return fault(`the definition is not one of \`${name}\``);
    const last = tools.at(-1);
    if (last !== undefined && last.name >= name) return fault(`\`${name}\` stands out of order, or twice`);
    tools.push({ name, digest: hash, definition, told: toldOf(said, digest) });
  }
  if (namesDigest(tools, digest) !== names) return fault("a tool was added or taken out: the set of names is another");
  return { lock: { server, tools, instructions: instructions as PinnedText | null } };
}

function toldOf(tool: object, digest: Digest): string | null {
  const { description, inputSchema } = tool as { readonly description?: unknown; readonly inputSchema?: unknown };
  const text = toldText(description, inputSchema);
  return text === null ? null : digest(text);
}

/** A hash over which tools there are, so that one cannot be taken out of the file unnoticed. */
function namesDigest(tools: readonly PinnedTool[], digest: Digest): string {
  return digest(canonical(tools.map(({ name }) => name)));
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The lines that say something, one after the other; comments and blank lines are passed over. */
class Reader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.split(/\r?\n/);
    this.#skip();
  }

  /** The line looked at, from 1. */
  line = 1;

  get atEnd(): boolean {
    return this.#at >= this.#lines.length;
  }

  /** Takes the next line when it has this form. */
  next(form: RegExp): RegExpExecArray | null {
    this.line = this.#at + 1;
    const found = this.atEnd ? null : form.exec(this.#lines[this.#at]!);
    this.#at += 1;
    this.#skip();
    return found;
  }

  #skip(): void {
    while (!this.atEnd && /^\s*(?:#.*)?$/.test(this.#lines[this.#at]!)) this.#at += 1;
  }
}
