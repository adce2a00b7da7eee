/** Models built by hand, for tests that need no text. */

import { compile } from "../../src/decision/compile.ts";
import type { Facts } from "../../src/decision/facts.ts";
import type { Principal } from "../../src/decision/principal.ts";
import type { Revision, Table } from "../../src/decision/table.ts";
import type { Span } from "../../src/language/source.ts";
import type {
  Access,
  Active,
  Confirmation,
  Deed,
  Flow,
  Group,
  Guardrail,
  GuardUse,
  Limit,
  Model,
  Node,
  Price,
  Provider,
  ResultRule,
} from "../../src/model/model.ts";
import type { Predicate } from "../../src/model/predicate.ts";

export const REVISION: Revision = { id: "0123456789ab", content: "0".repeat(64), commit: null };

/** A span at a line of `p.policy`. */
export function at(line: number): Span {
  return { path: "p.policy", start: line * 100, end: line * 100 + 10, line, column: 1 };
}

/** `allow models a, b`, as one word list. */
export function access(
  line: number,
  text: string,
  until: number | null = null,
  where: Predicate | null = null,
): Access {
  const [effect, thing, ...globs] = text.split(/[\s,]+/);
  const kinds = { effect: effect as Access["effect"], thing: thing as Access["thing"] };
  return { ...kinds, globs, written: globs, except: [], where, until, span: at(line) };
}

export interface NodeParts {
  readonly access?: readonly Access[];
  readonly guards?: readonly GuardUse[];
  readonly limits?: readonly Limit[];
  readonly active?: readonly Active[];
  readonly observed?: readonly Access[];
  readonly flows?: readonly Flow[];
  readonly confirmations?: readonly Confirmation[];
  readonly results?: readonly ResultRule[];
  readonly ungranted?: Node["ungranted"];
  readonly expires?: number;
  readonly doc?: string;
}

/** A node named `org acme`, `team eng/pay` or `key ci`; keys get a digest of their index. */
export function node(line: number, words: string, parent: number | null, parts: NodeParts = {}): Node {
  const [kind, name] = words.split(" ") as [Node["kind"], string];
  const {
    access = [],
    observed = [],
    flows = [],
    confirmations = [],
    results = [],
    guards = [],
    limits = [],
    active = [],
    ungranted = null,
    expires = null,
    doc = null,
  } = parts;
  const digest = line.toString(16).padStart(64, "0");
  const key = kind === "key" ? { digest, owner: null, expires, labels: [] } : null;
  const statements = { access, observed, flows, confirmations, results, guards, limits, active, ungranted };
  return { kind, name, parent, ...statements, key, doc, span: at(line) };
}

export function limit(line: number, parts: Partial<Limit>): Limit {
  return {
    measure: "requests",
    tools: null,
    amount: 10,
    period: "min",
    per: "block",
    warnAt: null,
    until: null,
    span: at(line),
    ...parts,
  };
}

export function provider(name: string): Provider {
  return { name, kind: "simulated", url: null, credential: null, span: at(900) };
}

export function group(line: number, name: string, globs: readonly string[], via: readonly string[] = []): Group {
  return { name, globs, via, span: at(line) };
}

export function price(line: number, globs: readonly string[], parts: Partial<Price> = {}): Price {
  const plain = { input: 1e6, output: 5e6, cacheRead: 1e5, cacheWrite: 1_250_000, cacheWrite1h: 2e6 };
  return { globs, ...plain, above: null, from: null, own: true, span: at(line), ...parts };
}

/** A guardrail's parts that make it do one thing about whatever it finds. */
export function doing(deed: Deed): Pick<Guardrail, "decode" | "sample" | "ask" | "actions"> {
  return { decode: [], sample: 100, ask: null, actions: [{ deed, at: "low", observe: false }] };
}

/** The deeds that most tests are about. */
export const REDACT: Deed = { kind: "redact", restore: false };
export const REJECT: Deed = { kind: "reject", message: "no" };

export function model(parts: Partial<Model> & Pick<Model, "nodes">): Model {
  return {
    timezone: "UTC",
    providers: [provider("main")],
    servers: [],
    models: [],
    tools: [],
    prices: [],
    guardrails: [],
    patterns: [],
    services: [],
    audit: { content: "none", keepDays: null },
    tests: [],
    invariants: [],
    lists: [],
    allowances: [],
    ...parts,
  };
}

/** The table of a model that has no fault. */
export function tableOf(it: Model): Table {
  const { table, diagnostics } = compile(it, REVISION);
  if (table === null) throw new Error(JSON.stringify(diagnostics));
  return table;
}

/** The holder of a key. */
export function holder(table: Table, name: string): Principal {
  for (const key of table.keys.values()) if (key.name === name) return { key, node: key.node };
  throw new Error(`no key ${name}`);
}

export function facts(parts: Partial<Facts> = {}): Facts {
  const plain = { purpose: "generate", model: "claude-haiku-5-5", tools: [], doors: [] } as const;
  return { ...plain, stream: true, maxTokens: 1_000, estimate: 100, ...parts };
}
