/**
 * One question to a policy, may this node use this model and this tool, called with this input, at this moment: answered with
 * the reasons.
 */
import { chainOf, type Explanation, explain } from "../decision/access.ts";
import { type CallGrant, callGranted } from "../decision/call-granted.ts";
import { callLimits, siteOf } from "../decision/call-limits.ts";
import { confirmedBy, confirmRulesFor } from "../decision/confirmed-by.ts";
import { decide, someModel } from "../decision/decide.ts";
import type { Decision, Hold } from "../decision/decision.ts";
import type { Facts } from "../decision/facts.ts";
import { heldResult } from "../decision/held-result.ts";
import type { Origin } from "../decision/origin.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import { runtimeOf, viewOf } from "../decision/view.ts";
import { predicateText } from "../model/predicate-text.ts";
import { conditionsAt } from "./condition.ts";

/** What is asked; at least one of model and tool. */
export interface Question {
  readonly node: number;
  readonly model: string | null;
  readonly tool: string | null;
  /** What the tool is called with; null: the question is about the offer. */
  readonly input: Readonly<Record<string, unknown>> | null;
  readonly at: number;
}

/** Why a name is granted or not. */
export interface Verdict {
  readonly name: string;
  readonly granted: boolean;
  /** `deny`, `only` and `allow`: the lines that decide say so. `absence`: no line allows it. */
  readonly by: Explanation["by"];
  readonly origins: readonly Origin[];
}

export interface Answer {
  /** What the gateway would answer; null when only a tool was asked for and no model may be used at all. */
  readonly decision: Decision | null;
  readonly model: Verdict | null;
  readonly tool: Verdict | null;
  /** Flow rules by which the tool may not be called any more after others. */
  readonly flows: readonly Origin[];
  /** What calls of the tool are held to, in the words of `where`; null when any input will do, or the tool is not granted. */
  readonly condition: string | null;
  /** The call; null when no input was given. */
  readonly call: CallGrant | null;
  /** What a call of the tool is counted by. */
  readonly calls: readonly Hold[];
  /** The lines by which a person has to confirm a call of the tool, or some calls where no input was given. */
  readonly asks: readonly Origin[];
  /** Which calls these are, in the words of `where`; null when it is each call, or the one that was given. */
  readonly asksWhere: string | null;
  /** The line that says how large what the tool gives back may be; null when none does. */
  readonly results: Origin | null;
  /** The lines that look for something in what the tool gives back. */
  readonly sought: readonly Origin[];
  /** True when the request passes, nothing that was asked for is taken out of it, and the call is granted if one was given. */
  readonly passes: boolean;
}

/** Answers a question as the gateway would. Counters are not asked: they are not the policy's. */
export function answer(table: Table, question: Question): Answer {
  const { node, model, tool, input, at } = question;
  const principal = principalOf(table, node);
  const asked = model ?? someModel(table, principal, at);
  const decision = asked === null ? null : decide(table, principal, factsOf(asked, tool), at);
  const verdicts = {
    model: model === null ? null : verdictOf(table, question, { thing: "models", name: model }),
    tool: tool === null ? null : verdictOf(table, question, { thing: "tools", name: tool }),
  };
  const flows = tool === null || !verdicts.tool!.granted ? [] : flowsOf(table, question, tool);
  const asking = tool === null || !verdicts.tool!.granted ? NOBODY_ASKED : askedAbout(table, principal, tool, question);
  const held = tool === null || !verdicts.tool!.granted ? null : heldResult(table, principal, tool, at);
  const call = tool === null || input === null ? null : callGranted(table, principal, { tool, input }, at);
  const condition = tool === null ? null : conditionText(table, node, tool, at);
  const passes = decision?.kind === "allow" && verdicts.tool?.granted !== false && call?.granted !== false;
  const isCounted = tool !== null && verdicts.tool!.granted && siteOf(table, tool) !== null;
  const calls = isCounted ? callLimits(table, principal, tool, at) : [];
  const results = held?.largest?.origin ?? null;
  const sought = (held?.searches ?? []).map(({ origin }) => origin);
  return { decision, ...verdicts, flows, ...asking, condition, call, calls, results, sought, passes };
}

const NOBODY_ASKED = { asks: [], asksWhere: null } as const;

/** Who confirms the call, or which calls of the tool where none is given. */
function askedAbout(
  table: Table,
  principal: Principal,
  tool: string,
  { input, at }: Question,
): Pick<Answer, "asks" | "asksWhere"> {
  if (input !== null) {
    const origin = confirmedBy(table, principal, { tool, input: () => input }, at);
    return origin === null ? NOBODY_ASKED : { asks: [origin], asksWhere: null };
  }
  const rules = confirmRulesFor(table, principal, tool, at);
  const always = rules.find(({ where }) => where === null);
  if (always !== undefined) return { asks: [always.origin], asksWhere: null };
  const conditions = rules.map(({ where }) => where!);
  const [only] = conditions;
  if (only === undefined) return NOBODY_ASKED;
  const whole = conditions.length === 1 ? only : ({ kind: "or", of: conditions } as const);
  return { asks: rules.map(({ origin }) => origin), asksWhere: predicateText(whole) };
}

function flowsOf(table: Table, { node, at }: Question, tool: string): readonly Origin[] {
  const runtime = runtimeOf(table);
  return viewOf(runtime, node, at).flows?.originsOf(runtime.atomOf.tools(tool)) ?? [];
}

function conditionText(table: Table, node: number, tool: string, at: number): string | null {
  const condition = conditionsAt(table, node, at).get(runtimeOf(table).atomOf.tools(tool));
  return condition === undefined ? null : predicateText(condition);
}

/** The holder of a key; for a team or the org, a key in it that never expires. */
export function principalOf(table: Table, node: number): Principal {
  for (const key of table.keys.values()) if (key.node === node) return { key, node };
  const { name, origin } = table.nodes[node]!;
  return { key: { name, node, owner: null, expires: null, origin }, node };
}

function factsOf(model: string, tool: string | null): Facts {
  const tools = tool === null ? [] : [tool];
  return { purpose: "generate", model, tools, doors: [], stream: true, maxTokens: 0, estimate: 0 };
}

function verdictOf(
  table: Table,
  { node, at }: Question,
  { thing, name }: { readonly thing: "models" | "tools"; readonly name: string },
): Verdict {
  const atom = runtimeOf(table).atomOf[thing](name);
  const { granted, by, origins } = explain(chainOf(table.nodes, node), thing, atom, at);
  return { name, granted, by, origins };
}
