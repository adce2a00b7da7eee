/**
 * Looks for guarded content in two stages: literals first, in the raw bytes and again in the decoded text; then only
 * the expressions whose literals stand there, over the whole text, so that the answer is that of the expressions alone.
 * V8 runs what the check proved linear there, RE2 the rest. When an expression has a group, its first group is the value.
 */
import { RE2JS } from "re2js";
import { ENCODINGS, type Encoding, type Stage } from "../language/tree.ts";
import { deedsOf, strengthOf } from "./deeds.ts";
import { mayHide, unpack } from "./encoded.ts";
import { createPrefilter, type Literal } from "./prefilter.ts";
import type { Hit, Scanner } from "./scan.ts";
import type { Table, TableExpression } from "./table.ts";

const scanners = new WeakMap<Table, Map<string, Scanner | null>>();

/** The scanner of some guardrails at a stage; null when none of them works there. Made once per table. */
export function createScanner(table: Table, guards: readonly number[], stage: Stage): Scanner | null {
  let made = scanners.get(table);
  if (made === undefined) {
    made = new Map();
    scanners.set(table, made);
  }
  const name = `${stage} ${guards.join(" ")}`;
  let scanner = made.get(name);
  if (scanner === undefined) {
    scanner = build(table, guards, stage);
    made.set(name, scanner);
  }
  return scanner;
}

/** One expression of one pattern of one guardrail. */
interface Probe {
  readonly guardrail: number;
  readonly pattern: string;
  /** Of what is done about its findings: deeds.ts. */
  readonly strength: number;
  readonly finder: Finder;
  /** A character that stands in every match; empty when none is known. */
  readonly certain: string;
  /** Indices of its literals; empty when it must always run. */
  readonly literals: readonly number[];
}

/** Calls back for every match, with the place of its value. */
type Finder = (text: string, found: (start: number, end: number) => void) => void;

function build(table: Table, guards: readonly number[], stage: Stage): Scanner | null {
  const plain = probesOf(table, guards, stage);
  const insides = ENCODINGS.flatMap((encoding): Inside[] => {
    const decoding = guards.filter((guard) => table.guardrails[guard]?.decode.includes(encoding));
    const { probes, literals } = probesOf(table, decoding, stage);
    if (probes.length === 0) return [];
    return [{ encoding, scanner: scannerOf(probes, literals, []), strengthOf: strengthIn(table) }];
  });
  return plain.probes.length === 0 ? null : scannerOf(plain.probes, plain.literals, insides);
}

function strengthIn({ guardrails }: Table): Inside["strengthOf"] {
  return ({ guardrail, pattern }) => strengthOf(deedsOf(guardrails[guardrail]!, pattern).done);
}

/** What looks into text of one encoded form. */
interface Inside {
  readonly encoding: Encoding;
  readonly scanner: Scanner;
  readonly strengthOf: (hit: Hit) => number;
}

function probesOf(
  table: Table,
  guards: readonly number[],
  stage: Stage,
): { readonly probes: readonly Probe[]; readonly literals: readonly Literal[] } {
  const literals: Literal[] = [];
  const known = new Map<string, number>();
  const probes: Probe[] = [];
  for (const guardrail of new Set(guards)) {
    const guard = table.guardrails[guardrail];
    if (guard === undefined || !guard.on.includes(stage)) continue;
    for (const { name, expressions } of guard.patterns) {
      const { done, observed } = deedsOf(guard, name);
      if (done === null && observed === null) continue;
      for (const expression of expressions) {
        const indices = expression.literals.map((literal) => {
          const key = `${literal.fold} ${literal.text}`;
          const index = known.get(key) ?? literals.push(literal) - 1;
          known.set(key, index);
          return index;
        });
        const finder = finderOf(expression);
        const strength = strengthOf(done);
        probes.push({ guardrail, pattern: name, strength, finder, certain: expression.certain, literals: indices });
      }
    }
  }
  return { probes, literals };
}

/** The beginnings of an escape that may stand for any letter, so that literals say nothing. */
const ESCAPES = [..."0123456789abcdefABCDEF"].map((digit): Literal => ({ text: `\\u${digit}`, fold: false }));

