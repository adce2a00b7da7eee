/**
 * `never allow … to …` and `allow … only to …`, as algebra on sets of atoms: what the promise is about, intersected with
 * what each node may use, must be empty. Atoms divide all possible names, so this is a proof and not a sample; a name of
 * an atom that is left over is the witness. Where the table's automaton does not know the globs of a promise (together
 * they would have been too many), names are divided anew for each chain of nodes, by the globs of the chain and the promise.
 */
import { addGrants, allowedOf, inForce, NOTHING, type Sum } from "../decision/access.ts";
import { type Automaton, atomsOf, bitsOf, buildAutomaton, LONGEST_NAME, MOST_STATES } from "../decision/atoms.ts";
import { eachBit, emptyBits, fullBits, hasBit, intersect, meets, unite } from "../decision/bits.ts";
import type { Grant, Kind } from "../decision/table.ts";
import { listNames } from "../decision/words.ts";
import type { Diagnostic, Note } from "../language/diagnostic.ts";
import type { InvariantRule } from "../model/model.ts";
import { beginning, broken, isBelow, momentsAfter, pathTo, type Realm, vacuous, whoIs } from "./realm.ts";

type AccessRule = Extract<InvariantRule, { kind: "never" | "onlyTo" }>;

/** Proves a promise of an invariant with this name; the diagnostics of its failure, or none. */
export type AccessProver = (rule: AccessRule, name: string) => Diagnostic[];

/** What the grants of a chain amount to from a moment on. */
interface Stretch {
  readonly now: number;
  readonly bits: Uint32Array;
}

/** A node that gets through, with what, and when first. */
interface Hole {
  readonly node: number;
  readonly automaton: Automaton;
  readonly atom: number;
  readonly now: number;
}

/** What settles one promise about one node. */
interface Division {
  readonly automaton: Automaton;
  readonly wanted: Uint32Array;
  readonly stretches: readonly Stretch[];
}

/** Makes the prover of a policy; it remembers what nodes may use from one promise to the next. */
export function createAccessProver(realm: Realm): AccessProver {
  const owners = ownersOf(realm);
  const joint = createJoint(realm);
  const spoken = { models: spokenOf(realm, "models"), tools: spokenOf(realm, "tools"), providers: null };

  const namesNothing = (rule: AccessRule, wanted: Uint32Array): boolean => {
    const known = spoken[rule.thing];
    return known !== null && !meets(wanted, known);
  };
  const leaders = [...new Set(owners)];

  return (rule, name) => {
    // Who has no grants of its own is settled with the node above that has; a node that is named may be one of those.
    const named = rule.kind === "never" ? rule.nodes.filter((node) => owners[node] !== node) : [];
    const asked = [...named, ...leaders.filter((node) => isMeant(realm, rule, node))];
    if (asked.length === 0) return [vacuous(rule.span, "everybody is among them, so this promises nothing", null)];
    const known = joint.wantedBy(rule);
    const divide = known === null ? createApart(realm, rule) : joint.dividing(rule.thing, known);
    const open = new Set<number>();
    let hole: Hole | null = null;
    for (const node of asked) {
      const owner = owners[node]!;
      const division = divide(owner);
      if (division === null) return [unprovable(realm, rule, { name, node })];
      const leak = leakOf(division);
      if (leak === null) continue;
      open.add(owner);
      hole ??= { node, automaton: division.automaton, ...leak };
    }
    if (hole !== null) {
      const nodes = [...owners.keys()].filter((node) => open.has(owners[node]!) && isMeant(realm, rule, node));
      return [brokenBy(realm, rule, { name, hole, nodes })];
    }
    if (known === null || !namesNothing(rule, known)) return [];
    const help = "a misspelt name would be as safe; name what the policy speaks about";
    const list = listNames(rule.globs, 3);
    return [vacuous(rule.span, `no line of the policy speaks about any of the ${rule.thing} ${list}`, help)];
  };
}

function isMeant(realm: Realm, rule: AccessRule, node: number): boolean {
  for (const top of rule.nodes) if (isBelow(realm, node, top)) return rule.kind === "never";
  return rule.kind === "onlyTo";
}

