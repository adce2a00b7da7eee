/**
 * From meaning to the flat table: names become atoms, statements become sets of atoms, and nodes with equal access
 * share one policy. What depends on the moment (`until`) is left to view.ts. Routes and prices are laid out per model
 * in routes.ts and pricing.ts; all faults come back together, and then there is no table.
 */
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../language/source.ts";
import type { Access, Model, Node } from "../model/model.ts";
import { writtenByClients } from "../model/told.ts";
import { addGrants, allowedOf, NOTHING, type Sizes, type Sum } from "./access.ts";
import { type Automaton, atomsOf, bitsOf, buildAutomaton, MOST_STATES } from "./atoms.ts";
import { sameBits } from "./bits.ts";
import { layDuties } from "./duties.ts";
import { layGuardrails, laySought, patternLayer, type Sought } from "./lay-guardrails.ts";
import { type Origin, originAt } from "./origin.ts";
import { layPrices } from "./pricing.ts";
import { checkRoutes, layRoutes } from "./routes.ts";
import type {
  ConfirmRule,
  FlowRule,
  Grant,
  Kind,
  Policy,
  ResultBound,
  Revision,
  Table,
  TableKey,
  TableNode,
  TableServer,
} from "./table.ts";
import { listNames, resultText, untilText, whereText } from "./words.ts";

/** Compiles a policy; `table` is null when there is an error among the diagnostics. */
export function compile(model: Model, revision: Revision): { table: Table | null; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const atoms = divideNames(model, diagnostics);
  if (atoms === null) return { table: null, diagnostics };
  const routes = layRoutes(model, atoms.models, diagnostics);
  const prices = layPrices(model, atoms.models, diagnostics);
  const duties = layDuties(model, atoms.tools);
  const lay = patternLayer();
  const sought = laySought(model, lay);
  const laid = { atoms, duties, sought };
  const { nodes, policies } = layNodes(model, laid);
  const observing = withObserved(model);
  const inForce: Table = {
    revision,
    observed: null,
    timezone: model.timezone,
    keys: layKeys(model, nodes),
    nodes,
    policies,
    atoms,
    slots: duties.slots,
    guardrails: layGuardrails(model, lay),
    sought: { guardrails: sought.all },
    windows: duties.windows,
    providers: model.providers.map(({ span, ...provider }) => ({
      ...provider,
      origin: originAt(span, `provider ${provider.name}`),
    })),
    services: model.services.map(({ span, ...service }) => ({
      ...service,
      origin: originAt(span, `service ${service.name}`),
    })),
    servers: layServers(model),
    routes,
    ...prices,
    catalogue: listCatalogue(model),
    audit: { content: model.audit.content, keepDays: model.audit.keepDays },
  };
  const observed = observing === null ? null : { ...inForce, ...layNodes(observing, laid) };
  const table: Table = { ...inForce, observed };
  diagnostics.push(...checkRoutes(model, table));
  const broken = diagnostics.some(({ severity }) => severity === "error");
  return { table: broken ? null : table, diagnostics };
}

/** The policy as it would be if what is only observed were in force; null when nothing is. */
function withObserved(model: Model): Model | null {
  const isPlain = ({ observed, flows }: Node) => observed.length === 0 && flows.every(({ observe }) => !observe);
  if (model.nodes.every(isPlain)) return null;
  const nodes = model.nodes.map((node) => ({
    ...node,
    access: [...node.access, ...node.observed],
    flows: node.flows.map((flow) => ({ ...flow, observe: false })),
  }));
  return { ...model, nodes };
}

/** What nodes are laid with. */
interface Laid {
  readonly atoms: Table["atoms"];
  readonly duties: ReturnType<typeof layDuties>;
  readonly sought: Sought;
}

function layNodes(model: Model, { atoms, duties, sought }: Laid): { nodes: TableNode[]; policies: Policy[] } {
  const grants = layGrants(model, atoms);
  const { policies, policyOf } = layPolicies(model, grants, atoms);
  const nodes = model.nodes.map((node, index): TableNode => {
    const { kind, name, parent, doc } = node;
    const origin = originOfNode(model, node);
    const access = {
      policy: policyOf[index]!,
      grants: grants[index]!,
      flows: layFlows(node, atoms),
      confirms: layConfirms(node, atoms),
      results: layResults(node, atoms, sought),
    };
    return { kind, name, parent, ...access, ...duties.of[index]!, origin, doc };
  });
  return { nodes, policies };
}

const KINDS = ["models", "tools", "providers"] as const satisfies readonly Kind[];
const WORD = { models: "model", tools: "tool", providers: "provider" } as const satisfies Record<Kind, string>;

/** From this many globs with a star on both sides of a letter on, a warning is due: they multiply. */
const MANY_INFIXES = 6;

