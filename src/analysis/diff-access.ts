/** Who gains and who loses which models, tools and providers: gained is new and not old, lost is old and not new. */
import { accessAt } from "../decision/access.ts";
import { atomOf } from "../decision/atoms.ts";
import { addBit, eachBit, emptyBits, intersect, subtract, unite } from "../decision/bits.ts";
import type { Policy } from "../decision/table.ts";
import type { Thing } from "../language/tree.ts";
import type { Group } from "../model/model.ts";
import { describe, nameText, type Vocabulary, vocabulary } from "./describe.ts";
import { type AccessChange, accessCauses } from "./diff-causes.ts";
import { fold } from "./diff-fold.ts";
import { gainedText } from "./diff-gained.ts";
import { groupChanges } from "./diff-group.ts";
import { type Joint, tableChain } from "./diff-joint.ts";
import { jointBits } from "./diff-names.ts";
import type { Row } from "./diff-row.ts";

const THINGS = ["models", "tools", "providers"] as const satisfies readonly Thing[];

/** What a node may use, as joint atoms. */
export type JointAccess = Readonly<Record<Thing, Uint32Array>>;

/** The access of a node at a moment, in one of the policies. */
export type AccessAt = (side: "old" | "new", node: number, moment: number) => JointAccess;

/** Remembers what nodes may use: those without statements of their own share their parent's access. */
export function createAccess(joint: Joint): AccessAt {
  const fixed = { old: new Map<number, JointAccess>(), new: new Map<number, JointAccess>() };
  const timed = { old: new Map<string, JointAccess>(), new: new Map<string, JointAccess>() };
  const declared = { old: declaredBits(joint, "old"), new: declaredBits(joint, "new") };
  const lay = (side: "old" | "new", policy: Policy): JointAccess => {
    const of = (thing: Thing): Uint32Array => jointBits(joint.names[thing], side, policy[thing]);
    const providers = of("providers");
    // A provider that is not declared is nobody's, whatever the globs say.
    intersect(providers, declared[side]);
    return { models: of("models"), tools: of("tools"), providers };
  };
  return (side, node, moment) => {
    const { table } = joint[side];
    const owner = ownerOf(joint, side, node);
    const { policy } = table.nodes[owner]!;
    if (policy >= 0) {
      const known = fixed[side].get(policy) ?? lay(side, table.policies[policy]!);
      fixed[side].set(policy, known);
      return known;
    }
    const name = `${owner} ${moment}`;
    const { models, tools, providers } = table.atoms;
    const sizes = { models: models.atoms, tools: tools.atoms, providers: providers.atoms };
    const known = timed[side].get(name) ?? lay(side, accessAt(tableChain(joint[side], owner), sizes, moment));
    timed[side].set(name, known);
    return known;
  };
}

/** The nearest node upward that says something about access. */
function ownerOf(joint: Joint, side: "old" | "new", node: number): number {
  const { nodes } = joint[side].table;
  let owner = node;
  while (nodes[owner]!.grants.length === 0 && nodes[owner]!.parent !== null) owner = nodes[owner]!.parent!;
  return owner;
}

function declaredBits(joint: Joint, side: "old" | "new"): Uint32Array {
  const names = joint.names.providers;
  const bits = emptyBits(names.atoms);
  const declared = new Set(joint[side].model.providers.map(({ name }) => name));
  for (const [atom, name] of names.examples.entries()) if (declared.has(name)) addBit(bits, atom);
  return bits;
}

/** The rows about access. */
export function accessRows(joint: Joint, access: AccessAt): readonly Row[] {
  const words: Partial<Record<Thing, Vocabulary>> = {};
  const compared = createComparison();
  const found = groupChanges(
    joint,
    (node) => node.access,
    (pair, moment) => compared(access("old", pair.old, moment), access("new", pair.new, moment)),
  );
  return found.map(({ change, from, until, pairs }): Row => {
    const { thing, verb, bits } = change;
    words[thing] ??= vocabularyOf(joint, thing);
    const names = describe(words[thing], bits);
    const nodes = pairs.map((pair) => pair.new);
    const at = { node: nodes[0]!, moment: from ?? joint.at };
    const condition = thing === "tools" && verb === "gains" ? gainedText(joint, at, bits) : "";
    return {
      about: thing,
      move: verb === "gains" ? "wider" : "tighter",
      subject: fold(joint.new.model.nodes, nodes, joint.added),
      change: `${verb} ${thing} ${nameText(names)}${condition}`,
      names,
      example: exampleOf(joint, thing, bits),
      from,
      until,
      causes: accessCauses(joint, change, pairs),
      nodes,
      cache: thing === "tools",
    };
  });
}

