/** `test` blocks → tests of the model: subjects as nodes, names as globs, dates as moments. */
import type { Expectation, SendResult, TestDeclaration, TestStatement, Word } from "../language/tree.ts";
import { familyOf } from "./called.ts";
import { fault } from "./fault.ts";
import { globFault } from "./glob.ts";
import { lastMoment } from "./instant.ts";
import { WHY_KNOWN } from "./lists.ts";
import type { Node, Test, TestSend, TestStep } from "./model.ts";
import type { Workshop } from "./nodes.ts";
import { namedPatterns } from "./patterns.ts";

/** The tests in the order of the text; those with an unknown subject are left out (it is reported elsewhere). */
export function buildTests(workshop: Workshop, nodes: readonly Node[]): Test[] {
  const index = new Map(nodes.map((node, at) => [`${node.kind} ${node.name}`, at]));
  return workshop.declared.tests.flatMap((test) => {
    const node = index.get(`${test.subject.kind} ${test.subject.name.text}`);
    const steps = test.body.map((step) => stepOf(step, workshop));
    return node === undefined ? [] : [testOf(test, node, steps)];
  });
}

function testOf({ name, span }: TestDeclaration, node: number, steps: readonly TestStep[]): Test {
  return { name: name.text, node, steps, span };
}

const PLACE = { pack: null, reason: WHY_KNOWN.test } as const;

function stepOf(step: TestStatement, workshop: Workshop): TestStep {
  const { span } = step;
  switch (step.kind) {
    case "can":
    case "cannot": {
      const { kind, thing, items } = step;
      return { kind, thing, globs: workshop.groups.expand(items, { thing, ...PLACE }, workshop.report), span };
    }
    case "otherwise":
      return { kind: "otherwise", span };
    case "at":
      return { kind: "at", at: lastMoment(step.at, workshop.timezone), span };
    case "spent":
      return { kind: "spent", microUsd: step.rate.microUsd, period: step.rate.period, span };
    case "used":
      return { kind: "used", measure: step.measure, amount: step.rate.amount, period: step.rate.period, span };
    case "flight":
      return { kind: "flight", amount: step.amount, span };
    case "called": {
      for (const tool of step.tools) checkName(tool, "tools", workshop);
      return { kind: "called", tools: step.tools.map(({ text }) => text), span };
    }
    case "send":
      return sendOf(step, workshop);
    default:
      return step satisfies never;
  }
}

function checkName({ text, span }: Word, thing: "models" | "tools", { report }: Workshop): void {
  const wrong = globFault(text, thing);
  if (wrong) report(fault(wrong.code, span, wrong.message, wrong.help));
}

function sendOf(step: Extract<TestStatement, { kind: "send" }>, workshop: Workshop): TestStep {
  const { model, tool, input, text, place, microUsd, tokens, times, result, expect, span } = step;
  if (model) checkName(model, "models", workshop);
  if (tool) checkName(tool, "tools", workshop);
  if (tool && result) checkHeld(tool, workshop);
  return {
    kind: "send",
    model: model?.text ?? null,
    tool: tool?.text ?? null,
    input: input?.value ?? null,
    text: text?.text ?? null,
    place,
    microUsd,
    tokens,
    times: times ?? 1,
    result: resultOf(result),
    expect: expectOf(expect, workshop),
    span,
  };
}

/** Only what the gateway's own servers give back is held to lines about results. */
function checkHeld({ text, span }: Word, { report }: Workshop): void {
  if (familyOf(text) === "mcp") return;
  const message = `\`result\` is about tools of the gateway's own servers (\`mcp:\`), not about \`${text}\``;
  const help = 'what other tools give back is played by `text "…" in tool-result`';
  report(fault("GW3071", span, message, help));
}

function resultOf(result: SendResult | null): TestSend["result"] {
  if (result === null) return null;
  return result.kind === "text" ? { kind: "text", text: result.text } : { kind: "size", bytes: result.bytes };
}

type Expect = TestSend["expect"];

function expectOf(expect: Expectation, workshop: Workshop): Expect {
  switch (expect.kind) {
    case "allow":
      return { kind: "allow", remaining: expect.remaining };
    case "refuse":
      return { kind: "refuse", reason: expect.reason?.text ?? null };
    case "redact":
    case "mask":
      return { kind: expect.kind, guardrail: expect.guardrail?.text ?? null, to: expect.to?.text ?? null };
    case "flag":
    case "observe":
      return { kind: expect.kind, guardrail: expect.guardrail?.text ?? null };
    case "found": {
      const { deed, by, to } = expect;
      return { kind: "found", deed, by: by && namedPatterns([by], workshop.patterns), to: to?.text ?? null };
    }
    case "withhold":
      return { kind: "withhold" };
    case "ask":
      return { kind: "ask" };
    case "route":
      return { kind: "route", providers: expect.providers.map(({ text }) => text) };
    default:
      return expect satisfies never;
  }
}