function divideNames(model: Model, diagnostics: Diagnostic[]): Table["atoms"] | null {
  const built: Partial<Record<Kind, Automaton>> = {};
  for (const kind of KINDS) {
    const globs = globsOf(model, kind);
    const promised = promisedOf(model, kind);
    const infixes = [...globs].filter(([glob]) => /\*[^*/]+\*/.test(glob));
    const whole = buildAutomaton([...globs.keys(), ...promised.keys()]);
    // Proofs can do without a common division of names; decisions cannot.
    const apart = whole === null && [...promised.keys()].some((glob) => !globs.has(glob));
    const automaton = apart ? buildAutomaton(globs.keys()) : whole;
    if (apart && automaton !== null) diagnostics.push(provedApart(kind, [...promised.values()][0]!));
    if (automaton !== null) built[kind] = automaton;
    if (automaton === null || infixes.length >= MANY_INFIXES) {
      diagnostics.push(tooMany(kind, infixes, automaton === null, [...globs.values()][0]!));
    }
  }
  const { models, tools, providers } = built;
  return models === undefined || tools === undefined || providers === undefined ? null : { models, tools, providers };
}

/** Every glob of a kind that a question may be about, with the place where it stands first. */
function globsOf(model: Model, kind: Kind): Map<string, Span> {
  const globs = new Map<string, Span>();
  const add = (names: readonly string[], span: Span): void => {
    for (const name of names) if (!globs.has(name)) globs.set(name, span);
  };
  for (const group of kind === "providers" ? [] : model[kind]) add(group.globs, group.span);
  if (kind === "models") for (const price of model.prices) add(price.globs, price.span);
  if (kind === "providers") for (const provider of model.providers) add([provider.name], provider.span);
  for (const { access, observed, flows, confirmations, results, limits } of model.nodes) {
    for (const it of [...access, ...observed]) if (it.thing === kind) add([...it.globs, ...it.except], it.span);
    if (kind !== "tools") continue;
    for (const it of flows) add([...it.globs, ...it.after], it.span);
    for (const { tools, span } of limits) if (tools !== null) add(tools.globs, span);
    for (const it of [...confirmations, ...results]) add(it.globs, it.span);
  }
  for (const test of model.tests) {
    for (const step of test.steps) if ("thing" in step && step.thing === kind) add(step.globs, step.span);
  }
  return globs;
}

/** The globs that invariants speak about. */
function promisedOf(model: Model, kind: Kind): Map<string, Span> {
  const globs = new Map<string, Span>();
  for (const { rules } of model.invariants) {
    for (const rule of rules) {
      if (!("thing" in rule) || rule.thing !== kind) continue;
      for (const glob of rule.globs) if (!globs.has(glob)) globs.set(glob, rule.span);
    }
  }
  return globs;
}

function provedApart(kind: Kind, span: Span): Diagnostic {
  return {
    code: "GW5016",
    severity: "warning",
    span,
    message: `the globs for ${kind} of the policy and of its invariants divide names into more than ${MOST_STATES} cases together, so each invariant is proved by itself`,
    help: "name the start of the names, or write them out",
    notes: [],
  };
}

function tooMany(kind: Kind, infixes: readonly (readonly [string, Span])[], broken: boolean, first: Span): Diagnostic {
  const last = infixes[Math.min(infixes.length, MANY_INFIXES) - 1];
  const names = infixes.map(([glob]) => `\`${glob}\``);
  return {
    code: "GW3028",
    severity: broken ? "error" : "warning",
    span: last?.[1] ?? first,
    message: broken
      ? `the globs of this policy divide ${WORD[kind]} names into more than ${MOST_STATES} cases`
      : `${names.length} globs for ${kind} have a star on both sides of a word, and each doubles the cases: ${listNames(names)}`,
    help: "name the start of the names, or write them out",
    notes: [],
  };
}

function layFlows({ flows }: Node, { tools }: Table["atoms"]): FlowRule[] {
  const binding = flows.filter(({ observe }) => !observe);
  return binding.map(({ globs, after, written, until, span }) => {
    const text = `deny tools ${listNames(written.tools, 3)} after tools ${listNames(written.after, 3)}${untilText(until)}`;
    return { tools: atomsOf(tools, globs), after: atomsOf(tools, after), until, origin: originAt(span, text) };
  });
}

function layConfirms({ confirmations }: Node, { tools }: Table["atoms"]): ConfirmRule[] {
  return confirmations.map(({ globs, asks, where, until, span }) => {
    const text = `ask tools ${listNames(asks, 3)}${whereText(where)}${untilText(until)}`;
    return { tools: atomsOf(tools, globs), where, until, origin: originAt(span, text), globs };
  });
}

