/** How what a server offers differs from its lock, as people read it. */
import { type Drift, driftOf } from "../decision/drift.ts";
import type { Lock } from "../model/lock.ts";
import { definitionWords, visible } from "./definition-words.ts";

/** Differences between two locks of one server. */
export function lockDrift(pinned: Lock, offered: Lock): readonly Drift[] {
  const digests = ({ tools }: Lock) => tools.map(({ name, digest }) => [name, digest] as const);
  return driftOf(
    { tools: digests(pinned), instructions: pinned.instructions?.digest ?? null },
    { tools: new Map(digests(offered)), instructions: offered.instructions?.digest ?? null },
  );
}

/** One line for a difference: `tool get_issue is not what was pinned`. */
export function driftLine({ tool, change }: Drift): string {
  switch (change) {
    case "instructions":
      return "the instructions are not what was pinned";
    case "changed":
      return `tool ${tool} is not what was pinned`;
    case "new":
      return `tool ${tool} is new, and not granted before it is pinned`;
    case "gone":
      return `tool ${tool} is pinned, and not offered any more`;
    default:
      return change satisfies never;
  }
}

/** What a difference consists of, one line for each part. */
export function driftDetails({ tool, change }: Drift, pinned: Lock, offered: Lock): string[] {
  switch (change) {
    case "instructions":
      return [`it said ${textOf(pinned)} and says ${textOf(offered)}`];
    case "changed":
      return definitionWords(definitionOf(pinned, tool!), definitionOf(offered, tool!));
    case "new":
      return [`it says ${visible(JSON.stringify(definitionOf(offered, tool!)))}`];
    case "gone":
      return [];
    default:
      return change satisfies never;
  }
}

function textOf({ instructions }: Lock): string {
  return instructions === null ? "nothing" : visible(JSON.stringify(instructions.text));
}

function definitionOf({ tools }: Lock, name: string): unknown {
  return JSON.parse(tools.find((tool) => tool.name === name)!.definition);
}
