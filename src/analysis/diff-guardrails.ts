/** What guardrails look for, where, and what they do: definitions that bind somebody in both policies. */
import { inForce } from "../decision/access.ts";
import type { Guardrail, Model } from "../model/model.ts";
import { fold } from "./diff-fold.ts";
import { causeAt, type Joint, unmatched } from "./diff-joint.ts";
import type { Cause, Move, Row, Subject } from "./diff-row.ts";

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
    return changesOf(old, now).map(([move, change]) => rowOf(joint, { old, now, move, change }));
  });
}

function bound({ nodes }: Model, at: number): ReadonlySet<string> {
  const uses = nodes.flatMap(({ guards }) => guards);
  return new Set(uses.filter(({ until }) => inForce(until, at)).map(({ guardrail }) => guardrail));
}

type Change = readonly [move: Move, change: string];

function changesOf(old: Guardrail, now: Guardrail): readonly Change[] {
  const changes: Change[] = [];
  if (old.name !== now.name) changes.push(["neutral", `was called ${old.name}`]);
  changes.push(...setChange("looks at", new Set(old.on), new Set(now.on)));
  changes.push(...setChange("looks in", new Set(old.in), new Set(now.in)));
  changes.push(...patternChange(old, now));
  if (old.action.kind !== now.action.kind) {
    changes.push([
      now.action.kind === "reject" ? "tighter" : "wider",
      `action ${old.action.kind} → ${now.action.kind}`,
    ]);
  } else if (
    old.action.kind === "reject" &&
    now.action.kind === "reject" &&
    old.action.message !== now.action.message
  ) {
    changes.push(["neutral", `says "${now.action.message}", not "${old.action.message}"`]);
  }
  return changes;
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
function patternChange(old: Guardrail, now: Guardrail): readonly Change[] {
  const [before, after] = [expressionsOf(old), expressionsOf(now)];
  const left = unmatched(before, after, ({ expression }) => expression);
  const listed = (them: readonly Looked[]): string =>
    [...new Set(them.map(({ pattern }) => pattern || now.name))].join(", ");
  const [come, gone] = [listed(left.new), listed(left.old)];
  if (come !== "" && come === gone) return [["changed", `looks for ${come} in another way`]];
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
}

function expressionsOf({ name, patterns }: Guardrail): readonly Looked[] {
  return patterns.flatMap((pattern) =>
    pattern.expressions.map(({ source, flags }) => ({
      pattern: pattern.name === name ? "" : pattern.name,
      expression: `${flags} ${source}`,
    })),
  );
}

/** All that a guardrail does, without its name. */
function meaning(guardrail: Guardrail): string {
  const { on, in: places, action } = guardrail;
  const looked = expressionsOf(guardrail).map(({ pattern, expression }) => `${pattern} ${expression}`);
  return JSON.stringify([[...on].sort(), [...places].sort(), [...new Set(looked)].sort(), action]);
}

function rowOf(
  joint: Joint,
  { old, now, move, change }: { old: Guardrail; now: Guardrail; move: Move; change: string },
): Row {
  const { nodes } = joint.new.model;
  const binding = nodes.flatMap(({ guards }, index) =>
    guards.some(({ guardrail }) => guardrail === now.name) ? [index] : [],
  );
  const below = new Set(binding);
  for (const [index, { parent }] of nodes.entries()) if (parent !== null && below.has(parent)) below.add(index);
  const { label, teams, keys } = fold(nodes, below, joint.added);
  const subject: Subject = { label: `guardrail ${now.name} of ${label}`, roots: [], teams, keys };
  const causes: readonly Cause[] = [
    { ...causeAt(joint, "new", now.span, ""), text: `guardrail ${now.name}` },
    { ...causeAt(joint, "old", old.span, ""), text: `guardrail ${old.name}` },
  ];
  const isRewriting = (it: Guardrail): boolean => it.action.kind === "redact" && it.on.includes("request");
  const cache = (isRewriting(old) || isRewriting(now)) && move !== "neutral";
  const plain = { names: null, example: null, from: null, until: null };
  return { about: "guardrail", move, subject, change, ...plain, causes, nodes: [...below], cache };
}