function scannerOf(probes: readonly Probe[], literals: readonly Literal[], insides: readonly Inside[]): Scanner {
  const prefilter = createPrefilter([...literals, ...ESCAPES]);
  // Written anew by each look; a fresh one for each would be most of what a look allocates.
  const present = new Uint8Array(literals.length + ESCAPES.length);
  const all = [...probes.keys()];
  const blind = all.filter((index) => probes[index]!.literals.length === 0);
  const isPresent = (literal: number): boolean => present[literal] === 1;
  const called = (holds: (char: string) => boolean): readonly number[] =>
    (present.includes(1) ? all : blind).filter((index) => {
      const { literals: needed, certain } = probes[index]!;
      return (needed.length === 0 || needed.some(isPresent)) && (certain === "" || holds(certain));
    });
  return {
    suspects(bytes, start, end) {
      present.fill(0);
      prefilter.markRaw(bytes, start, end, present);
      if (present.includes(1, literals.length)) return "any";
      const part = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
      const suspects = called((char) => part.includes(char.charCodeAt(0)));
      const hidden = insides.length > 0 && mayHide(bytes, start, end);
      return suspects.length === 0 && !hidden ? null : suspects;
    },
    scan(text, suspects = "any") {
      if (suspects === "any") {
        present.fill(0);
        prefilter.mark(text, present);
      }
      const hits: Ranked[] = [];
      for (const index of suspects === "any" ? called((char) => text.includes(char)) : suspects) {
        const { guardrail, pattern, strength, finder } = probes[index]!;
        finder(text, (start, end) => hits.push({ start, end, guardrail, pattern, strength }));
      }
      for (const inside of insides) hits.push(...hidden(text, inside));
      return hits.length === 0 ? NO_HITS : apart(hits);
    },
  };
}

/** What hides a finding is a finding as a whole, once for each pattern. */
function hidden(text: string, { encoding, scanner, strengthOf: strength }: Inside): Ranked[] {
  return unpack(text, encoding).flatMap(({ start, end, text: plain }) => {
    const hits = new Map(scanner.scan(plain).map((hit) => [`${hit.guardrail} ${hit.pattern}`, hit]));
    return [...hits.values()].map((hit) => ({ ...hit, start, end, strength: strength(hit) }));
  });
}

const NO_HITS: readonly Hit[] = [];
interface Ranked extends Hit {
  readonly strength: number;
}

/** What leaves a text as it is never widens what changes it, and each of it is a finding by itself. */
function apart(hits: Ranked[]): readonly Hit[] {
  const changing = hits.filter(({ strength }) => strength > FLAG);
  if (changing.length === hits.length) return disjoint(hits);
  const staying = hits
    .filter(({ strength }) => strength <= FLAG)
    .map(({ start, end, guardrail, pattern }) => ({ start, end, guardrail, pattern }));
  return [...(changing.length === 0 ? [] : disjoint(changing)), ...staying].sort((a, b) => a.start - b.start);
}

const FLAG = strengthOf({ kind: "flag" });

/**
 * Overlapping hits become one over all of their text, so that no end of a value is left behind; it bears the name of
 * the strongest: a reject before a redact, that before a mask, then the longer.
 */
function disjoint(hits: Ranked[]): readonly Hit[] {
  hits.sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Hit[] = [];
  let lead = hits[0]!;
  let { start, end } = lead;
  const close = (): void => {
    result.push({ start, end, guardrail: lead.guardrail, pattern: lead.pattern });
  };
  for (const hit of hits) {
    if (hit.start >= end) {
      close();
      lead = hit;
      ({ start, end } = hit);
      continue;
    }
    if (isStronger(hit, lead)) lead = hit;
    end = Math.max(end, hit.end);
  }
  close();
  return result;
}

function isStronger(a: Ranked, b: Ranked): boolean {
  if (a.strength !== b.strength) return a.strength > b.strength;
  return a.end - a.start > b.end - b.start;
}

function finderOf(expression: TableExpression): Finder {
  if (expression.engine !== "v8") return linearFinder(expression);
  const quick = v8Finder(expression);
  return (text, found) => {
    try {
      quick(text, found);
    } catch (error) {
      // V8 keeps a way back for every letter of a run, and has no room for millions; what is found twice is joined later.
      if (!(error instanceof RangeError)) throw error;
      linearFinder(expression)(text, found);
    }
  };
}

function v8Finder({ source, flags }: TableExpression): Finder {
  const search = new RegExp(source, `${flags.replace("g", "")}g`);
  // Places of groups cost on every match, so only a second look at a match asks for them.
  const locate = new RegExp(source, `${flags.replace("g", "")}dy`);
  return (text, found) => {
    search.lastIndex = 0;
    for (let match = search.exec(text); match !== null; match = search.exec(text)) {
      const end = match.index + match[0].length;
      if (end === match.index) {
        search.lastIndex++;
      } else if (match[1] === undefined || match[1] === "") {
        found(match.index, end);
      } else {
        locate.lastIndex = match.index;
        const [from, to] = locate.exec(text)?.indices?.[1] ?? [match.index, end];
        found(from, to);
      }
    }
  };
}

function linearFinder({ re2 }: TableExpression): Finder {
  const engine = RE2JS.compile(re2);
  return (text, found) => {
    const matcher = engine.matcher(text);
    const grouped = matcher.groupCount() > 0;
    while (matcher.find()) {
      const group = grouped && matcher.end(1) > matcher.start(1) ? 1 : 0;
      if (matcher.end() > matcher.start()) found(matcher.start(group), matcher.end(group));
    }
  };
}
