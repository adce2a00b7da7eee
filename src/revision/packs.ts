/**
 * Where packs come from: the ones that ship beside this program, and files of the policy directory pinned by their hash.
 * A file that is brought in by `use` is a pack and no part of the policy itself. Neighbours: files.ts reads the
 * directory, build.ts asks here, model/resolve.ts says what a pack may hold.
 */
import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { Diagnostic } from "../language/diagnostic.ts";
import { parse } from "../language/parse.ts";
import type { Source } from "../language/source.ts";
import { didYouMean } from "../language/suggest.ts";
import type { Tree, UseDeclaration, Word } from "../language/tree.ts";
import { readGitleaks } from "./gitleaks.ts";
import { isRulesFile } from "./source-files.ts";

const BUILTIN_FOLDER = new URL("../../policy/packs/", import.meta.url);
const SUFFIX = ".policy";

/** The packs that ship, by name. */
export type Builtins = ReadonlyMap<string, Source>;

/** The trees of a directory, told apart: the policy itself, and what its `use` lines bring in. */
export interface Unit {
  readonly trees: readonly Tree[];
  readonly packs: ReadonlyMap<string, Tree>;
  readonly diagnostics: readonly Diagnostic[];
}

/** How diagnostics and origins call the file of a builtin pack. */
export function builtinPath(name: string): string {
  return `builtin:${name}`;
}

/** The builtin pack whose file is called so; null for every other path. */
export function builtinOf(path: string): string | null {
  return path.startsWith(builtinPath("")) ? path.slice(builtinPath("").length) : null;
}

/** A builtin pack by its name and the SHA-256 of its text. */
export interface BuiltinPack {
  readonly name: string;
  readonly content: string;
}

/** The builtin pack that this is the text of; null for every other source. */
export function builtinPack({ path, text }: Source): BuiltinPack | null {
  const name = builtinOf(path);
  return name === null ? null : { name, content: hash("sha256", text, "hex") };
}

/** Where the text of a builtin pack lies, for who wants to look at it. */
export function builtinFile(name: string): URL {
  return new URL(`${name}${SUFFIX}`, BUILTIN_FOLDER);
}

/** Reads the packs that ship with this program. */
export async function readBuiltins(): Promise<Builtins> {
  const files = (await readdir(BUILTIN_FOLDER)).filter((file) => file.endsWith(SUFFIX)).sort();
  const packs = new Map<string, Source>();
  for (const file of files) {
    const name = file.slice(0, -SUFFIX.length);
    packs.set(name, { path: builtinPath(name), text: await readFile(builtinFile(name), "utf8") });
  }
  return packs;
}

/** Follows the `use` lines of a directory. */
export function joinPacks(trees: readonly Tree[], builtins: Builtins): Unit {
  const uses = trees.flatMap((tree) => tree.declarations).filter((declaration) => declaration.kind === "use");
  const files = new Map(trees.map((tree) => [tree.source.path, tree]));
  const packs = new Map<string, Tree>();
  const diagnostics: Diagnostic[] = [];
  const pinned = pinnedFiles(trees);
  for (const use of uses) {
    const found = use.from.kind === "builtin" ? fromBuiltin(use, builtins) : fromFile(use, use.from, files);
    diagnostics.push(...found.diagnostics);
    if (found.tree !== null) packs.set(use.name.text, found.tree);
  }
  const own = trees.filter(({ source }) => !pinned.has(source.path) && !isRulesFile(source.path));
  return { trees: own, packs, diagnostics };
}

/** Paths of the files that are packs: brought in, and pinned, by a `use` line. */
export function pinnedFiles(trees: readonly Tree[]): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const declaration of trees.flatMap((tree) => tree.declarations)) {
    if (declaration.kind === "use" && declaration.from.kind !== "builtin") paths.add(tidy(declaration.from.path.text));
  }
  return paths;
}

interface Found {
  readonly tree: Tree | null;
  readonly diagnostics: readonly Diagnostic[];
}

function fromBuiltin(use: UseDeclaration, builtins: Builtins): Found {
  const source = builtins.get(use.name.text);
  if (source !== undefined) return parseOnce(source);
  const near = didYouMean(use.name.text, builtins.keys());
  const help = near === null ? `the builtin packs are ${quoted(builtins.keys())}` : `did you mean \`${near}\`?`;
  return fault("GW2010", use.name, `unknown builtin pack \`${use.name.text}\``, help);
}

/** Builtin packs do not change while the program runs, and an editor joins them at each keystroke. */
const parsed = new WeakMap<Source, Found>();

function parseOnce(source: Source): Found {
  const known = parsed.get(source) ?? parse(source);
  parsed.set(source, known);
  return known;
}

/** A pack in a file of the directory. */
type FromFile = Exclude<UseDeclaration["from"], { kind: "builtin" }>;

function fromFile(use: UseDeclaration, from: FromFile, files: ReadonlyMap<string, Tree>): Found {
  const path = tidy(from.path.text);
  const tree = files.get(path);
  if (tree === undefined) {
    const near = didYouMean(path, files.keys());
    const help = near === null ? "the path is taken from the policy directory" : `did you mean \`${near}\`?`;
    return fault("GW3019", from.path, `there is no file \`${from.path.text}\` in the policy directory`, help);
  }
  if (isRulesFile(path) !== (from.kind === "gitleaks")) {
    const [message, help] = isRulesFile(path)
      ? [`\`${path}\` is no file of the language`, `write \`from gitleaks "${path}"\``]
      : [`\`${path}\` holds no rules of gitleaks`, "they stand in a `.toml` file"];
    return fault("GW3048", from.path, message, help);
  }
  const digest = hash("sha256", tree.source.text, "hex");
  if (digest === from.digest) return from.kind === "gitleaks" ? importOnce(tree.source) : { tree, diagnostics: [] };
  const message = `the pack \`${use.name.text}\` is not the file that was pinned`;
  return fault("GW3018", from.path, message, `review it, then write \`sha256:${digest}\``);
}

/** Rules change as seldom as builtin packs do. */
function importOnce(source: Source): Found {
  const known = parsed.get(source) ?? readGitleaks(source);
  parsed.set(source, known);
  return known;
}

function fault(code: Diagnostic["code"], word: Word, message: string, help: string): Found {
  return { tree: null, diagnostics: [{ code, severity: "error", span: word.span, message, help, notes: [] }] };
}

function tidy(path: string): string {
  return path.replace(/^(?:\.\/)+/, "");
}

function quoted(words: Iterable<string>): string {
  return [...words].map((word) => `\`${word}\``).join(", ");
}