/** For each node the nearest one on its path that has grants: it may use exactly what that one may. */
function ownersOf({ table }: Realm): Uint32Array {
  const owners = new Uint32Array(table.nodes.length);
  for (const [index, { grants, parent }] of table.nodes.entries()) {
    owners[index] = grants.length > 0 || parent === null ? index : owners[parent]!;
  }
  return owners;
}

/** The first name that gets through; a catalogue name where there is one. */
function leakOf({ automaton, wanted, stretches }: Division): { atom: number; now: number } | null {
  for (const { now, bits } of stretches) {
    if (!meets(wanted, bits)) continue;
    const left = wanted.slice();
    intersect(left, bits);
    const atom = exampleOf(automaton, left);
    if (atom >= 0) return { atom, now };
  }
  return null;
}

/** An atom that holds a possible name, one that the policy writes out before others; -1 when there is none. */
function exampleOf({ examples, members }: Automaton, bits: Uint32Array): number {
  let best = -1;
  for (const atom of eachBit(bits)) {
    const example = examples[atom]!;
    if (example === "" || example.length > LONGEST_NAME) continue;
    if (members.has(example)) return atom;
    if (best < 0 || example.length < examples[best]!.length) best = atom;
  }
  return best;
}

// ---- by the table's own division of names -----------------------------------------------------------------------------

interface Joint {
  /** The atoms that a promise is about; null when the table does not know all of its globs. */
  readonly wantedBy: (rule: AccessRule) => Uint32Array | null;
  readonly dividing: (thing: Kind, wanted: Uint32Array) => (owner: number) => Division;
}

function createJoint(realm: Realm): Joint {
  const { table, at } = realm;
  const known: Record<Kind, Map<number, readonly Stretch[]>> = {
    models: new Map(),
    tools: new Map(),
    providers: new Map(),
  };
  const stretchesOf = (thing: Kind, owner: number): readonly Stretch[] => {
    const { policy } = table.nodes[owner]!;
    if (policy >= 0) return [{ now: at, bits: table.policies[policy]![thing] }];
    let stretches = known[thing].get(owner);
    if (stretches === undefined) {
      const chain = pathTo(realm, owner).map((index) => table.nodes[index]!.grants);
      stretches = stretchesOn(chain, { thing, size: table.atoms[thing].atoms, at });
      known[thing].set(owner, stretches);
    }
    return stretches;
  };
  return {
    wantedBy({ thing, globs }) {
      const automaton = table.atoms[thing];
      if (!globs.every((glob) => automaton.members.has(glob))) return null;
      const wanted = atomsOf(automaton, globs);
      // Names of providers are not asked for, they are declared: there are no others.
      if (thing === "providers") intersect(wanted, declaredIn(realm, automaton));
      return wanted;
    },
    dividing: (thing, wanted) => (owner) => ({
      automaton: table.atoms[thing],
      wanted,
      stretches: stretchesOf(thing, owner),
    }),
  };
}

function declaredIn({ table }: Realm, automaton: Automaton): Uint32Array {
  return atomsOf(
    automaton,
    table.providers.map(({ name }) => name),
  );
}

/** What the statements of a chain allow, in each stretch of time from a moment on. */
function stretchesOn(
  chain: readonly (readonly Grant[])[],
  { thing, size, at }: { thing: Kind; size: number; at: number },
): Stretch[] {
  const own = chain.map((grants) => grants.filter((grant) => grant.thing === thing));
  const ends = own.flatMap((grants) => grants.map(({ until }) => until));
  return momentsAfter(at, ends).map((now) => {
    const sum = own.reduce((above: Sum, grants) => addGrants(above, grants, thing, now), NOTHING);
    return { now, bits: allowedOf(sum, thing, size) };
  });
}

/** Everything that groups and statements name. */
function spokenOf({ model, table }: Realm, thing: "models" | "tools"): Uint32Array {
  const automaton = table.atoms[thing];
  const bits = emptyBits(automaton.atoms);
  const statements = model.nodes.flatMap(({ access }) => access.filter((it) => it.thing === thing));
  for (const glob of new Set([...model[thing], ...statements].flatMap(({ globs }) => globs))) {
    unite(bits, automaton.members.get(glob) ?? fullBits(automaton.atoms));
  }
  return bits;
}

