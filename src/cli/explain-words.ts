/** What every kind of `gw policy explain` shares: the directory it reads, the node it is about, and how lines are drawn. */
import { join } from "node:path";
import type { Side } from "../analysis/diff-joint.ts";
import type { Line } from "../analysis/effective.ts";
import type { Origin } from "../decision/origin.ts";
import { didYouMean } from "../language/suggest.ts";
import type { Loaded } from "../revision/load.ts";
import { Complaint } from "./complaint.ts";
import { drawDiagnostics } from "./report.ts";
import type { Channel } from "./terminal.ts";

/** A node of a policy, what is asked about it, and how it is told. */
export interface Asked {
  readonly side: Side;
  readonly node: number;
  readonly at: number;
  readonly dir: string;
  readonly format: "text" | "json";
  readonly model: string | null;
  readonly tool: string | null;
  /** What the tool is called with; null when that is not asked. */
  readonly input: Readonly<Record<string, unknown>> | null;
}

/** The directory that is explained when none is named. */
export const DEFAULT_DIR = "policy";

/** The policy of a directory, fit to be asked. Throws Complaint, with every fault drawn, when it is not good. */
export function askable(loaded: Loaded, dir: string, err: Channel): Side {
  const { model, table, diagnostics } = loaded.built;
  if (model !== null && table !== null) return { model, table, texts: loaded.texts };
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  err.write(`${drawDiagnostics(errors, { dir, texts: loaded.texts }, err)}\n`);
  throw new Complaint(`the policy in \`${dir}\` is not good, so it explains nothing`, null, 1);
}

/** The node that a person means. Throws Complaint when there is none. */
export function nodeNamed({ model }: Side, kind: "org" | "team" | "key", name: string): number {
  if (kind === "org") return 0;
  const found = model.nodes.findIndex((node) => node.kind === kind && node.name === name);
  if (found >= 0) return found;
  const names = model.nodes.filter((node) => node.kind === kind).map((node) => node.name);
  const near = didYouMean(name, names);
  throw new Complaint(`there is no ${kind} \`${name}\``, near === null ? null : `did you mean \`${near}\`?`);
}

/** A place as seen from where the command runs; packs that ship lie in no directory. */
export function shownPlace(place: string, dir: string): string {
  return place.startsWith("builtin:") ? place : join(dir, place);
}

/** A line of the policy: where, what, and in whose block. */
export function drawLine({ place, text, node, ended }: Line, dir: string, channel: Channel): string {
  const state = ended ? channel.style("yellow", "  (ended)") : "";
  return `    ${shownPlace(place, dir)}  ${text}${state}  ${channel.style("dim", node)}\n`;
}

/** Deciding lines, in the words of the policy where they are known. */
export function drawOrigins(
  origins: readonly Origin[],
  dir: string,
  written: ReadonlyMap<string, string> = new Map(),
): string {
  return origins.map(({ place, text }) => `    ${shownPlace(place, dir)}  ${written.get(place) ?? text}\n`).join("");
}

/** A moment as JSON and people read it: UTC, whole seconds where it has no others. */
export function momentText(at: number): string {
  return new Date(at).toISOString().replace(/(?::00)?\.000Z$/, "Z");
}