function layResults({ results }: Node, { tools }: Table["atoms"], sought: Sought): ResultBound[] {
  return results.map((rule) => {
    const { globs, max, until, span } = rule;
    const origin = originAt(span, resultText(rule));
    return { tools: atomsOf(tools, globs), max, sought: sought.of(rule), until, origin, globs };
  });
}

function layGrants(model: Model, atoms: Table["atoms"]): readonly (readonly Grant[])[] {
  const none: readonly Grant[] = [];
  const grantOf = (access: Access): Grant => {
    const { effect, thing, globs, written, except, where, until, span } = access;
    const text = `${effect} ${thing} ${listNames(written, 3)}${whereText(where)}${untilText(until)}`;
    const bits = bitsOf(atoms[thing], access);
    return { effect, thing, bits, until, origin: originAt(span, text), globs, except, where };
  };
  return model.nodes.map(({ access }) => (access.length === 0 ? none : access.map(grantOf)));
}

/** What a node has summed up, by kind; `timed` when its policy changes with time. */
interface Sums {
  readonly sums: Readonly<Record<Kind, Sum>>;
  readonly timed: boolean;
  readonly policy: number;
}

function layPolicies(
  model: Model,
  grants: readonly (readonly Grant[])[],
  atoms: Table["atoms"],
): { policies: Policy[]; policyOf: number[] } {
  const sizes: Sizes = { models: atoms.models.atoms, tools: atoms.tools.atoms, providers: atoms.providers.atoms };
  const intern = createInterner();
  const laid: Sums[] = [];
  for (const [index, node] of model.nodes.entries()) {
    const parent = node.parent === null ? undefined : laid[node.parent]!;
    const own = grants[index]!;
    if (parent !== undefined && own.length === 0) {
      laid.push(parent);
      continue;
    }
    const timed = (parent?.timed ?? false) || own.some((grant) => grant.until !== null);
    const add = (thing: Kind): Sum => addGrants(parent?.sums[thing] ?? NOTHING, own, thing, 0);
    const sums = { models: add("models"), tools: add("tools"), providers: add("providers") };
    const allowed = (thing: Kind): Uint32Array => allowedOf(sums[thing], thing, sizes[thing]);
    const policy = timed
      ? -1
      : intern.add({ models: allowed("models"), tools: allowed("tools"), providers: allowed("providers") });
    laid.push({ sums, timed, policy });
  }
  return { policies: intern.policies, policyOf: laid.map(({ policy }) => policy) };
}

/** Keeps equal policies once; found again by a checksum, told apart by their bits. */
function createInterner(): { policies: Policy[]; add: (policy: Policy) => number } {
  const policies: Policy[] = [];
  const bySum = new Map<number, number[]>();
  const add = (policy: Policy): number => {
    let sum = 0;
    for (const bits of [policy.models, policy.tools, policy.providers]) {
      for (const word of bits) sum = (Math.imul(sum ^ word, 0x01000193) + 1) | 0;
    }
    const alike = bySum.get(sum) ?? [];
    bySum.set(sum, alike);
    const known = alike.find((index) => KINDS.every((kind) => sameBits(policies[index]![kind], policy[kind])));
    if (known !== undefined) return known;
    alike.push(policies.length);
    return policies.push(policy) - 1;
  };
  return { policies, add };
}

function originOfNode(model: Model, node: Node): Origin {
  const within = node.kind === "key" && node.parent !== null ? ` in ${model.nodes[node.parent]!.name}` : "";
  return originAt(node.span, `${node.kind} ${node.name}${within}`);
}

function layKeys(model: Model, nodes: readonly TableNode[]): Map<string, TableKey> {
  const keys = new Map<string, TableKey>();
  for (const [index, { name, key }] of model.nodes.entries()) {
    if (key === null) continue;
    keys.set(key.digest, { name, node: index, owner: key.owner, expires: key.expires, origin: nodes[index]!.origin });
  }
  return keys;
}

function layServers(model: Model): TableServer[] {
  return model.servers.map(({ span, pins, ...server }) => ({
    ...server,
    pins: pins && {
      onDrift: pins.onDrift,
      tools: pins.lock.tools.map(({ name, digest }) => [name, digest] as const),
      told: pins.lock.tools.map(({ name, told }) => [writtenByClients(name), told] as const),
      instructions: pins.lock.instructions?.digest ?? null,
      origin: originAt(pins.span, `pins "${pins.path}"`),
    },
    origin: originAt(span, `mcp ${server.name}`),
  }));
}

function listCatalogue(model: Model): string[] {
  const names = new Set<string>();
  const add = (globs: readonly string[]): void => {
    for (const glob of globs) if (!/[*?]/.test(glob)) names.add(glob);
  };
  for (const group of model.models) add(group.globs);
  for (const node of model.nodes) for (const { thing, globs } of node.access) if (thing === "models") add(globs);
  return [...names];
}
