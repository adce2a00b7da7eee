/** The fields of the tools that a statement names before `where`, or a test behind `tool`: what locks and this release know. */
import type { Item } from "../language/tree.ts";
import { globMatches } from "../model/glob.ts";
import type { Shape } from "../model/input-shape.ts";
import { knownInput, pinnedInputs } from "../model/known-inputs.ts";
import { readLocks } from "../revision/locks.ts";
import type { OpenPolicy } from "./open-policy.ts";

/** Names of fields, those inside of others with dots, in the order of the alphabet. */
export function inputFields(policy: OpenPolicy, before: readonly string[]): readonly string[] {
  const place = { thing: "tools", pack: null, reason: null } as const;
  const globs = policy.groups.expand(toolsIn(before), place, () => {});
  const { locks } = readLocks(
    policy.trees,
    policy.trees.map(({ source }) => source),
  );
  const pinned = pinnedInputs([...locks.values()].filter((lock) => lock !== null));
  const shapes = [
    ...[...pinned].flatMap(([tool, shape]) => (globs.some((glob) => globMatches(glob, tool)) ? [shape] : [])),
    ...globs.flatMap((glob) => knownInput(glob) ?? []),
  ];
  return [...new Set(shapes.flatMap((shape) => namesIn(shape)))].sort();
}

/** The list between `tools` and `where`, or the name behind `tool`. */
function toolsIn(before: readonly string[]): readonly Item[] {
  const where = before.lastIndexOf("where");
  const tool = before.lastIndexOf("tool") + 1;
  const words = where < 0 ? before.slice(tool, tool + 1) : before.slice(before.lastIndexOf("tools", where) + 1, where);
  const span = { path: "", start: 0, end: 0, line: 1, column: 1 };
  return words.flatMap((word): Item[] => {
    if (word === ",") return [];
    return [
      word.startsWith("@") ? { kind: "reference", text: word.slice(1), span } : { kind: "glob", text: word, span },
    ];
  });
}

function namesIn({ members }: Shape): readonly string[] {
  return [...members].flatMap(([name, inner]) =>
    /^[A-Za-z_][\w-]*$/.test(name) ? [name, ...[...inner.members.keys()].map((own) => `${name}.${own}`)] : [],
  );
}
