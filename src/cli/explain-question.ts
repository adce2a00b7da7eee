/** `gw policy explain key NAME --model X --tool Y --input JSON --at T`: the decision that the gateway would take, and why. */
import { writtenLines } from "../analysis/effective.ts";
import { type Answer, answer, type Verdict } from "../analysis/question.ts";
import type { Decision, Hold } from "../decision/decision.ts";
import type { Table } from "../decision/table.ts";
import { type Asked, drawOrigins, momentText, shownPlace } from "./explain-words.ts";
import type { Channel } from "./terminal.ts";

/** Tells the decision; answers 1 when the request does not pass, or not with the tool. */
export function explainQuestion({ side, node, at, dir, format, model, tool, input }: Asked, out: Channel): 0 | 1 {
  const found = answer(side.table, { node, model, tool, input, at });
  const { kind, name } = side.table.nodes[node]!;
  const written = writtenLines(side, node);
  if (format === "json") {
    const decision = decisionJson(found.decision, side.table);
    const calls = found.calls.map(holdJson);
    const told = { subject: `${kind} ${name}`, at: momentText(at), directory: dir, ...found, decision, calls };
    out.write(`${JSON.stringify(told, null, 2)}\n`);
    return found.passes ? 0 : 1;
  }
  const verdicts = [found.model, found.tool].flatMap((verdict, i) =>
    verdict === null ? [] : [drawVerdict(i === 0 ? "model" : "tool", verdict, { dir, out, written })],
  );
  const flows =
    found.flows.length === 0 ? "" : `    but not after what these name:\n${drawOrigins(found.flows, dir, written)}`;
  const counted =
    found.calls.length === 0 ? "" : `  a call of it is counted by\n${drawHolds(found.calls, { dir, out, written })}`;
  const asks =
    found.asks.length === 0
      ? ""
      : `    a person confirms ${whichCalls(found)}\n${drawOrigins(found.asks, dir, written)}`;
  const results =
    found.results === null
      ? ""
      : `    what it gives back is held to a size\n${drawOrigins([found.results], dir, written)}`;
  const sought =
    found.sought.length === 0
      ? ""
      : `    what it gives back is looked through\n${drawOrigins(found.sought, dir, written)}`;
  const head = `${out.style("bold", `${kind} ${name}`)} at ${momentText(at)}\n`;
  out.write(
    [
      head,
      ...verdicts,
      flows,
      drawCall(found, { dir, out, written }),
      asks,
      results,
      sought,
      counted,
      found.call?.granted === false
        ? ""
        : drawDecision(found.decision, { dir, out, written, isAboutModel: model !== null }),
    ].join(""),
  );
  return found.passes ? 0 : 1;
}

function whichCalls({ asksWhere, call }: Answer): string {
  if (call !== null) return "this call";
  return asksWhere === null ? "each call" : `calls where ${asksWhere}, or it may be so`;
}

/** A decision for programs: counters by their names, guardrails by theirs. */
function decisionJson(decision: Decision | null, { guardrails }: Table) {
  if (decision?.kind !== "allow") return decision;
  return {
    ...decision,
    holds: decision.holds.map(holdJson),
    guards: decision.guards.map((index) => guardrails[index]!.name),
  };
}

function holdJson({ counter, amount, origin }: Hold) {
  return { counter, amount, ...origin };
}

interface Page {
  readonly dir: string;
  readonly out: Channel;
  readonly written: ReadonlyMap<string, string>;
}

const WHY = {
  allow: "an allow names it, and nothing takes it away",
  deny: "a deny names it, and deny beats everything",
  only: "it lies outside an only, the ceiling of everybody below",
  absence: "no allow names it",
} as const satisfies Record<Verdict["by"], string>;

function drawVerdict(word: string, { name, granted, by, origins }: Verdict, { dir, out, written }: Page): string {
  const state = granted ? out.style("green", "granted") : out.style("red", "not granted");
  const seen = by === "absence" && origins.length > 0 ? ", not even these" : "";
  return `  ${word} ${name}: ${state}; ${WHY[by]}${seen}\n${drawOrigins(origins, dir, written)}`;
}

/** The call that was asked about; else what calls are held to. */
function drawCall({ tool, condition, call }: Answer, { dir, out, written }: Page): string {
  if (tool?.granted !== true) return "";
  if (call === null) return condition === null ? "" : `  calls of it: only where ${condition}\n`;
  const state = call.granted ? out.style("green", "granted") : out.style("red", "not granted");
  const why = call.granted ? "" : `; it ${call.why}`;
  return `  this call: ${state}${why}\n${drawOrigins([call.origin], dir, written)}`;
}

function drawDecision(
  decision: Decision | null,
  { dir, out, written, isAboutModel }: Page & { readonly isAboutModel: boolean },
): string {
  if (decision === null) return `  ${out.style("red", "refused")}: no model may be used at all\n`;
  if (decision.kind === "refusal") {
    const { reason, message, origins } = decision;
    return `  ${out.style("red", `refused (${reason})`)}: ${message}\n${drawOrigins(origins, dir, written)}`;
  }
  const { routes, strip, holds, guards } = decision;
  const via = isAboutModel ? `, via ${routes.join(" then ")}` : "";
  const cut = strip.length === 0 ? "" : `, without ${strip.join(", ")}`;
  const must = holds.length === 0 ? "" : "  as long as these are kept\n";
  const looked =
    guards.length === 0
      ? ""
      : `  after ${guards.length} ${guards.length === 1 ? "guardrail" : "guardrails"} looked at it\n`;
  return `  ${out.style("green", "passes")}${via}${cut}\n${must}${drawHolds(holds, { dir, out, written })}${looked}`;
}

/** Limits and budgets by their lines, with the counters that they stand for. */
function drawHolds(holds: readonly Hold[], { dir, written }: Page): string {
  return holds
    .map(({ counter, origin }) => {
      return `    ${shownPlace(origin.place, dir)}  ${written.get(origin.place) ?? origin.text}  (${counter})\n`;
    })
    .join("");
}