/** Compares two accesses; equal ones are one object in most cases, and are compared once. */
function createComparison(): (old: JointAccess, now: JointAccess) => readonly AccessChange[] {
  const known = new Map<JointAccess, Map<JointAccess, readonly AccessChange[]>>();
  return (old, now) => {
    const inner = known.get(old) ?? new Map<JointAccess, readonly AccessChange[]>();
    known.set(old, inner);
    const changes = inner.get(now) ?? THINGS.flatMap((thing) => compare(thing, old[thing], now[thing]));
    inner.set(now, changes);
    return changes;
  };
}

function compare(thing: Thing, old: Uint32Array, now: Uint32Array): readonly AccessChange[] {
  const changeOf = (verb: AccessChange["verb"], more: Uint32Array, less: Uint32Array): readonly AccessChange[] => {
    const bits = more.slice();
    subtract(bits, less);
    return bits.every((word) => word === 0) ? [] : [{ thing, verb, bits, key: `${thing} ${verb} ${bits.join()}` }];
  };
  return [...changeOf("gains", now, old), ...changeOf("loses", old, now)];
}

/** The words for sets of one kind of names: groups and globs of both policies. */
export function vocabularyOf(joint: Joint, thing: Thing): Vocabulary {
  const names = joint.names[thing];
  const words = new Map<string, Uint32Array>();
  for (const side of ["new", "old"] as const) {
    const { model, table } = joint[side];
    const { members } = table.atoms[thing];
    if (thing !== "providers") {
      for (const group of model[thing]) {
        const name = `@${group.name}`;
        if (!words.has(name))
          words.set(name, jointBits(names, side, ofGroup(group, members, table.atoms[thing].atoms)));
      }
    }
    for (const [glob, bits] of members) if (!words.has(glob)) words.set(glob, jointBits(names, side, bits));
  }
  return vocabulary(names.atoms, words);
}

function ofGroup({ globs }: Group, members: ReadonlyMap<string, Uint32Array>, atoms: number): Uint32Array {
  const bits = emptyBits(atoms);
  for (const glob of globs) unite(bits, members.get(glob)!);
  return bits;
}

/** One of the names of a set, one that is written out where there is one. */
export function exampleOf(joint: Joint, thing: Thing, bits: Uint32Array): string | null {
  const names = joint.names[thing];
  let first: string | null = null;
  for (const atom of eachBit(bits)) {
    if (names.plain[atom]) return names.examples[atom]!;
    first ??= longer(joint, thing, atom);
  }
  return first;
}

/** A star may stand for nothing, but `claude-x` reads more like a name of `claude-*` than `claude-` does. */
function longer(joint: Joint, thing: Thing, atom: number): string {
  const names = joint.names[thing];
  const example = names.examples[atom]!;
  const name = `${example}x`;
  const isOne = (["old", "new"] as const).every(
    (side) => atomOf(joint[side].table.atoms[thing], name) === names[side][atom],
  );
  return /\W$/.test(example) && isOne ? name : example;
}

/** What the nodes of both policies may use, old beside new, at every moment that matters; equal pairs once. */
export function accessPairs(joint: Joint, access: AccessAt): readonly (readonly [JointAccess, JointAccess])[] {
  const known = new Map<JointAccess, Set<JointAccess>>();
  groupChanges(
    joint,
    (node) => node.access,
    (pair, moment) => {
      const old = access("old", pair.old, moment);
      const partners = known.get(old) ?? new Set<JointAccess>();
      known.set(old, partners.add(access("new", pair.new, moment)));
      return [];
    },
  );
  return [...known].flatMap(([old, partners]) => [...partners].map((now) => [old, now] as const));
}
