/**
 * Gives a name another text wherever it stands. What would change more than the name, or could miss a place, is refused
 * with the reason: names of packs, which are under review by their hash, and policies whose text cannot be read whole.
 */
import { RESERVED } from "../language/tokens.ts";
import { declarationOf, nameAt, type Place, placesOf } from "./find.ts";
import type { Edit } from "./format.ts";
import type { Name, Occurrence } from "./occurrences.ts";

/** Why a name keeps its text. */
export interface Refused {
  readonly refuse: string;
}

/** Edits by the path of their file. */
export type Edits = ReadonlyMap<string, readonly Edit[]>;

const PLAIN_NAME = /^[A-Za-z_][\w-]*$/;
const TEAM_PATH = /^[A-Za-z_][\w-]*(?:\/[\w-]+)*$/;

const WHAT: Readonly<Record<Name["kind"], string>> = {
  org: "an org",
  team: "a team",
  key: "a key",
  provider: "a provider",
  models: "a model group",
  tools: "a tool group",
  mcp: "a server of tools",
  pattern: "a pattern",
  guardrail: "a guardrail",
  service: "a service",
  pack: "a pack",
};

/** The name that would be changed from a place, or why it cannot be. */
export function renameable(place: Place): Occurrence | Refused {
  const name = nameAt(place);
  if (name === null) return { refuse: "there is no name here that the policy declares" };
  return refusal(place, name) ?? name;
}

function refusal({ policy, path }: Place, name: Name): Refused | null {
  const declaration = declarationOf(policy, name);
  if (declaration === null) return { refuse: `\`${name.name}\` is not declared, so there is nothing to rename` };
  if (declaration.kind === "use" && declaration.from.kind === "builtin") {
    return { refuse: `\`${name.name}\` is the name of a builtin pack, which says what the pack is` };
  }
  const pack = policy.packOf(declaration.span.path);
  if (pack !== null) {
    const why = policy.isPinned(declaration.span.path)
      ? "is pinned by its hash and would no longer be the file that was reviewed"
      : "ships with sallyport";
    return { refuse: `\`${name.name}\` is declared in the pack \`${pack}\`, which ${why}` };
  }
  if (policy.isPinned(path)) return { refuse: `\`${path}\` is a pack that is pinned by its hash` };
  const broken = policy.paths.find((other) => policy.isBroken(other));
  return broken === undefined
    ? null
    : { refuse: `\`${broken}\` has faults in its text, so that a place of the name might be missed; mend it first` };
}

/** The edits that change the name at a place. A team takes the teams below it along, whose paths begin with its own. */
export function rename(place: Place, wanted: string): Edits | Refused {
  const name = renameable(place);
  if ("refuse" in name) return name;
  const to = wanted.replace(/^@/, "");
  const unfit = unfitness(place, name, to);
  if (unfit !== null) return { refuse: unfit };
  const old = lastPart(name);
  const isMeant = (other: Name) =>
    other.kind === name.kind &&
    (other.name === name.name || (name.kind === "team" && other.name.startsWith(`${name.name}/`)));
  const places = placesOf(place.policy, isMeant).map(({ span: { path, start } }) => ({
    path,
    edit: { start, end: start + old.length, text: to },
  }));
  return new Map(
    [...Map.groupBy(places, ({ path }) => path)].map(([path, found]) => [path, found.map(({ edit }) => edit)]),
  );
}

/** What stands in the text at each place of the name. */
function lastPart({ name, span }: Occurrence): string {
  return name.slice(name.length - (span.end - span.start));
}

function unfitness({ policy }: Place, { kind, name }: Name, to: string): string | null {
  const form = kind === "team" ? TEAM_PATH : PLAIN_NAME;
  if (!form.test(to)) {
    const rule = "a name has letters, digits, `-` and `_`";
    return `\`${to}\` cannot be the name of ${WHAT[kind]}: ${rule}${kind === "team" ? "; a path joins names with `/`" : ""}`;
  }
  if (RESERVED.has(to)) return `\`${to}\` is a reserved word and cannot be a name`;
  const taken = to !== name && declarationOf(policy, { kind, name: to }) !== null;
  return taken ? `there is ${WHAT[kind]} \`${to}\` already` : null;
}
