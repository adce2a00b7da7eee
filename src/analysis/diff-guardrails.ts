/** What guardrails look for, where, and what they do: definitions that bind somebody in both policies. */
import { inForce } from "../decision/access.ts";
import { deedsAt, strengthOf } from "../decision/deeds.ts";
import { SEVERITIES } from "../language/tree.ts";
import type { Deed, Guardrail, Model, Pattern } from "../model/model.ts";
import { patternCauses } from "./diff-causes.ts";
import { fold } from "./diff-fold.ts";
import { causeAt, type Joint, unmatched } from "./diff-joint.ts";
import type { Cause, Move, Row, Subject } from "./diff-row.ts";
import { actionText } from "./guardrail-words.ts";

/** Guardrails that only changed their name: old name to new name. */
export function renamedGuardrails(joint: Joint): ReadonlyMap<string, string> {
  const names = (model: Model): ReadonlySet<string> => new Set(model.guardrails.map(({ name }) => name));
  const [before, after] = [names(joint.old.model), names(joint.new.model)];
  const come = joint.new.model.guardrails.filter(({ name }) => !before.has(name));
  const renamed = new Map<string, string>();
  for (const guardrail of joint.old.model.guardrails) {
    if (after.has(guardrail.name)) continue;
    const heir = come.find((it) => meaning(it) === meaning(guardrail));
    if (heir === undefined) continue;
    renamed.set(guardrail.name, heir.name);
    come.splice(come.indexOf(heir), 1);
  }
  return renamed;
}

/** The rows about definitions. */
export function guardrailRows(joint: Joint, renamed: ReadonlyMap<string, string>): readonly Row[] {
  const used = { old: bound(joint.old.model, joint.at), new: bound(joint.new.model, joint.at) };
  return joint.old.model.guardrails.flatMap((old) => {
    const name = renamed.get(old.name) ?? old.name;
    const now = joint.new.model.guardrails.find((it) => it.name === name);
    if (now === undefined || !used.old.has(old.name) || !used.new.has(name)) return [];
    const binds = used.old.get(old.name) === "binds" || used.new.get(name) === "binds";
    return changesOf(joint, old, now).map(([move, change, causes]) =>
      rowOf(joint, { old, now, move: binds ? move : "neutral", change, causes }),
    );
  });
}

/** The guardrails that bind somebody, and those that are only observed. */
function bound({ nodes }: Model, at: number): ReadonlyMap<string, "binds" | "observed"> {
  const uses = nodes.flatMap(({ guards }) => guards).filter(({ until }) => inForce(until, at));
  const binding = uses.filter(({ observe }) => !observe);
  return new Map([
    ...uses.map(({ guardrail }) => [guardrail, "observed"] as const),
    ...binding.map(({ guardrail }) => [guardrail, "binds"] as const),
  ]);
}

/** The causes are the declarations of the guardrail unless others are named. */
type Change = readonly [move: Move, change: string, causes?: readonly Cause[]];

function changesOf(joint: Joint, old: Guardrail, now: Guardrail): readonly Change[] {
  const changes: Change[] = [];
  if (old.name !== now.name) changes.push(["neutral", `was called ${old.name}`]);
  changes.push(...setChange("looks at", new Set(old.on), new Set(now.on)));
  changes.push(...setChange("looks in", new Set(old.in), new Set(now.in)));
  changes.push(...setChange("decodes", new Set(old.decode), new Set(now.decode)));
  if (old.sample !== now.sample) {
    const words = `looks at ${now.sample}% of conversations, not ${old.sample}%`;
    changes.push([now.sample > old.sample ? "tighter" : "wider", words]);
  }
  changes.push(...patternChange(joint, old, now), ...askChange(joint, old, now), ...actionChange(old, now));
  return changes;
}

/** A service is compared by what it is and checks; that another one is as strict nobody can say from here. */
function askChange(joint: Joint, { ask: old }: Guardrail, { ask: now }: Guardrail): readonly Change[] {
  if (old === null || now === null) {
    if (old === now) return [];
    return [["changed", now === null ? `no longer asks ${old?.service}` : `asks ${now.service}`]];
  }
  const changes: Change[] = [];
  const [before, after] = [serviceText(joint.old.model, old.service), serviceText(joint.new.model, now.service)];
  if (before !== after) {
    const same = old.service === now.service;
    changes.push(["changed", same ? `asks ${now.service} in another way` : `asks ${now.service}, not ${old.service}`]);
  }
  if (old.onError !== now.onError) {
    const move = now.onError === "block" ? "tighter" : "wider";
    changes.push([move, `on error ${old.onError} → ${now.onError}`]);
  }
  if (old.timeoutMs !== now.timeoutMs) {
    changes.push(["neutral", `waits ${now.timeoutMs}ms for a verdict, not ${old.timeoutMs}ms`]);
  }
  return changes;
}

/** A service without its name and place: a new name for the same is no change. */
function serviceText({ services }: Model, name: string): string {
  const { name: _name, span: _span, ...rest } = services.find((service) => service.name === name)!;
  return JSON.stringify(rest);
}

/** Actions are compared by what they come to at each severity, so that another way to write the same is no change. */
function actionChange(old: Guardrail, now: Guardrail): readonly Change[] {
  const moves = new Set<Move>();
  for (const severity of SEVERITIES) {
    const [before, after] = [deedsAt(old.actions, severity), deedsAt(now.actions, severity)];
    const [weak, strong] = [strengthOf(before.done), strengthOf(after.done)];
    if (weak !== strong) moves.add(strong > weak ? "tighter" : "wider");
    else if (!same(before.done, after.done)) moves.add(moveWithin(before.done, after.done));
    if (!same(before.observed, after.observed)) moves.add("neutral");
  }
  const said = (guardrail: Guardrail): string => guardrail.actions.map(actionText).join(", ");
  if (moves.size === 0) return [];
  const lasting = [...moves].filter((move) => move !== "neutral");
  const move = lasting.length === 0 ? "neutral" : lasting.length === 1 ? lasting[0]! : "changed";
  return [[move, `${said(old)} → ${said(now)}`]];
}

