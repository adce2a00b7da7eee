/**
 * Pinned tools that the address of all servers leaves out, though somebody is granted them: their names there are longer
 * than what the API takes. A lock tells the names that a glob stands for, so that this is known before anybody misses one.
 */
import { createLookup } from "../../decision/atoms.ts";
import { hasBit } from "../../decision/bits.ts";
import { accessOf } from "../../decision/view.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import { LONGEST_TOOL_NAME, nameBehindAll, nameForClients } from "../../model/client-names.ts";
import { fault } from "../../model/fault.ts";
import type { Server } from "../../model/model.ts";
import { momentsAfter, type Realm } from "../realm.ts";

/** Granted tools that clients miss at `/mcp`. */
export function leftOut(realm: Realm): Diagnostic[] {
  return realm.model.servers.flatMap((server) => {
    const long = (server.pins?.lock.tools ?? [])
      .map(({ name }) => name)
      .filter((name) => nameBehindAll(server.name, name).length > LONGEST_TOOL_NAME);
    const granted = long.length === 0 ? [] : grantedEver(realm, server, long);
    return granted.length === 0 ? [] : [told(server, granted)];
  });
}

/** Those that some key may call at some time from now on. */
function grantedEver({ table, keys, at }: Realm, { name: server }: Server, tools: readonly string[]): string[] {
  const atomOf = createLookup(table.atoms.tools);
  const ends = table.nodes.flatMap(({ grants }) => grants.map(({ until }) => until));
  const moments = momentsAfter(at, ends);
  // Equal access is one object, and there are few.
  const accesses = new Set(moments.flatMap((moment) => keys.map((key) => accessOf(table, key, moment).tools)));
  return tools.filter((tool) => {
    const atom = atomOf(`mcp:${server}/${tool}`);
    return atom >= 0 && [...accesses].some((bits) => hasBit(bits, atom));
  });
}

function told({ name: server, pins }: Server, [first = "", ...others]: readonly string[]): Diagnostic {
  const name = nameBehindAll(server, first);
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  const message = `\`/mcp\` leaves out \`mcp:${server}/${first}\`: clients would know it as \`${name}\`, which has ${name.length} characters${more}`;
  const own = nameForClients(server, first).length;
  const way = own <= LONGEST_TOOL_NAME ? `, or let clients use \`/mcp/${server}\` under a short label` : "";
  return fault(
    "GW6041",
    pins!.span,
    message,
    `the API takes ${LONGEST_TOOL_NAME}; give the server a shorter name${way}`,
  );
}
