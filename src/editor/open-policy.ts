/**
 * One policy as an editor has it: the files of a directory, with unsaved texts in their place. An edit parses one file
 * again; what every feature stands on (`declared`) is gathered anew when it is next asked for. Findings come in two waves:
 * the text and the names of the edited file at once, and what the whole means when whole-check.ts has worked it out.
 */
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Source } from "../language/source.ts";
import type { Tree } from "../language/tree.ts";
import { type Declared, gather } from "../model/declared.ts";
import { expandGroups, type Groups } from "../model/groups.ts";
import { NAME_CODES, namesIn } from "../model/names-in.ts";
import { swapTree } from "../model/swap.ts";
import { withoutConsequences } from "../revision/consequences.ts";
import { type Builtins, joinPacks, pinnedFiles, type Unit } from "../revision/packs.ts";
import { type Parsed, parseFile } from "../revision/source-files.ts";
import { carry } from "./carry.ts";

/** How a test ended, as a lens shows it. */
export interface TestOutcome {
  readonly name: string;
  readonly path: string;
  readonly passed: boolean;
  readonly failures: number;
}

/** What a check of the whole found. */
export interface Judgement {
  /** The diagnostics of each file about which others were found than the last time; none for a file that is gone. */
  readonly changed: ReadonlyMap<string, readonly Diagnostic[]>;
  /** null when the policy is not good enough to be tested. */
  readonly tests: readonly TestOutcome[] | null;
}

/** A judgement, by file, and the texts that it is about. */
interface Judged {
  readonly texts: ReadonlyMap<string, string>;
  readonly byPath: ReadonlyMap<string, readonly Diagnostic[]>;
  readonly tests: Judgement["tests"];
}

/** What all files are together. */
interface Joined {
  readonly unit: Unit;
  readonly declared: Declared;
  readonly pinned: ReadonlySet<string>;
  readonly groups: Groups;
}

/** The files of one policy, and what is known about them. */
export class OpenPolicy {
  readonly #builtins: Builtins;
  readonly #whole: boolean;
  readonly #files = new Map<string, Parsed>();
  #joined: Joined | null = null;
  #judged: Judged = { texts: new Map(), byPath: new Map(), tests: null };

  /** `whole` is false for packs and the like: files that are no policy, in which a name may come from elsewhere. */
  constructor(builtins: Builtins, whole = true) {
    this.#builtins = builtins;
    this.#whole = whole;
  }

  /** Enters a file, or its new text. */
  put(source: Source): void {
    const before = this.#files.get(source.path)?.tree;
    if (before?.source.text === source.text) return;
    const parsed = parseFile(source);
    this.#files.set(source.path, parsed);
    this.#joined = before === undefined ? null : exchanged(this.#joined, before, parsed.tree);
  }

  /** Takes a file out. */
  drop(path: string): void {
    if (this.#files.delete(path)) this.#joined = null;
  }

  /** Paths of the files, in the order in which a policy is read. */
  get paths(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  /** The tree of a file, or of a builtin pack by its path. */
  treeOf(path: string): Tree | null {
    const tree = this.#files.get(path)?.tree;
    return tree ?? [...this.unit.packs.values()].find(({ source }) => source.path === path) ?? null;
  }

  /** Texts by path. */
  get texts(): ReadonlyMap<string, string> {
    return new Map([...this.#files].map(([path, { tree }]) => [path, tree.source.text]));
  }

  /** The trees of all files, packs of the directory among them. */
  get trees(): readonly Tree[] {
    return this.paths.map((path) => this.#files.get(path)!.tree);
  }

  get unit(): Unit {
    return this.#join().unit;
  }

  /** Everything that is declared. */
  get declared(): Declared {
    return this.#join().declared;
  }

  /** The globs of every group. */
  get groups(): Groups {
    return this.#join().groups;
  }

  /** The names of the packs that ship. */
  get builtins(): readonly string[] {
    return [...this.#builtins.keys()];
  }

  /** Whether a file is a pack that is pinned by its hash, which an edit would break. */
  isPinned(path: string): boolean {
    return this.#join().pinned.has(path);
  }

  /** Whether a file's text cannot be read whole. */
  isBroken(path: string): boolean {
    return this.#files.get(path)?.diagnostics.some(({ severity }) => severity === "error") ?? false;
  }

  /** The pack that a file is, by the name it has here; null for a file of the policy itself. */
  packOf(path: string): string | null {
    return [...this.unit.packs].find(([, tree]) => tree.source.path === path)?.[0] ?? null;
  }

  #join() {
    if (this.#joined !== null) return this.#joined;
    const { trees } = this;
    const unit = joinPacks(trees, this.#builtins);
    const declared = gather(unit.trees, unit.packs);
    this.#joined = { unit, declared, pinned: pinnedFiles(trees), groups: expandGroups(declared) };
    return this.#joined;
  }

  /** What is wrong with the text of a file and with its names: soon enough to be asked at each keystroke. */
  faultsAtOnce(path: string): readonly Diagnostic[] {
    const file = this.#files.get(path);
    if (file === undefined) return [];
    if (!this.#whole || this.isPinned(path)) return file.diagnostics;
    const names = [
      ...namesIn(file.tree, this.declared, this.groups),
      ...this.unit.diagnostics.filter(({ span }) => span.path === path),
    ];
    const breaks = [...this.#files.values()].flatMap(({ diagnostics }) => diagnostics);
    return [...file.diagnostics, ...withoutConsequences(names, this.unit.trees, breaks)].sort(byPlace);
  }

  /** Takes in what a check of the whole found about the given texts. */
  judge({ changed, tests }: Judgement, texts: ReadonlyMap<string, string>): void {
    this.#judged = { texts, byPath: new Map([...this.#judged.byPath, ...changed]), tests };
  }

  /** How the tests ended when the whole was last checked; null when there was nothing to test. */
  get outcomes(): Judgement["tests"] {
    return this.#judged.tests;
  }

  /** All that is known about a file now: what the last check of the whole said, and what an edit since then changed. */
  findings(path: string): readonly Diagnostic[] {
    const { texts, byPath } = this.#judged;
    const source = this.#files.get(path)?.tree.source;
    const old = texts.get(path);
    if (source === undefined || old === source.text) return byPath.get(path) ?? [];
    const atOnce = this.faultsAtOnce(path);
    if (old === undefined) return atOnce;
    const slower = (byPath.get(path) ?? []).filter(({ code }) => !code.startsWith("GW1") && !NAME_CODES.has(code));
    return [...atOnce, ...carry(slower, old, source)].sort(byPlace);
  }
}

/** The whole with a new tree for one file; null when it has to be joined anew. */
function exchanged(joined: Joined | null, before: Tree, now: Tree): Joined | null {
  // What a file brings in, and a pack, is more than the names that it declares.
  const bringsIn = ({ declarations }: Tree) => declarations.some(({ kind }) => kind === "use");
  if (joined === null || joined.pinned.has(now.source.path) || bringsIn(before) || bringsIn(now)) return null;
  const declared = swapTree(joined.declared, before, now);
  if (declared === null) return null;
  const hasGroups = now.declarations.some(({ kind }) => kind === "models" || kind === "tools");
  const groups = hasGroups ? expandGroups(declared) : joined.groups;
  return { ...joined, unit: { ...joined.unit, trees: declared.trees }, declared, groups };
}