// ---- by a division for the chain --------------------------------------------------------------------------------------

/** Divides names anew for each chain; null when even the globs of one chain and the promise are too many. */
function createApart(realm: Realm, { thing, globs }: AccessRule): (owner: number) => Division | null {
  const { table, at } = realm;
  const automata = new Map<string, Automaton | null>();
  const declared = thing === "providers" ? table.providers.map(({ name }) => name) : [];
  return (owner) => {
    const chain = pathTo(realm, owner).map((index) =>
      table.nodes[index]!.grants.filter((grant) => grant.thing === thing),
    );
    const all = [
      ...new Set([...globs, ...declared, ...chain.flat().flatMap(({ globs, except }) => [...globs, ...except])]),
    ].sort();
    const words = all.join(" ");
    let automaton = automata.get(words);
    if (automaton === undefined) {
      automaton = buildAutomaton(all);
      automata.set(words, automaton);
    }
    if (automaton === null) return null;
    const divided = automaton;
    const own = chain.map((grants) => grants.map((it) => ({ ...it, bits: bitsOf(divided, it) })));
    const wanted = atomsOf(divided, globs);
    if (thing === "providers") intersect(wanted, declaredIn(realm, divided));
    return { automaton, wanted, stretches: stretchesOn(own, { thing, size: automaton.atoms, at }) };
  };
}

function unprovable(realm: Realm, rule: AccessRule, { name, node }: { name: string; node: number }): Diagnostic {
  const infixes = rule.globs.filter((glob) => /\*[^*/]+\*/.test(glob));
  const which = infixes.length > 0 ? `: ${listNames(infixes, 6)}` : "";
  const help = "name the start of the names, or make several promises of it";
  return {
    ...broken(realm, { code: "GW5015", span: rule.span, name, message: "", help, notes: [], nodes: [node] }),
    message: `invariant "${name}" is not proved: its globs and those that ${whoIs(realm, node)} is under divide names into more than ${MOST_STATES} cases${which}`,
  };
}

// ---- words ------------------------------------------------------------------------------------------------------------

const WORD = { models: "model", tools: "tool", providers: "provider" } as const satisfies Record<Kind, string>;

function brokenBy(
  realm: Realm,
  rule: AccessRule,
  { name, hole, nodes }: { name: string; hole: Hole; nodes: readonly number[] },
): Diagnostic {
  const who = whoIs(realm, hole.node);
  const outside = rule.kind === "onlyTo" ? `, outside of ${rule.nodes.map((it) => whoIs(realm, it)).join(", ")},` : "";
  const witness = `${WORD[rule.thing]} \`${hole.automaton.examples[hole.atom]}\``;
  return broken(realm, {
    code: rule.kind === "never" ? "GW5010" : "GW5011",
    span: rule.span,
    name,
    message: `${who}${outside} can use ${witness}${beginning(realm, hole.now)}`,
    help: null,
    notes: blame(realm, rule.thing, hole),
    nodes: [hole.node, ...nodes.filter((node) => node !== hole.node)],
  });
}

/** The lines that let the name through, and the ones that kept it out until then. */
function blame(realm: Realm, thing: Kind, { node, automaton, atom, now }: Hole): Note[] {
  const notes: Note[] = [];
  let written = false;
  for (const index of pathTo(realm, node)) {
    for (const [at, { effect, globs, until, origin, ...grant }] of realm.table.nodes[index]!.grants.entries()) {
      if (grant.thing !== thing) continue;
      if (effect === "allow") written = true;
      const { span } = realm.model.nodes[index]!.access[at]!;
      if (effect === "allow" && inForce(until, now) && hasBit(atomsOf(automaton, globs), atom)) {
        notes.push({ message: `\`${origin.text}\` allows it`, span });
      } else if (effect !== "allow" && until !== null && until === now - 1) {
        notes.push({ message: `\`${origin.text}\` ends then`, span });
      }
    }
  }
  if (thing === "providers" && !written) {
    notes.push({ message: "no `allow providers` is on the path, so every declared provider is allowed", span: null });
  }
  return notes;
}
