/** Nodes folded under those that stand highest: `team contractors (+ 214 keys)` says it for all of them. */
import type { Node } from "../model/model.ts";
import type { Subject } from "./diff-row.ts";

const MOST_NAMED = 6;
/** More blocks than this are counted, not listed. */
const MOST_BLOCKS = 4;

/**
 * Folds a group of nodes of one policy. Nodes that are `apart` are no part of the question, and no exception: new ones, or
 * all others, where a row speaks of blocks and not of everything below them.
 */
export function fold(nodes: readonly Node[], group: Iterable<number>, apart: readonly number[] | "others"): Subject {
  const members = new Set(group);
  const roots = rootsOf(nodes, members);
  const rootNodes = roots.map((index) => nodes[index]!);
  const teams = [...members].filter((index) => nodes[index]!.kind === "team").length;
  const keys = [...members].filter((index) => nodes[index]!.kind === "key").length;
  const below = belowText(
    teams - rootNodes.filter(({ kind }) => kind === "team").length,
    keys - rootNodes.filter(({ kind }) => kind === "key").length,
  );
  const exceptions = apart === "others" ? "" : exceptionsOf(nodes, new Set([...members, ...apart]), roots);
  const label = [...named(nodes, rootNodes), below, exceptions].filter((words) => words !== "").join(" ");
  return { label, roots: rootNodes.map(({ kind, name }) => `${kind} ${name}`), teams, keys };
}

/** The members whose parent is none, in order. */
export function rootsOf(nodes: readonly Node[], members: ReadonlySet<number>): readonly number[] {
  const isBelow = (index: number): boolean => {
    for (let at = nodes[index]!.parent; at !== null; at = nodes[at]!.parent) if (members.has(at)) return true;
    return false;
  };
  return [...members].filter((index) => !isBelow(index)).sort((a, b) => a - b);
}

/** `team a, team b`, `keys ci, dana in team eng`, `142 keys in 37 teams: ci, dana, bo and 139 more`. */
function named(nodes: readonly Node[], roots: readonly Node[]): readonly string[] {
  const of = (kind: Node["kind"]): readonly Node[] => roots.filter((node) => node.kind === kind);
  const [teams, keys] = [of("team"), of("key")];
  const words = of("org").map(({ name }) => `org ${name}`);
  if (teams.length <= MOST_BLOCKS) words.push(...teams.map(({ name }) => `team ${name}`));
  else words.push(`${count(teams.length, "team")}: ${short(teams.map(({ name }) => name))}`);
  const byTeam = Map.groupBy(keys, ({ parent }) => nodes[parent ?? 0]!.name);
  if (byTeam.size > MOST_BLOCKS) {
    words.push(`${count(keys.length, "key")} in ${count(byTeam.size, "team")}: ${short(keys.map(({ name }) => name))}`);
  } else {
    for (const [team, own] of byTeam) {
      const names = own.map(({ name }) => name);
      words.push(names.length === 1 ? `key ${names[0]}` : `keys ${short(names)} in team ${team}`);
    }
  }
  return [words.join(", ")];
}

function short(names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join(", ");
  return `${names.slice(0, MOST_NAMED).join(", ")} and ${names.length - MOST_NAMED} more`;
}

function belowText(teams: number, keys: number): string {
  const parts = [teams > 0 ? count(teams, "team") : [], keys > 0 ? count(keys, "key") : []].flat();
  return parts.length === 0 ? "" : `(+ ${parts.join(", ")})`;
}

/** How many below the roots are left out, so that a folded row promises no more than is so. */
function exceptionsOf(nodes: readonly Node[], members: ReadonlySet<number>, roots: readonly number[]): string {
  const covered = new Set(roots.filter((index) => nodes[index]!.kind !== "key"));
  if (covered.size === 0) return "";
  let teams = 0;
  let keys = 0;
  for (const [index, { parent, kind }] of nodes.entries()) {
    if (parent === null || !covered.has(parent)) continue;
    covered.add(index);
    if (members.has(index)) continue;
    if (kind === "key") keys++;
    else teams++;
  }
  const parts = [teams > 0 ? count(teams, "team") : [], keys > 0 ? count(keys, "key") : []].flat();
  return parts.length === 0 ? "" : `except ${parts.join(", ")}`;
}

/** `1 key`, `10,000 keys`. */
export function count(amount: number, noun: string): string {
  return `${amount.toLocaleString("en-US")} ${noun}${amount === 1 ? "" : "s"}`;
}
