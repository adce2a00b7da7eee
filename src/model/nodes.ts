/** Declarations of org, teams and keys → the tree of nodes, parents before children. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type {
  AccessStatement,
  AskStatement,
  CallsStatement,
  FlowStatement,
  Item,
  KeyDeclaration,
  OrgDeclaration,
  ResultsStatement,
  Statement,
  TeamDeclaration,
  Thing,
} from "../language/tree.ts";
import { familyOf } from "./called.ts";
import { neverCounted } from "./checks/calls-counted.ts";
import { parentPath } from "./checks/parents-declared.ts";
import { predicateOf } from "./conditions.ts";
import type { Declared } from "./declared.ts";
import { fault } from "./fault.ts";
import type { Groups } from "./groups.ts";
import { lastMoment } from "./instant.ts";
import { WHY_KNOWN, writtenItem, writtenNames } from "./lists.ts";
import type {
  Access,
  Active,
  Confirmation,
  CountedTools,
  Flow,
  GuardUse,
  KeyFacts,
  Limit,
  Node,
  Pattern,
  ResultRule,
} from "./model.ts";
import { namedPatterns } from "./patterns.ts";

/** What building needs: the groups, the patterns, the time zone of dates, and where to say what is wrong. */
export interface Workshop {
  readonly declared: Declared;
  readonly groups: Groups;
  readonly patterns: ReadonlyMap<string, Pattern>;
  readonly timezone: string;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** The nodes: the org, teams by path, keys by name, so that equal policies give equal lists. Empty without an org. */
export function buildNodes(workshop: Workshop): Node[] {
  const { declared } = workshop;
  const org = declared.orgs[0];
  if (!org) return [];
  const build = bodyBuilder(workshop);
  const nodes: Node[] = [build(org, org.name.text, null)];
  const index = new Map<string, number>();
  for (const [name, { declaration }] of byName(declared.teams)) {
    const parent = parentPath(name);
    index.set(name, nodes.length);
    nodes.push(build(declaration, name, parent === null ? 0 : (index.get(parent) ?? 0)));
  }
  for (const [name, { declaration }] of byName(declared.keys)) {
    nodes.push(build(declaration, name, index.get(declaration.team.text) ?? 0));
  }
  return nodes;
}

/** A path sorts behind its own beginnings, so parents come first. */
function byName<T>(members: ReadonlyMap<string, T>): [string, T][] {
  return [...members].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

type Block = OrgDeclaration | TeamDeclaration | KeyDeclaration;

function bodyBuilder(workshop: Workshop) {
  const moment = momentsOf(workshop.timezone);
  return (block: Block, name: string, parent: number | null): Node => {
    const access: Access[] = [];
    const observed: Access[] = [];
    const flows: Flow[] = [];
    const confirmations: Confirmation[] = [];
    const results: ResultRule[] = [];
    const guards: GuardUse[] = [];
    const limits: Limit[] = [];
    const active: Active[] = [];
    let ungranted: Node["ungranted"] = null;
    for (const statement of block.body) {
      switch (statement.kind) {
        case "access":
          (statement.observe ? observed : access).push(accessOf(statement, workshop, moment));
          break;
        case "flow":
          flows.push(flowOf(statement, workshop, moment));
          break;
        case "ask":
          confirmations.push(confirmationOf(statement, workshop, moment));
          break;
        case "results":
          results.push(resultRuleOf(statement, workshop, moment));
          break;
        case "guard":
          for (const guard of statement.names) {
            guards.push({
              guardrail: guard.text,
              observe: statement.observe,
              until: moment(statement.until),
              span: statement.span,
            });
          }
          break;
        case "limit":
        case "calls":
        case "concurrency":
        case "budget":
          limits.push(limitOf(statement, workshop, moment(statement.until)));
          break;
        case "active": {
          const { fromDay, toDay, fromMinute, toMinute, span } = statement;
          active.push({ fromDay, toDay, fromMinute, toMinute, until: moment(statement.until), span });
          break;
        }
        case "ungranted":
          ungranted = { action: statement.action, span: statement.span };
          break;
        case "timezone":
        case "hash":
        case "owner":
        case "expires":
        case "label":
          break;
        default:
          statement satisfies never;
      }
    }
    const { kind, doc } = block;
    const key = kind === "key" ? keyFacts(block, moment) : null;
    const statements = { access, observed, flows, confirmations, results, guards, limits, active, ungranted };
    return { kind, name, parent, ...statements, key, doc, span: block.name.span };
  };
}

type Moments = ReturnType<typeof momentsOf>;

/** Dates repeat from key to key, and asking a time zone is slow, so each text is worked out once. */
function momentsOf(zone: string) {
  const known = new Map<string, number>();
  return (instant: AccessStatement["until"]): number | null => {
    if (instant === null) return null;
    const moment = known.get(instant.text) ?? lastMoment(instant, zone);
    known.set(instant.text, moment);
    return moment;
  };
}

function accessOf(statement: AccessStatement, { groups, report }: Workshop, moment: Moments): Access {
  const { effect, thing, items, span } = statement;
  const globs = groups.expand(items, { thing: thing satisfies Thing, pack: null, reason: WHY_KNOWN[effect] }, report);
  const written = items.map(writtenItem);
  const where = statement.where && predicateOf(statement.where, report);
  return { effect, thing, globs, written, except: [], where, until: moment(statement.until), span };
}

function flowOf(statement: FlowStatement, workshop: Workshop, moment: Moments): Flow {
  const { observe, items, after, until, span } = statement;
  const globsOf = (list: readonly Item[]) => [...new Set(list.flatMap((item) => globsOfCalled(item, workshop)))];
  const written = { tools: items.map(writtenItem), after: after.map(writtenItem) };
  return { globs: globsOf(items), after: globsOf(after), written, observe, until: moment(until), span };
}

/** Only of a tool it is known in which conversation it is called. */
function globsOfCalled(item: Item, { groups, report }: Workshop): readonly string[] {
  const globs = groups.expand([item], { thing: "tools", pack: null, reason: WHY_KNOWN.deny }, report);
  const other = globs.find((glob) => /^mcp-(?:prompt|resource):/.test(glob));
  if (other !== undefined) {
    const message = `\`${other}\` is not called as a tool, so no conversation is known that it is part of`;
    report(fault("GW3061", item.span, message, "deny it, or name the tools that matter"));
  }
  return globs;
}

function confirmationOf(statement: AskStatement, workshop: Workshop, moment: Moments): Confirmation {
  const { items, until, span } = statement;
  const globs = items.flatMap((item) => globsOfAsked(item, workshop));
  if (statement.where !== null) for (const item of items) onlyOfGateway(item, workshop);
  const where = statement.where && predicateOf(statement.where, workshop.report);
  return { globs: [...new Set(globs)], asks: items.map(writtenItem), where, until: moment(until), span };
}

/** The client asks about every call of a tool of its own: what it is called with nobody holds against the policy there. */
function onlyOfGateway(item: Item, { groups, report }: Workshop): void {
  const globs = groups.expand([item], { thing: "tools", pack: null, reason: null }, () => {});
  const other = globs.find((glob) => familyOf(glob) !== "mcp" && !CANNOT_WAIT.test(glob));
  if (other === undefined) return;
  const message = `only the client can ask about \`${other}\`, and it asks about every call, whatever its input`;
  const help =
    "leave the condition out, deny such calls (`deny tools … where …`), or name tools of `mcp:` servers alone";
  report(fault("GW3063", item.span, message, help));
}

const CANNOT_WAIT = /^(?:server|connector|mcp-prompt|mcp-resource):/;

/** Whoever carries a call out has to be somebody who can wait for a person. */
function globsOfAsked(item: Item, { groups, report }: Workshop): readonly string[] {
  const globs = groups.expand([item], { thing: "tools", pack: null, reason: WHY_KNOWN.ask }, report);
  const other = globs.find((glob) => CANNOT_WAIT.test(glob));
  if (other !== undefined) {
    const why = /^(?:server|connector):/.test(other) ? "the provider carries it out by itself" : "it is no tool";
    const message = `nobody can be asked about \`${other}\`: ${why}`;
    report(fault("GW3062", item.span, message, "allow it, or deny it"));
  }
  return globs;
}

function resultRuleOf(statement: ResultsStatement, workshop: Workshop, moment: Moments): ResultRule {
  const { items, max, redact, flag, until, span } = statement;
  const globs = [...new Set(items.flatMap((item) => globsOfHeld(item, workshop)))];
  const sought = { redact: namedPatterns(redact, workshop.patterns), flag: namedPatterns(flag, workshop.patterns) };
  return { globs, written: items.map(writtenItem), max, ...sought, until: moment(until), span };
}

/** Only what the gateway's own servers give back comes by before it is a part of a conversation. */
function globsOfHeld(item: Item, { groups, report }: Workshop): readonly string[] {
  const globs = groups.expand([item], { thing: "tools", pack: null, reason: WHY_KNOWN.results }, report);
  const other = globs.find((glob) => familyOf(glob) !== "mcp");
  if (other !== undefined) {
    const message = `\`results\` is about tools of the gateway's own servers (\`mcp:\`), not about \`${other}\``;
    const help = "a guardrail `in tool-result` looks at what other tools give back";
    report(fault("GW3071", item.span, message, help));
  }
  return globs;
}

function limitOf(
  statement: Extract<Statement, { kind: "limit" | "calls" | "concurrency" | "budget" }>,
  workshop: Workshop,
  until: number | null,
): Limit {
  const { per, span } = statement;
  switch (statement.kind) {
    case "limit": {
      const { amount, period } = statement.rate;
      return { measure: statement.measure, tools: null, amount, period, per, warnAt: null, until, span };
    }
    case "calls": {
      const { amount, period } = statement.rate;
      const tools = countedTools(statement, workshop);
      return { measure: "calls", tools, amount, period, per, warnAt: null, until, span };
    }
    case "budget": {
      const { microUsd, period } = statement.rate;
      return { measure: "budget", tools: null, amount: microUsd, period, per, warnAt: statement.warnAt, until, span };
    }
    case "concurrency":
      return {
        measure: "concurrency",
        tools: null,
        amount: statement.amount,
        period: null,
        per,
        warnAt: null,
        until,
        span,
      };
    default:
      return statement satisfies never;
  }
}

/** What a limit on calls counts; an entry of which nothing can be counted is a rule that would never hold. */
function countedTools({ items }: CallsStatement, { groups, report }: Workshop): CountedTools {
  const globs = new Set<string>();
  for (const item of items) {
    const found = groups.expand([item], { thing: "tools", pack: null, reason: WHY_KNOWN.calls }, report);
    const fault = neverCounted(item, found);
    if (fault !== null) report(fault);
    for (const glob of found) globs.add(glob);
  }
  return { globs: [...globs], written: writtenNames(items) };
}

function keyFacts(key: KeyDeclaration, moment: Moments): KeyFacts {
  let digest = "";
  let owner: string | null = null;
  let expires: number | null = null;
  const labels: [string, string][] = [];
  for (const statement of key.body) {
    if (statement.kind === "hash") digest = statement.digest;
    else if (statement.kind === "owner") owner = statement.owner.text;
    else if (statement.kind === "expires") expires = moment(statement.at);
    else if (statement.kind === "label") labels.push([statement.name.text, statement.value.text]);
  }
  return { digest, owner, expires, labels };
}
