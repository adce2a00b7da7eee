/**
 * What pins mean: of a server that has them, a tool that is not in its lock is denied to everybody, whatever a glob says.
 * It is written into the org's node as one more deny, so that grants, proofs, tests and diffs all know of it.
 */
import type { ServerStatement } from "../language/tree.ts";
import type { Lock, Locks } from "./lock.ts";
import type { Access, Node, Pins, Server } from "./model.ts";

/** The pins of a server; null when it has none, or they cannot be read (which is reported by its check). */
export function pinsOf(part: Extract<ServerStatement, { kind: "pins" }> | undefined, locks: Locks): Pins | null {
  const lock = part === undefined ? null : (locks.get(lockPath(part.path.text)) ?? null);
  if (part === undefined || lock === null) return null;
  return { path: part.path.text, onDrift: part.onDrift ?? "block", lock, span: part.span };
}

/** How a lock file is called among the files of the policy directory. */
export function lockPath(written: string): string {
  return written.replace(/^(?:\.\/)+/, "");
}

/** The nodes, with what pins deny. */
export function withPins(nodes: readonly Node[], servers: readonly Server[]): Node[] {
  const denials = servers.flatMap(({ name, pins }) => (pins === null ? [] : [denialOf(name, pins)]));
  const [org, ...rest] = nodes;
  if (org === undefined || denials.length === 0) return [...nodes];
  return [{ ...org, access: [...org.access, ...denials] }, ...rest];
}

function denialOf(server: string, { lock, span }: Pins): Access {
  const all = `mcp:${server}/**`;
  return {
    effect: "deny",
    thing: "tools",
    globs: [all],
    written: [`${all} that is not pinned`],
    except: pinnedNames(lock).map((name) => `mcp:${server}/${name}`),
    where: null,
    until: null,
    span,
  };
}

/** The pinned names, and how clients call those that have characters which clients cannot say. */
function pinnedNames({ tools }: Lock): string[] {
  return [...new Set(tools.flatMap(({ name }) => [name, name.replace(/[^\w-]/g, "_")]))];
}
