/** Promise: everything that a team or key stands below is declared, so that what holds there can be read there. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Declaration } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { suggestion } from "../suggestion.ts";

/** Teams whose parent path is missing, and keys in a team that does not exist. */
export function parentsDeclared(declared: Declared): Diagnostic[] {
  return [...declared.teams.values(), ...declared.keys.values()].flatMap(({ declaration }) =>
    parentDeclared(declaration, declared),
  );
}

/** The same of one declaration. */
export function parentDeclared(declaration: Declaration, declared: Declared): Diagnostic[] {
  if (declaration.kind === "team") {
    const { text: name, span } = declaration.name;
    const parent = parentPath(name);
    if (parent === null || declared.teams.has(parent)) return [];
    const message = `team \`${name}\` stands below \`${parent}\`, which is not declared`;
    return [fault("GW2017", span, message, `add \`team ${parent} { … }\``)];
  }
  if (declaration.kind !== "key" || declared.teams.has(declaration.team.text)) return [];
  const { text, span } = declaration.team;
  const teams = new Map([...declared.teams].map(([name, team]) => [name, team.declaration.name.span]));
  return [fault("GW2006", span, `unknown team \`${text}\``, suggestion(text, teams))];
}

/** `eng` for `eng/payments`; null for a path of one part. */
export function parentPath(team: string): string | null {
  const slash = team.lastIndexOf("/");
  return slash < 0 ? null : team.slice(0, slash);
}
