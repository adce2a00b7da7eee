/** Promise: the parts of a guardrail fit each other, and each of its actions can be the one that is done. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import { type GuardAction, type GuardrailDeclaration, SEVERITIES } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault, type firstIsHere } from "../fault.ts";
import { partOf } from "../services.ts";

/** Guardrails that are incomplete, or whose parts contradict each other. */
export function guardrailsMakeSense(declared: Declared): Diagnostic[] {
  return [...declared.guardrails.values()].flatMap(({ declaration }) => [
    ...incomplete(declaration),
    ...(declaration.ask === null ? withoutAsk(declaration) : withAsk(declaration)),
    ...deafToAnswers(declaration, declared),
    ...amounts(declaration),
    ...neverDone(declaration.actions),
  ]);
}

function incomplete({ name, on, match, ask, actions }: GuardrailDeclaration): Diagnostic[] {
  const absent = [
    on.length === 0 && "on request, response",
    match.length === 0 && ask === null && "match /…/",
    actions.length === 0 && "action redact",
  ].filter((part) => part !== false);
  return absent.map((part) => {
    const word = part.split(" ")[0];
    return fault("GW3022", name.span, `guardrail \`${name.text}\` has no \`${word}\``, `add \`${part}\``);
  });
}

function misfit(span: Span, message: string, help: string): Diagnostic {
  return fault("GW3045", span, message, help);
}

function withoutAsk({ timeout, onError }: GuardrailDeclaration): Diagnostic[] {
  const parts = [timeout && ({ part: "timeout", ...timeout } as const), onError && { part: "on error", ...onError }];
  return parts.flatMap((it) =>
    it === null
      ? []
      : [misfit(it.span, `\`${it.part}\` is about a service, and this guardrail asks none`, "add `ask SERVICE`")],
  );
}

function withAsk(declaration: GuardrailDeclaration): Diagnostic[] {
  const { ask, match, decode, actions, onError } = declaration;
  const diagnostics: Diagnostic[] = [];
  if (onError === null) {
    const message = `guardrail \`${declaration.name.text}\` does not say what counts when the service gives no verdict`;
    const help = "add `on error block`, or `on error allow`; neither is the safe choice for everybody";
    diagnostics.push(fault("GW3044", ask!.span, message, help));
  }
  const looked = match[0]?.span ?? decode[0]?.span;
  if (looked !== undefined) {
    const message = "a guardrail looks by itself or asks a service, not both";
    diagnostics.push(misfit(looked, message, "make two guardrails of it, and `guard` both"));
  }
  for (const { deed, at, span } of actions) {
    if (deed.kind === "redact" || deed.kind === "mask") {
      const message = `a verdict of a service is about a whole text, so there is nothing to ${deed.kind}`;
      diagnostics.push(misfit(span, message, 'write `action reject "why"` or `action flag`'));
    } else if (at !== null) {
      diagnostics.push(misfit(span, "a verdict of a service has no severity", `leave out \`at ${at}\``));
    }
  }
  return diagnostics;
}

/** Prompt Shields have nothing to say of an answer. */
function deafToAnswers({ ask, on }: GuardrailDeclaration, { services }: Declared): Diagnostic[] {
  const service = ask === null ? undefined : services.get(ask.service.text)?.declaration;
  if (service === undefined || partOf(service)("kind")?.name.text !== "azure-content-safety") return [];
  const checks = service.body.flatMap((statement) => (statement.kind === "check" ? [statement.name.text] : []));
  if (checks.length === 0 || checks.some((name) => name !== "attacks")) return [];
  return on.flatMap(({ stage, span }) => {
    if (stage !== "response") return [];
    const message = `service \`${service.name.text}\` looks for attacks on the model, and what a model answers is none`;
    return [misfit(span, message, "write `on request`, or give the service another `check`")];
  });
}

const MOST_KEPT = 8;
const LEAST_MS = 10;
const MOST_MS = 60_000;

function amounts({ sample, timeout, actions }: GuardrailDeclaration): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  if (sample !== null && (sample.percent < 1 || sample.percent > 100)) {
    diagnostics.push(fault("GW3024", sample.span, `\`sample ${sample.percent}%\` is out of range`, "write 1% to 100%"));
  }
  if (timeout !== null && (timeout.ms < LEAST_MS || timeout.ms > MOST_MS)) {
    diagnostics.push(fault("GW3024", timeout.span, "this timeout is out of range", "write 10ms to 60s"));
  }
  for (const { deed, span } of actions) {
    if (deed.kind !== "mask" || deed.keep <= MOST_KEPT) continue;
    const message = `\`mask keep ${deed.keep}\` would keep too much of a value`;
    diagnostics.push(fault("GW3024", span, message, `keep at most ${MOST_KEPT} characters`));
  }
  return diagnostics;
}

const STRENGTH = { flag: 1, mask: 2, redact: 3, reject: 4 } as const;

/** An action beside one that is at least as strong and reached at least as soon. */
function neverDone(actions: readonly GuardAction[]): Diagnostic[] {
  const from = ({ at }: GuardAction): number => SEVERITIES.indexOf(at ?? "low");
  return actions.flatMap((action, index) => {
    const rival = actions.find((other, place) => {
      if (other === action || other.observe !== action.observe || from(other) > from(action)) return false;
      const [mine, its] = [STRENGTH[action.deed.kind], STRENGTH[other.deed.kind]];
      return its > mine || (its === mine && (from(other) < from(action) || place < index));
    });
    if (rival === undefined) return [];
    const message =
      "this action is never done: another one is as strong, and done from the same severity or a lower one";
    const help = "of the actions that a finding reaches, the strongest is done: reject, redact, mask, flag";
    return [fault("GW3046", action.span, message, help, rival === undefined ? [] : firstOf(rival))];
  });
}

function firstOf({ span }: GuardAction): ReturnType<typeof firstIsHere> {
  return [{ message: "the other one is here", span }];
}