function same(a: Deed | null, b: Deed | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Two deeds of one kind: a mask that keeps less, a redaction that restores nothing is the tighter one. */
function moveWithin(old: Deed | null, now: Deed | null): Move {
  if (old?.kind === "mask" && now?.kind === "mask") return now.keep < old.keep ? "tighter" : "wider";
  if (old?.kind === "redact" && now?.kind === "redact") return now.restore ? "wider" : "tighter";
  return "neutral";
}

function setChange(verb: string, old: ReadonlySet<string>, now: ReadonlySet<string>): readonly Change[] {
  const more = [...now].filter((it) => !old.has(it));
  const less = [...old].filter((it) => !now.has(it));
  if (more.length + less.length === 0) return [];
  const words = [
    more.length > 0 ? `${verb} ${more.join(", ")} too` : [],
    less.length > 0 ? `no longer ${verb} ${less.join(", ")}` : [],
  ];
  return [[direction(more.length > 0, less.length > 0), words.flat().join("; ")]];
}

function direction(more: boolean, less: boolean): Move {
  return more && less ? "changed" : more ? "tighter" : "wider";
}

/** Expressions are compared as written; what two of them have in common is not told. */
function patternChange(joint: Joint, old: Guardrail, now: Guardrail): readonly Change[] {
  const [before, after] = [expressionsOf(old), expressionsOf(now)];
  const left = unmatched(before, after, ({ expression }) => expression);
  const listed = (them: readonly Looked[]): string =>
    [...new Set(them.map(({ pattern }) => pattern || now.name))].join(", ");
  const [come, gone] = [listed(left.new), listed(left.old)];
  if (come !== "" && come === gone) {
    const words = `looks for ${come} in another way`;
    // What the guardrail writes out itself is told by its own declaration.
    if (left.new.some(({ pattern }) => pattern === "")) return [["changed", words]];
    const owners = (them: readonly Looked[]) => [...new Set(them.map(({ owner }) => owner))];
    return [["changed", words, patternCauses(joint, { old: owners(left.old), new: owners(left.new) })]];
  }
  if (come !== "" || gone !== "") {
    const words = [come === "" ? [] : [`looks for ${come} too`], gone === "" ? [] : [`no longer looks for ${gone}`]];
    return [[direction(come !== "", gone !== ""), words.flat().join("; ")]];
  }
  const renamed = unmatched(before, after, ({ pattern, expression }) => `${pattern} ${expression}`);
  if (renamed.new.length + renamed.old.length === 0) return [];
  return [["neutral", `calls what it finds ${listed(after)}, not ${listed(before)}`]];
}

/** An expression and the name that its finds have; empty for the guardrail's own. */
interface Looked {
  readonly pattern: string;
  readonly expression: string;
  readonly owner: Pattern;
}

function expressionsOf({ name, patterns, actions }: Guardrail): readonly Looked[] {
  const graded = actions.some(({ at }) => at !== "low");
  return patterns.flatMap((pattern) =>
    pattern.expressions.map(({ source, flags }) => ({
      owner: pattern,
      pattern: pattern.name === name ? "" : pattern.name,
      // How grave a finding is matters only where actions ask for it.
      expression: `${flags} ${source} ${JSON.stringify(pattern.filter)}${graded ? ` ${pattern.severity}` : ""}`,
    })),
  );
}

/** All that a guardrail does, without its name. */
function meaning(guardrail: Guardrail): string {
  const { on, in: places, decode, sample, ask, actions } = guardrail;
  const looked = expressionsOf(guardrail).map(({ pattern, expression }) => `${pattern} ${expression}`);
  const deeds = SEVERITIES.map((severity) => deedsAt(actions, severity));
  const sets = [on, places, decode].map((set) => [...set].sort());
  return JSON.stringify([sets, [...new Set(looked)].sort(), sample, ask, deeds]);
}

interface RowParts {
  readonly old: Guardrail;
  readonly now: Guardrail;
  readonly move: Move;
  readonly change: string;
  readonly causes: readonly Cause[] | undefined;
}

function rowOf(joint: Joint, { old, now, move, change, causes }: RowParts): Row {
  const { nodes } = joint.new.model;
  const binding = nodes.flatMap(({ guards }, index) =>
    guards.some(({ guardrail }) => guardrail === now.name) ? [index] : [],
  );
  const below = new Set(binding);
  for (const [index, { parent }] of nodes.entries()) if (parent !== null && below.has(parent)) below.add(index);
  const { label, teams, keys } = fold(nodes, below, joint.added);
  const subject: Subject = { label: `guardrail ${now.name} of ${label}`, roots: [], teams, keys };
  const declared: readonly Cause[] = [
    { ...causeAt(joint, "new", now.span, ""), text: `guardrail ${now.name}` },
    { ...causeAt(joint, "old", old.span, ""), text: `guardrail ${old.name}` },
  ];
  const cache = (isRewriting(old) || isRewriting(now)) && move !== "neutral";
  const plain = { names: null, example: null, from: null, until: null };
  const behind = causes ?? declared;
  return { about: "guardrail", move, subject, change, ...plain, causes: behind, nodes: [...below], cache };
}

/** Whether a guardrail changes requests, and with them what a provider has cached. */
export function isRewriting({ on, actions }: Guardrail): boolean {
  const writes = actions.some(({ deed, observe }) => !observe && (deed.kind === "redact" || deed.kind === "mask"));
  return writes && on.includes("request");
}
