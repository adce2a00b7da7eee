/**
 * What a client's own settings have to say so that it agrees with the policy: which of its tools it should not offer, and
 * which servers of tools it may have beside the gateway. The gateway decides in any case; this spares a developer the
 * surprise, and holds what runs on the developer's machine, where the gateway does not see it.
 */
import { chainOf, inForce } from "../decision/access.ts";
import { atomOf } from "../decision/atoms.ts";
import { hasBit, meets } from "../decision/bits.ts";
import { alwaysConfirmedBy } from "../decision/confirmed-by.ts";
import type { Table } from "../decision/table.ts";
import { accessOf, runtimeOf, viewOf } from "../decision/view.ts";

/** What follows for a client. */
export interface ClientRules {
  /** Tools of the client that are not granted, by name. */
  readonly deny: readonly string[];
  /** Granted tools before each call of which the client asks its person, by the names that it has for them. */
  readonly ask: readonly string[];
  /** Names of servers that developers may configure themselves; null for any. */
  readonly servers: readonly string[] | null;
}

/** A tool of the client that works through another one, at the provider. */
const BEHIND: Readonly<Record<string, string>> = { WebSearch: "server:web_search" };

/** The rules of a node at a moment; `agentTools` are the tools that a client has. */
export function clientRules(table: Table, node: number, at: number, agentTools: Iterable<string>): ClientRules {
  const granted = accessOf(table, node, at).tools;
  const isGranted = (name: string): boolean => {
    const atom = atomOf(table.atoms.tools, name);
    return atom >= 0 && hasBit(granted, atom);
  };
  const works = (name: string): boolean => isGranted(name) && (BEHIND[name] === undefined || isGranted(BEHIND[name]));
  const deny = [...new Set(agentTools)].filter((name) => !works(name)).sort();
  const own = [...new Set(agentTools)].filter((name) => works(name) && asksAbout(table, node, name, at));
  const ofServers = askedOfServers(table, node, at).filter(isGranted).map(clientName);
  return { deny, ask: [...own, ...ofServers].sort(), servers: ownServers(table, node, at, granted) };
}

function asksAbout(table: Table, node: number, name: string, at: number): boolean {
  return alwaysConfirmedBy(table, { node }, name, at) !== null;
}

/** Tools of clients' own servers that are written out; which others a glob may name is not known. */
function askedOfServers(table: Table, node: number, at: number): readonly string[] {
  const { confirms } = viewOf(runtimeOf(table), node, at);
  const globs = (confirms?.rules ?? []).flatMap((rule) => rule.globs);
  return [...new Set(globs)].filter((glob) => glob.startsWith("client-mcp:") && !/[*?]/.test(glob));
}

/** `mcp__server__tool`. */
function clientName(name: string): string {
  return `mcp__${name
    .slice("client-mcp:".length)
    .replace("/", "__")
    .replace(/[^\w-]/g, "_")}`;
}

function ownServers(table: Table, node: number, at: number, granted: Uint32Array): readonly string[] | null {
  const names = new Set<string>();
  for (const { effect, thing, until, globs } of chainOf(table.nodes, node).flatMap(({ grants }) => grants)) {
    if (effect !== "allow" || thing !== "tools" || !inForce(until, at)) continue;
    for (const glob of globs) {
      const reach = table.atoms.tools.members.get(glob);
      const isOwn = glob.startsWith("client-mcp:") || /^[*?]/.test(glob);
      if (!isOwn || reach === undefined || !meets(reach, granted)) continue;
      const name = /^client-mcp:([\w-]+)\//.exec(glob)?.[1];
      if (name !== undefined) names.add(name);
      else if (reachesClients(glob)) return null;
    }
  }
  return [...names].sort();
}

/** Whether a glob with a star in its beginning can name a tool of a client's server. */
function reachesClients(glob: string): boolean {
  return glob.startsWith("client-mcp:") || glob.includes("/") || glob.includes("**");
}
