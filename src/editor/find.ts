/** From a place in a text to the name that stands there, to where it is declared, and to everywhere else that it stands. */
import type { Span } from "../language/source.ts";
import type { Declaration } from "../language/tree.ts";
import { type Name, type Occurrence, occurrencesIn } from "./occurrences.ts";
import type { OpenPolicy } from "./open-policy.ts";

/** A place in a file of a policy. */
export interface Place {
  readonly policy: OpenPolicy;
  readonly path: string;
  readonly offset: number;
}

/** What a name's declaration is; packs are declared by their `use`. */
export type NamedDeclaration = Extract<Declaration, { readonly name: unknown }>;

/** The names in a file. */
export function namesOf(policy: OpenPolicy, path: string): readonly Occurrence[] {
  const tree = policy.treeOf(path);
  return tree === null ? [] : occurrencesIn(tree, policy.packOf(path), policy.declared);
}

/** The name at a place, all that stands for it taken as one: on `@anthropic.opus` the group, wherever one points. */
export function nameAround({ policy, path, offset }: Place): Occurrence | null {
  return namesOf(policy, path).findLast(({ whole }) => holds(whole, offset)) ?? null;
}

/** The name at a place, by its parts: on `@anthropic.opus` the pack or the group. */
export function nameAt({ policy, path, offset }: Place): Occurrence | null {
  return namesOf(policy, path).findLast(({ span }) => holds(span, offset)) ?? null;
}

/** Whether a place lies in a stretch; right behind it counts, for that is where a cursor is after a word. */
export function holds({ start, end }: { readonly start: number; readonly end: number }, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** What declares a name; null when nothing does. */
export function declarationOf({ declared }: OpenPolicy, { kind, name }: Name): NamedDeclaration | null {
  switch (kind) {
    case "org":
      return declared.orgs.find((org) => org.name.text === name) ?? null;
    case "pack":
      return declared.uses.get(name) ?? null;
    case "team":
      return declared.teams.get(name)?.declaration ?? null;
    case "key":
      return declared.keys.get(name)?.declaration ?? null;
    case "provider":
      return declared.providers.get(name)?.declaration ?? null;
    case "models":
      return declared.models.get(name)?.declaration ?? null;
    case "tools":
      return declared.tools.get(name)?.declaration ?? null;
    case "mcp":
      return declared.servers.get(name)?.declaration ?? null;
    case "pattern":
      return declared.patterns.get(name)?.declaration ?? null;
    case "guardrail":
      return declared.guardrails.get(name)?.declaration ?? null;
    case "service":
      return declared.services.get(name)?.declaration ?? null;
    default:
      return kind satisfies never;
  }
}

/** Where the name at a place is declared. From its `use` line a pack leads on to its own text. */
export function definitionAt(place: Place): Span | null {
  const found = nameAround(place);
  if (found === null) return null;
  const pack = found.kind === "pack" && found.declares ? place.policy.unit.packs.get(found.name) : undefined;
  if (pack !== undefined) return { path: pack.source.path, start: 0, end: 0, line: 1, column: 1 };
  return declarationOf(place.policy, found)?.name.span ?? null;
}

/** Every place of a name, in the files of the policy and its packs. */
export function placesOf(policy: OpenPolicy, wanted: (occurrence: Occurrence) => boolean): readonly Occurrence[] {
  const packs = [...policy.unit.packs.values()].map(({ source }) => source.path);
  return [...new Set([...policy.paths, ...packs])].flatMap((path) => namesOf(policy, path).filter(wanted));
}

/** The references to the name at a place. */
export function referencesAt(place: Place, withDeclaration: boolean): readonly Span[] {
  const name = nameAt(place);
  if (name === null) return [];
  const found = placesOf(place.policy, (other) => isSame(other, name) && (withDeclaration || !other.declares));
  return found.map(({ span }) => span);
}

/** Whether two are one name. */
export function isSame(a: Name, b: Name): boolean {
  return a.kind === b.kind && a.name === b.name;
}
