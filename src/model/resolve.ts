/**
 * Trees → model: the story of the checks, in order. Each check keeps one promise and sits in a file named for it; every
 * builder reports what it finds on its way. All faults are collected, and a model comes out only when none is an error.
 */
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Tree } from "../language/tree.ts";
import { allowancesIn } from "./allowances.ts";
import { allowancesInOrder } from "./checks/allowances-in-order.ts";
import { conditionsFit } from "./checks/conditions-fit.ts";
import { declarationsComplete } from "./checks/declarations-complete.ts";
import { delegationsHold } from "./checks/delegations-hold.ts";
import { everythingUsed } from "./checks/everything-used.ts";
import { guardrailsMakeSense } from "./checks/guardrails-make-sense.ts";
import { keysAreMinted } from "./checks/keys-are-minted.ts";
import { keysExpire } from "./checks/keys-expire.ts";
import { knownNames } from "./checks/known-names.ts";
import { limitsMakeSense } from "./checks/limits-make-sense.ts";
import { namesNearlyKnown } from "./checks/names-nearly-known.ts";
import { noLiteralSecrets } from "./checks/no-literal-secrets.ts";
import { oneOrg } from "./checks/one-org.ts";
import { packsHoldGroups } from "./checks/packs-hold-groups.ts";
import { parentsDeclared } from "./checks/parents-declared.ts";
import { pinsHold } from "./checks/pins-hold.ts";
import { serversComplete } from "./checks/servers-complete.ts";
import { serversKnown } from "./checks/servers-known.ts";
import { servicesComplete } from "./checks/services-complete.ts";
import { statementsInPlace } from "./checks/statements-in-place.ts";
import { uniqueNames } from "./checks/unique-names.ts";
import { secretOf } from "./credentials.ts";
import { type Declared, gather } from "./declared.ts";
import { expandGroups } from "./groups.ts";
import { isTimeZone } from "./instant.ts";
import { buildInvariants } from "./invariants.ts";
import type { Locks } from "./lock.ts";
import type { AuditSettings, Group, Model, Provider, ProviderKind } from "./model.ts";
import { nameLists } from "./name-lists.ts";
import { buildNodes, type Workshop } from "./nodes.ts";
import { buildGuardrails, buildPatterns } from "./patterns.ts";
import { withPins } from "./pins.ts";
import { buildPrices } from "./prices.ts";
import { buildServers } from "./servers.ts";
import { buildServices } from "./services.ts";
import { buildTests } from "./tests.ts";

/** What a policy means, or null when anything in it is an error; and all that is to be said about it, by place. */
export interface Resolved {
  readonly model: Model | null;
  readonly diagnostics: Diagnostic[];
}

/**
 * Gives a policy its meaning. `packs` holds the packs that its `use` lines bring in, by the name they have there; `locks` the files
 * that its `pins` lines name, by their paths.
 */
export function resolve(trees: readonly Tree[], packs: ReadonlyMap<string, Tree>, locks: Locks = new Map()): Resolved {
  const declared = gather(trees, packs);
  const diagnostics = [
    uniqueNames,
    oneOrg,
    parentsDeclared,
    statementsInPlace,
    packsHoldGroups,
    knownNames,
    limitsMakeSense,
    declarationsComplete,
    guardrailsMakeSense,
    servicesComplete,
    serversComplete,
    serversKnown,
    keysAreMinted,
    keysExpire,
    delegationsHold,
    noLiteralSecrets,
    namesNearlyKnown,
    allowancesInOrder,
  ].flatMap((check) => check(declared));
  diagnostics.push(...pinsHold(declared, locks));
  const model = build(declared, locks, diagnostics);
  const isComplete = [...declared.uses.keys()].every((name) => packs.has(name));
  const isSound = isComplete && diagnostics.every(({ severity }) => severity !== "error");
  if (!isSound) return { model: null, diagnostics: diagnostics.sort(byPlace) };
  return { model, diagnostics: [...diagnostics, ...everythingUsed(declared)].sort(byPlace) };
}

function build(declared: Declared, locks: Locks, diagnostics: Diagnostic[]): Model {
  const report = (diagnostic: Diagnostic) => {
    diagnostics.push(diagnostic);
  };
  const groups = expandGroups(declared);
  for (const diagnostic of groups.diagnostics) report(diagnostic);
  const timezone = zoneOf(declared);
  const patterns = buildPatterns(declared, report);
  const workshop: Workshop = { declared, groups, patterns, timezone, report };
  const servers = buildServers(declared, locks);
  const nodes = withPins(buildNodes(workshop), servers);
  for (const diagnostic of conditionsFit(declared, groups, servers)) report(diagnostic);
  return {
    timezone,
    nodes,
    providers: providersOf(declared),
    servers,
    models: groupsOf(declared.models, groups.models),
    tools: groupsOf(declared.tools, groups.tools),
    prices: buildPrices(declared, groups, report),
    guardrails: buildGuardrails(declared, patterns, report),
    patterns: [...patterns.values()],
    services: buildServices(declared),
    audit: auditOf(declared),
    tests: buildTests(workshop, nodes),
    invariants: buildInvariants(workshop, nodes),
    lists: nameLists(declared),
    allowances: allowancesIn(declared),
  };
}

/** The org's zone; an unknown one is reported by its check, and dates are then read in UTC. */
function zoneOf(declared: Declared): string {
  const written = declared.orgs[0]?.body.find((statement) => statement.kind === "timezone")?.zone.text;
  return written !== undefined && isTimeZone(written) ? written : "UTC";
}

function groupsOf(
  members: Declared["models"] | Declared["tools"],
  globs: ReadonlyMap<string, readonly string[]>,
): Group[] {
  return [...members.values()].map(({ name, declaration }) => ({
    name,
    globs: globs.get(name) ?? [],
    via: declaration.kind === "models" ? declaration.via.map(({ text }) => text) : [],
    span: declaration.name.span,
  }));
}

function providersOf(declared: Declared): Provider[] {
  return [...declared.providers.values()].map(({ name, declaration }) => {
    const kind = declaration.body.find((statement) => statement.kind === "kind")?.name.text as ProviderKind;
    const url = declaration.body.find((statement) => statement.kind === "url")?.url.text ?? null;
    const credential = declaration.body.find((statement) => statement.kind === "credential")?.credential;
    return {
      name,
      kind,
      url,
      credential: credential ? secretOf(credential) : null,
      span: declaration.name.span,
    };
  });
}

function auditOf(declared: Declared): AuditSettings {
  const keep = declared.audits[0]?.body.find((statement) => statement.kind === "keep");
  return { content: "none", keepDays: keep?.days ?? null };
}
