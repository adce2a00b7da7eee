/** Promise: everything that a team or key stands below is declared, so that what holds there can be read there. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { suggestion } from "../suggestion.ts";

/** Teams whose parent path is missing, and keys in a team that does not exist. */
export function parentsDeclared(declared: Declared): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const teams = () => new Map([...declared.teams].map(([name, team]) => [name, team.declaration.name.span]));
  for (const { name, declaration } of declared.teams.values()) {
    const parent = parentPath(name);
    if (parent === null || declared.teams.has(parent)) continue;
    const message = `team \`${name}\` stands below \`${parent}\`, which is not declared`;
    diagnostics.push(fault("GW2017", declaration.name.span, message, `add \`team ${parent} { … }\``));
  }
  for (const { declaration } of declared.keys.values()) {
    const { text, span } = declaration.team;
    if (declared.teams.has(text)) continue;
    diagnostics.push(fault("GW2006", span, `unknown team \`${text}\``, suggestion(text, teams())));
  }
  return diagnostics;
}

/** `eng` for `eng/payments`; null for a path of one part. */
export function parentPath(team: string): string | null {
  const slash = team.lastIndexOf("/");
  return slash < 0 ? null : team.slice(0, slash);
}
