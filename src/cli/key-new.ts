/**
 * `gw key new`: mints a key. The key is shown once, here; the block that makes it known holds only its hash. The block is
 * read back before it is shown, so that a name or date that the language refuses is refused here already.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { keyBlock } from "../identity/block.ts";
import { mintKey } from "../identity/mint.ts";
import { parse } from "../language/parse.ts";
import { place } from "../language/source.ts";
import { RESERVED } from "../language/tokens.ts";
import type { Tree } from "../language/tree.ts";
import { suggestion } from "../model/suggestion.ts";
import { Complaint } from "./complaint.ts";
import { policyAround } from "./policy-around.ts";
import type { Terminal } from "./terminal.ts";
import { writeAtomic } from "./write-atomic.ts";

/** What the command line says; null where it says nothing. */
export interface KeyOptions {
  readonly name: string;
  readonly team: string;
  readonly owner: string | null;
  readonly expires: string | null;
  readonly append: string | null;
  readonly format: "text" | "json";
}

/** Mints a key and shows it. */
export async function keyNew(options: KeyOptions, { out, err }: Terminal): Promise<0> {
  refuseName(options.name, /^[A-Za-z_][\w-]*$/, "a key");
  refuseName(options.team, /^[A-Za-z_][\w-]*(?:\/[\w-]+)*$/, "a team");
  const { key, digest } = mintKey(randomBytes);
  const block = keyBlock({ ...options, digest });
  refuseBrokenBlock(options, block);
  refusePast(options.expires);
  if (options.append !== null) await append(options.append, options, block);
  if (options.format === "json") out.write(`${JSON.stringify({ key, digest, block }, null, 2)}\n`);
  else {
    out.write(`${out.style("bold", key)}\n`);
    if (options.append === null) out.write(`\n${block}`);
  }
  err.write(advice(options));
  return 0;
}

function advice({ append, expires, format }: KeyOptions): string {
  const place = format === "json" ? "`key` is" : "the first line is";
  const lines = [
    `${place} the key: give it to its owner now, it is not kept anywhere`,
    append === null ? "the block goes into a policy file; it holds only a hash" : `its block is in ${append}`,
    ...(expires === null ? ["without `--expires` the key is good until its block is deleted"] : []),
  ];
  return `\n${lines.join("\n")}\n`;
}

function refuseName(name: string, form: RegExp, what: string): void {
  if (form.test(name) && !RESERVED.has(name)) return;
  const help = "a name begins with a letter, has letters, digits, `-` and `_`, and is no word of the language";
  throw new Complaint(`\`${name}\` cannot be the name of ${what}`, help);
}

function refuseBrokenBlock(options: KeyOptions, block: string): void {
  const { diagnostics, tree } = parse({ path: options.name, text: `language 1\n\n${block}` });
  const [fault] = diagnostics;
  if (fault !== undefined) throw new Complaint(fault.message, fault.help);
  if (tree.declarations.length !== 1) throw new Complaint(`\`${options.name}\` is not the name of a key`);
}

/** A key that was never good is a slip of the hand. */
function refusePast(expires: string | null): void {
  if (expires === null || Date.parse(expires) + DAY_MS > Date.now()) return;
  throw new Complaint(`\`${expires}\` is in the past`, "`--expires` is the last day on which the key is good");
}

const DAY_MS = 86_400_000;

async function append(path: string, { name, team }: KeyOptions, block: string): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new Complaint(`there is no file \`${path}\` to append to`);
  });
  const { diagnostics, tree } = parse({ path, text });
  if (diagnostics.some(({ severity }) => severity === "error")) {
    throw new Complaint(`\`${path}\` is not a policy file that can be read`, `see \`gw policy fmt --check ${path}\``);
  }
  refuseTakenName(path, name, [tree]);
  const trees = await policyAround(path);
  if (trees !== null) {
    refuseTakenName(path, name, trees);
    refuseUnknownTeam(path, team, trees);
  }
  await writeAtomic(path, `${text.trimEnd()}\n\n${block}`);
}

/** A name is unique in the whole policy, whichever of its files has it. */
function refuseTakenName(path: string, name: string, trees: readonly Tree[]): void {
  const declarations = trees.flatMap((tree) => tree.declarations).filter((declaration) => declaration.kind === "key");
  const taken = declarations.find((declaration) => declaration.name.text === name)?.name.span;
  if (taken === undefined) return;
  const help = "choose another name, or delete the old block";
  if (taken.path === path) throw new Complaint(`\`${path}\` already has a key \`${name}\``, help);
  throw new Complaint(`the policy of \`${path}\` already has a key \`${name}\` (${place(taken)})`, help);
}

/** A block of an unknown team would make the whole policy bad. A file that belongs to no policy yet may name any team. */
function refuseUnknownTeam(path: string, team: string, trees: readonly Tree[]): void {
  const declarations = trees.flatMap((tree) => tree.declarations).filter((declaration) => declaration.kind === "team");
  const teams = new Map(declarations.map(({ name }) => [name.text, name.span]));
  if (teams.has(team)) return;
  const help = suggestion(team, teams) ?? `declare it first: \`team ${team} { … }\``;
  throw new Complaint(`the policy of \`${path}\` has no team \`${team}\``, help);
}
