/**
 * Looks for guarded content in two stages: literals first; then an expression only where one of its literals stands, as
 * far around it as a match can reach, so that the answer is that of the expressions alone.
 */
import { CONFIDENCES, ENCODINGS, type Encoding, type Stage } from "../language/tree.ts";
import { createAccepts } from "../model/filters/filter.ts";
import { createFinder, isTriedByPlace, mostBefore } from "../model/finder.ts";
import type { Literal as Setting } from "../model/regex/literals.ts";
import { type Direction, trailOf } from "../model/regex/trail.ts";
import { deedsOf, strengthOf } from "./deeds.ts";
import { unpack } from "./encoded.ts";
import { createPrefilter, type Literal } from "./prefilter.ts";
import { type Found, MARGIN, type Pursuer, Pursuit, searchFor } from "./pursuit.ts";
import type { Hit, Scanner } from "./scan.ts";
import { cleanSlicesOf, SLICE, type Slice, slicesOf } from "./slices.ts";
import { atOnce } from "./steps.ts";
import type { Guarded, TableExpression } from "./table.ts";
import { TrailWalk } from "./trail-walk.ts";

const scanners = new WeakMap<Guarded, Map<string, Scanner | null>>();

/** The scanner of some guardrails at a stage; null when none of them works there. Made once per table. */
export function createScanner(table: Guarded, guards: readonly number[], stage: Stage): Scanner | null {
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
interface Probe extends Pursuer {
  readonly guardrail: number;
  readonly pattern: string;
  /** Of what is done about its findings: deeds.ts. */
  readonly strength: number;
  /** How certain its findings are: 0 to 2. */
  readonly certainty: number;
  /** Whether a match counts; null when each one does. */
  readonly accepts: ReturnType<typeof createAccepts>;
  /** A character that stands in every match; empty when none is known. */
  readonly certain: string;
}

/** What a literal leads to: a probe that may match around it. */
interface Lead {
  readonly probe: number;
  /** The most that can stand before the literal in a match, null: anything. */
  readonly before: number | null;
  /** Whether a match can hold the text before a place. */
  readonly mayPrecede: (text: string, at: number) => boolean;
}

/** A literal and its leads. */
interface Sign extends Literal {
  readonly leads: readonly Lead[];
  /** Whether the match of any lead can hold the text before a place; null where one begins with the literal. */
  readonly mayPrecede: Lead["mayPrecede"] | null;
  /** Those of the leads, by index, whose match can hold the text from a place on. */
  readonly mayFollow: (text: string, at: number) => readonly number[];
}

/** Expressions to run, where their literals lead, and those that have none and always run. */
interface Kit {
  readonly probes: readonly Probe[];
  readonly blind: readonly number[];
  readonly signs: readonly Sign[];
}

/** What looks into text of one encoded form. */
interface Inside {
  readonly encoding: Encoding;
  readonly scanner: Scanner;
  readonly strengthOf: (hit: Hit) => number;
}

function build(table: Guarded, guards: readonly number[], stage: Stage): Scanner | null {
  const insides = ENCODINGS.flatMap((encoding): Inside[] => {
    const decoding = guards.filter((guard) => table.guardrails[guard]?.decode.includes(encoding));
    const kit = kitOf(table, decoding, stage);
    return kit.probes.length === 0 ? [] : [{ encoding, scanner: scannerOf(kit, []), strengthOf: strengthIn(table) }];
  });
  const kit = kitOf(table, guards, stage);
  return kit.probes.length === 0 ? null : scannerOf(kit, insides);
}

function strengthIn({ guardrails }: Guarded): Inside["strengthOf"] {
  return ({ guardrail, pattern }) => strengthOf(deedsOf(guardrails[guardrail]!, pattern).done);
}

function kitOf(table: Guarded, guards: readonly number[], stage: Stage): Kit {
  const probes: Probe[] = [];
  const blind: number[] = [];
  const clues = new Map<string, Clue[]>();
  for (const guardrail of new Set(guards)) {
    const guard = table.guardrails[guardrail];
    if (guard === undefined || !guard.on.includes(stage)) continue;
    for (const { name, confidence, filter, expressions } of guard.patterns) {
      const { done, observed } = deedsOf(guard, name);
      if (done === null && observed === null) continue;
      const strength = strengthOf(done);
      const certainty = CONFIDENCES.indexOf(confidence);
      const accepts = createAccepts(filter);
      for (const expression of expressions) {
        const { certain, longest } = expression;
        const grade = { strength, certainty };
        const trial = { before: mostBefore(expression), isAnchored: isTriedByPlace(expression) };
        const rest = { finder: createFinder(expression), accepts, certain, longest, ...trial };
        const probe = probes.push({ guardrail, pattern: name, ...grade, ...rest }) - 1;
        if (expression.literals.length === 0) blind.push(probe);
        addClues(clues, probe, expression);
      }
    }
  }
  return { probes, blind, signs: [...clues.values()].map(signOf) };
}

/** A place of an expression that is known by a literal. */
interface Clue {
  readonly probe: number;
  readonly setting: Setting;
}

function addClues(clues: Map<string, Clue[]>, probe: number, { literals }: TableExpression): void {
  for (const setting of literals) {
    const key = `${setting.fold} ${setting.text}`;
    const known = clues.get(key);
    if (known === undefined) clues.set(key, [{ probe, setting }]);
    else known.push({ probe, setting });
  }
}

function signOf(clues: readonly Clue[]): Sign {
  const { text, fold } = clues[0]!.setting;
  const settings = clues.map(({ setting }) => setting);
  const leads = clues.map(({ probe, setting }): Lead => {
    return { probe, before: setting.before, mayPrecede: preceder([setting]) };
  });
  const mayPrecede = settings.every(({ before }) => before !== 0) ? preceder(settings) : null;
  return { text, fold, leads, mayPrecede, mayFollow: follower(settings, "behind") };
}

function preceder(settings: readonly Setting[]): Lead["mayPrecede"] {
  const follow = follower(settings, "ahead");
  return (text, at) => follow(text, at).length > 0;
}

/** Follows what stands beside a literal; laid out when a text first holds the literal, as few texts hold many. */
function follower(settings: readonly Setting[], side: Direction): (text: string, at: number) => readonly number[] {
  let walk: TrailWalk | null = null;
  const step = side === "behind" ? 1 : -1;
  return (text, at) => {
    walk ??= new TrailWalk(settings.map((setting) => trailOf(setting[side], side)));
    return walk.follow(text, at, step);
  };
}

function scannerOf({ probes, blind, signs }: Kit, insides: readonly Inside[]): Scanner {
  const prefilter = signs.length === 0 ? null : createPrefilter(signs);
  // So far before a slice the literals may begin that are known by a letter of it.
  const reach = Math.max(0, ...signs.map(({ text }) => text.length));
  const endless = blind.filter((probe) => probes[probe]!.longest === null);
  const bounded = blind.filter((probe) => probes[probe]!.longest !== null);

  return {
    scan: (text) => atOnce(scanning(text, Infinity)),
    scanning: (text) => scanning(text, SLICE),
    lastSign(text, from) {
      if (blind.length > 0 || insides.length > 0) return text.length;
      let last = -1;
      const see = (_: number, at: number): void => {
        if (at >= from) last = Math.max(last, at);
      };
      prefilter?.find(text, see, from);
      return last;
    },
  };

  function* scanning(text: string, size: number): Generator<void, readonly Hit[]> {
    const hits: Ranked[] = [];
    const found: Found = (probe, start, end) => {
      const { guardrail, pattern, strength, certainty, accepts } = probes[probe]!;
      if (!(accepts?.(text, start, end) ?? true)) return false;
      hits.push({ start, end, guardrail, pattern, strength, certainty, order: probe });
      return true;
    };
    const pursuit = new Pursuit(text, probes, found);
    /** For each of the bounded: from where on matches may begin that were not looked for. */
    const next = bounded.map(() => 0);
    for (const slice of slicesOf(text, size)) {
      for (const [at, probe] of bounded.entries()) {
        next[at] = yield* searchIn(text, { from: Math.max(slice.from, next[at]!), to: slice.to }, probe, found);
      }
      follow(text, slice, pursuit);
      if (slice.to < text.length) yield* pursuit.runUpTo(slice.to - reach);
      yield;
    }
    for (const probe of endless) {
      yield* searchIn(text, { from: 0, to: text.length }, probe, found);
      yield;
    }
    yield* pursuit.finish();
    for (const inside of insides) {
      for (const slice of cleanSlicesOf(text, size)) yield* hidden(text, slice, inside, hits);
    }
    return hits.length === 0 ? NO_HITS : apart(hits);
  }

  /** Follows the literals that are known by a letter of a slice. */
  function follow(text: string, { from, to }: Slice, pursuit: Pursuit): void {
    const visit = (literal: number, at: number): void => {
      const sign = signs[literal]!;
      if (sign.mayPrecede?.(text, at - 1) === false) return;
      for (const index of sign.mayFollow(text, at + sign.text.length)) {
        const { probe, before, mayPrecede } = sign.leads[index]!;
        if (mayPrecede(text, at - 1)) pursuit.note(probe, at, before);
      }
    };
    prefilter?.find(text, visit, from, to);
  }

  /** Searches for matches that begin in a slice; gives the place from which on others may begin. */
  function* searchIn(
    text: string,
    { from: begin, to: end }: Slice,
    probe: number,
    found: Found,
  ): Generator<void, number> {
    const { certain, longest } = probes[probe]!;
    const to = Math.min(text.length, end + (longest ?? Infinity) + MARGIN);
    if (begin >= end || !text.slice(begin, to).includes(certain)) return Math.max(begin, end);
    const sought = { from: Math.max(0, begin - MARGIN), to, begin, end };
    const next = yield* searchFor(probes[probe]!, text, sought, (start, stop) => void found(probe, start, stop));
    yield;
    return next;
  }
}

/** What hides a finding is a finding as a whole, once for each pattern. */
function* hidden(
  text: string,
  { from, to }: Slice,
  { encoding, scanner, strengthOf: strength }: Inside,
  hits: Ranked[],
): Generator<void> {
  for (const { start, end, text: plain } of unpack(text.slice(from, to), encoding)) {
    const found = yield* scanner.scanning(plain);
    const place = { start: from + start, end: from + end, certainty: 0, order: Infinity };
    for (const hit of new Map(found.map((hit) => [`${hit.guardrail} ${hit.pattern}`, hit])).values()) {
      hits.push({ ...hit, ...place, strength: strength(hit) });
    }
  }
  yield;
}

const NO_HITS: readonly Hit[] = [];
interface Ranked extends Hit {
  readonly strength: number;
  readonly certainty: number;
  /** Place of its probe among all, so that a tie ends alike however the text was looked through. */
  readonly order: number;
}

/** What leaves a text as it is never widens what changes it, and each of it is a finding by itself. */
function apart(hits: Ranked[]): readonly Hit[] {
  const changing = hits.filter(({ strength }) => strength > FLAG);
  if (changing.length === hits.length) return disjoint(hits);
  const staying = hits
    .filter(({ strength }) => strength <= FLAG)
    .sort((a, b) => a.start - b.start || a.order - b.order)
    .map(({ start, end, guardrail, pattern }) => ({ start, end, guardrail, pattern }));
  return [...(changing.length === 0 ? [] : disjoint(changing)), ...staying].sort((a, b) => a.start - b.start);
}

const FLAG = strengthOf({ kind: "flag" });

/**
 * Overlapping hits become one over all of their text, so that no end of a value is left behind; it bears the name of
 * the strongest: a reject before a redact, that before a mask, then the more certain, then the longer.
 */
function disjoint(hits: Ranked[]): readonly Hit[] {
  hits.sort((a, b) => a.start - b.start || b.end - a.end || a.order - b.order);
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
  if (a.certainty !== b.certainty) return a.certainty > b.certainty;
  return a.end - a.start > b.end - b.start;
}
