/**
 * Judges whole policies for an editor, and keeps what does not change between two edits: trees, and what the policy meant
 * when it was last good. whole-check.ts runs it in a thread of its own.
 */
import type { Side } from "../analysis/diff-joint.ts";
import { type Effective, effective } from "../analysis/effective.ts";
import { lint } from "../analysis/lint.ts";
import { byPlace, type Diagnostic } from "../language/diagnostic.ts";
import type { Source } from "../language/source.ts";
import { type Built, buildParsed } from "../revision/build.ts";
import type { Builtins } from "../revision/packs.ts";
import { type Parsed, parseFile } from "../revision/source-files.ts";
import { carry } from "./carry.ts";
import type { Judgement } from "./open-policy.ts";

/** What an editor shows is no revision that anybody could refer to. */
const UNSAVED = { id: "unsaved", content: "", commit: null };

/** The files of a policy that changed since it was judged last. */
export interface Change {
  /** Its directory, by which it is known. */
  readonly policy: string;
  /** Nothing of what was known before counts, and `put` holds all files. */
  readonly anew: boolean;
  readonly put: readonly Source[];
  readonly drop: readonly string[];
}

/** A node that a policy is asked about. */
export interface Asked {
  readonly kind: "org" | "team" | "key";
  readonly name: string;
}

interface Kept {
  readonly files: Map<string, Parsed>;
  /** What was found about each file the last time, as JSON. */
  readonly told: Map<string, string>;
  good: Good | null;
}

/** What a policy meant when it was last good, and all that was found about it then. */
interface Good {
  readonly side: Side;
  readonly findings: ReadonlyMap<string, readonly Diagnostic[]>;
}

/** Judges the policies of a workspace. */
export class Judge {
  readonly #builtins: Builtins;
  readonly #policies = new Map<string, Kept>();

  constructor(builtins: Builtins) {
    this.#builtins = builtins;
  }

  /** Takes in a change and judges the whole; invariants have to hold from `at` on. */
  judge({ policy, anew, put, drop }: Change, at: number): Judgement {
    const known = this.#policies.get(policy);
    const kept = known === undefined || anew ? { files: new Map(), told: new Map(), good: known?.good ?? null } : known;
    this.#policies.set(policy, kept);
    for (const path of drop) kept.files.delete(path);
    for (const source of put) kept.files.set(source.path, parseFile(source));
    const parsed = [...kept.files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
    const built = buildParsed(parsed, this.#builtins, UNSAVED, at);
    const found = findingsOf(built, at);
    const { model, table } = built;
    if (model !== null && table !== null) {
      const sources = [...parsed.map(({ tree }) => tree.source), ...this.#builtins.values()];
      const texts = new Map(sources.map(({ path, text }) => [path, text]));
      kept.good = { side: { model, table, texts }, findings: Map.groupBy(found, ({ span }) => span.path) };
    }
    const all = table === null ? [...found, ...stillKnown(kept, found)] : found;
    return { changed: changedOf(all.sort(byPlace), kept.told), tests: testsOf(built) };
  }

  /** The effective policy of a node when the policy was last good; null when it never was, or has no such node. */
  effective(policy: string, { kind, name }: Asked, at: number): Effective | null {
    const side = this.#policies.get(policy)?.good?.side ?? null;
    const index = side?.model.nodes.findIndex((node) => node.kind === kind && node.name === name) ?? -1;
    return side === null || index < 0 ? null : effective(side, index, at);
  }
}

/**
 * While a text is broken, nobody knows what tests and lints would say. What they said before is kept where the text has
 * not changed since, so that it does not come and go with each word that is typed.
 */
function stillKnown({ files, good }: Kept, found: readonly Diagnostic[]): readonly Diagnostic[] {
  if (good === null) return [];
  const keyOf = ({ code, span }: Diagnostic) => `${code} ${span.path} ${span.start}`;
  const told = new Set(found.map(keyOf));
  const carried = [...good.findings].flatMap(([path, findings]) => {
    const source = files.get(path)?.tree.source;
    const text = good.side.texts.get(path);
    return source === undefined || text === undefined ? [] : carry(findings, text, source);
  });
  return carried.filter((finding) => !told.has(keyOf(finding)));
}

/** What is found about a file is mostly what was found before, and would be costly to take from thread to thread. */
function changedOf(findings: readonly Diagnostic[], told: Map<string, string>): Judgement["changed"] {
  const byPath = Map.groupBy(findings, ({ span }) => span.path);
  const changed = new Map<string, readonly Diagnostic[]>();
  for (const path of new Set([...told.keys(), ...byPath.keys()])) {
    const now = byPath.get(path) ?? [];
    const text = JSON.stringify(now);
    if (told.get(path) === text) continue;
    changed.set(path, now);
    if (now.length === 0) told.delete(path);
    else told.set(path, text);
  }
  return changed;
}

function findingsOf({ diagnostics, proofs, report, model, table }: Built, at: number): Diagnostic[] {
  return [
    ...diagnostics,
    ...(model === null || table === null ? [] : lint(model, table, at)),
    ...(proofs?.invariants ?? []).flatMap(({ failures }) => failures),
    ...(report?.tests ?? []).flatMap(({ failures, warnings }) => [...failures, ...warnings]),
  ];
}

function testsOf({ report }: Built): Judgement["tests"] {
  if (report === null) return null;
  return report.tests.map(({ name, span, passed, failures }) => ({
    name,
    path: span.path,
    passed,
    failures: failures.length,
  }));
}
