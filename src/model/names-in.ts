/**
 * What is wrong with the names of one file, beside the rest of its policy: the part of resolve.ts that an editor can ask
 * for at each keystroke. All other judgement, and what a whole policy needs, waits for resolve.ts.
 */
import type { Code } from "../language/codes.ts";
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Tree } from "../language/tree.ts";
import { knownNamesIn } from "./checks/known-names.ts";
import { parentDeclared } from "./checks/parents-declared.ts";
import { unknownServer } from "./checks/servers-known.ts";
import { uniqueNames } from "./checks/unique-names.ts";
import type { Declared } from "./declared.ts";
import type { Groups } from "./groups.ts";
import { listsIn } from "./lists.ts";

/** The codes that `namesIn` has the say about. */
export const NAME_CODES: ReadonlySet<Code> = new Set<Code>([
  ...(["GW2001", "GW2002", "GW2003", "GW2004", "GW2005", "GW2006", "GW2007", "GW2008", "GW2009"] as const),
  ...(["GW2010", "GW2015", "GW2016", "GW2017", "GW2019", "GW2025"] as const),
]);

/** Unknown names and names declared twice, in one file of a policy. */
export function namesIn({ source, declarations }: Tree, declared: Declared, groups: Groups): Diagnostic[] {
  const here = ({ span }: Diagnostic) => span.path === source.path;
  const found = [...uniqueNames(declared).filter(here), ...groups.diagnostics.filter(here)];
  for (const declaration of declarations) {
    found.push(...parentDeclared(declaration, declared), ...knownNamesIn(declaration, declared));
    // What a group holds was told when the group was expanded.
    const members = declaration.kind === "models" || declaration.kind === "tools" ? declaration.items : null;
    for (const { items, thing, reason } of listsIn(declaration)) {
      // A proof may be about a server that nobody declares.
      const isAboutServers = thing === "tools" && declaration.kind !== "invariant";
      if (isAboutServers) found.push(...items.flatMap((item) => unknownServer(item, declared)));
      if (items === members) continue;
      groups.expand(items, { thing, pack: null, reason }, (diagnostic) => found.push(diagnostic));
    }
  }
  return found.filter(({ code }) => NAME_CODES.has(code)).sort(byPlace);
}
