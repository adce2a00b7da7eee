/** Where models may go: the providers of each model atom, and the proof that nobody is allowed a model without one. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Group, Model } from "../model/model.ts";
import { accessAt, chainOf, inForce, type Sizes } from "./access.ts";
import { type Automaton, atomOf, atomsOf } from "./atoms.ts";
import { addBit, eachBit, emptyBits, firstBit, hasBit, intersect } from "./bits.ts";
import type { Policy, Table } from "./table.ts";

/** The providers of each model atom. A policy with one provider needs no `via`: everything goes there. */
export function layRoutes(model: Model, models: Automaton, diagnostics: Diagnostic[]): string[][] {
  const only = model.providers.length === 1 ? [model.providers[0]!.name] : [];
  const routes: string[][] = Array.from({ length: models.atoms }, () => only);
  const groups: (Group | undefined)[] = [];
  const told = new Set<string>();
  for (const group of model.models) {
    if (group.via.length === 0) continue;
    const via = [...group.via];
    for (const atom of eachBit(atomsOf(models, group.globs))) {
      const other = groups[atom];
      if (other === undefined) {
        groups[atom] = group;
        routes[atom] = via;
      } else if (other.via.join(" ") !== via.join(" ") && !told.has(`${other.name} ${group.name}`)) {
        told.add(`${other.name} ${group.name}`);
        diagnostics.push(conflict(models.examples[atom]!, other, group));
      }
    }
  }
  return routes;
}

function conflict(example: string, first: Group, second: Group): Diagnostic {
  return {
    code: "GW3009",
    severity: "error",
    span: second.span,
    message: `\`${example}\` goes via ${second.via.join(" then ")} in \`${second.name}\` and via ${first.via.join(" then ")} in \`${first.name}\``,
    help: "let one group give the route",
    notes: [{ message: `the other route of \`${example}\``, span: first.span }],
  };
}

/** Faults for every statement that lets someone use a model which no provider is left for. */
export function checkRoutes(model: Model, table: Table): Diagnostic[] {
  const told = new Map<string, Diagnostic>();
  const check = createCheck(table);
  for (const [index, node] of table.nodes.entries()) {
    // A node without statements of its own has its parent's access, and the parent was checked.
    if (node.grants.length === 0) continue;
    for (const { policy, now } of momentsOf(table, index)) {
      const atom = check(policy);
      if (atom < 0) continue;
      const fault = faultOf(model, table, { node: index, atom, now });
      const place = `${fault.span.path}:${fault.span.start}`;
      if (!told.has(place)) told.set(place, fault);
    }
  }
  return [...told.values()];
}

/** The access of a node at every moment at which it differs. */
function* momentsOf(table: Table, index: number): Generator<{ policy: Policy; now: number }> {
  const node = table.nodes[index]!;
  if (node.policy >= 0) {
    yield { policy: table.policies[node.policy]!, now: 0 };
    return;
  }
  const chain = chainOf(table.nodes, index);
  const { models, tools, providers } = table.atoms;
  const sizes: Sizes = { models: models.atoms, tools: tools.atoms, providers: providers.atoms };
  const ends = chain.flatMap(({ grants }) => grants.map(({ until }) => until ?? Number.POSITIVE_INFINITY));
  for (const now of new Set([...ends, Number.POSITIVE_INFINITY])) yield { policy: accessAt(chain, sizes, now), now };
}

/** An atom that a policy allows but cannot send anywhere; -1 when there is none. */
function createCheck(table: Table): (policy: Policy) => number {
  const stranded = new Map<string, Uint32Array>();
  const providers = table.providers.map(({ name }) => [name, atomOf(table.atoms.providers, name)] as const);
  return (policy) => {
    const name = policy.providers.join(" ");
    let lost = stranded.get(name);
    if (lost === undefined) {
      const open = new Set(providers.filter(([, atom]) => hasBit(policy.providers, atom)).map(([it]) => it));
      lost = emptyBits(table.routes.length);
      for (const [atom, route] of table.routes.entries()) if (!route.some((it) => open.has(it))) addBit(lost, atom);
      stranded.set(name, lost);
    }
    const bad = policy.models.slice();
    intersect(bad, lost);
    return firstBit(bad);
  };
}

function faultOf(model: Model, table: Table, at: { node: number; atom: number; now: number }): Diagnostic {
  const node = model.nodes[at.node]!;
  const route = table.routes[at.atom]!;
  const example = table.atoms.models.examples[at.atom]!;
  const kind = route.length === 0 ? "models" : "providers";
  const spans: Span[] = [];
  for (let index: number | null = at.node; index !== null; index = model.nodes[index]!.parent) {
    for (const [i, grant] of table.nodes[index]!.grants.entries()) {
      if (grant.thing !== kind || !inForce(grant.until, at.now)) continue;
      const blamed = kind === "providers" || (grant.effect === "allow" && hasBit(grant.bits, at.atom));
      if (blamed) spans.push(model.nodes[index]!.access[i]!.span);
    }
  }
  const who = `${node.kind} ${node.name}`;
  return {
    code: "GW3010",
    severity: "error",
    span: spans[0] ?? node.span,
    message:
      route.length === 0
        ? `\`${example}\` is allowed for ${who}, but no group that holds it has a \`via\``
        : `\`${example}\` is allowed for ${who}, but none of its providers is left (${route.join(", ")})`,
    help:
      route.length === 0
        ? model.providers.length === 0
          ? "declare a `provider`: the policy has none"
          : "say `via PROVIDER` in a `models` block"
        : "add a provider to its group, or take the model away",
    notes: [],
  };
}
