/** Whether a server of the gateway is of any use to a caller: whoever has nothing of it need not know what it says of itself. */
import { atomsBelow } from "./atoms.ts";
import { meets, unite } from "./bits.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";
import { runtimeOf, viewOf } from "./view.ts";

/** The kinds of things that a server offers, as their names begin in a policy. */
const FAMILIES = ["mcp", "mcp-prompt", "mcp-resource"] as const;

/** By table, the atoms of all that each server could offer. */
const offers = new WeakMap<Table, Map<string, Uint32Array>>();

/** True when some tool, prompt or resource of the server is granted, whatever its name may be. */
export function serverGranted(table: Table, { node }: Principal, server: string, now: number): boolean {
  const { tools } = viewOf(runtimeOf(table), node, now);
  return meets(tools, offerOf(table, server));
}

function offerOf(table: Table, server: string): Uint32Array {
  const known = offers.get(table) ?? new Map<string, Uint32Array>();
  offers.set(table, known);
  const kept = known.get(server);
  if (kept !== undefined) return kept;
  const [bits, ...others] = FAMILIES.map((family) => atomsBelow(table.atoms.tools, `${family}:${server}/`));
  for (const other of others) unite(bits!, other);
  known.set(server, bits!);
  return bits!;
}
