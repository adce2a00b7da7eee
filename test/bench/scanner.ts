/**
 * The pack of secrets beside secretlint with its recommended rules, on the same texts in the same run: what each finds of
 * the labelled set, what else it takes for a secret, and what a kilobyte costs, by single texts and in a long one.
 */
import { setImmediate } from "node:timers/promises";
import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { type Found, rate } from "../../src/analysis/guard-score.ts";
import { corpusOf } from "../corpus/corpus.ts";
import { independentCorpus } from "../corpus/independent/set.ts";
import type { Sample } from "../corpus/sample.ts";
import { scannerOfPacks } from "../corpus/scan.ts";
import { render, type Section } from "./report.ts";
import { median } from "./statistics.ts";
import { messagesBody, seeded } from "./traffic.ts";

/** How well a scanner does, and what it costs. */
export interface ScannerFigures {
  readonly recall: number;
  readonly precision: number;
  /** Share of innocent texts in which something was found. */
  readonly falseAlarms: number;
  /** Microseconds for a kilobyte: of labelled texts one by one, and of one long text. */
  readonly shortUs: number;
  readonly longUs: number;
}

export interface ScannerReport {
  readonly texts: number;
  readonly longBytes: number;
  readonly own: ScannerFigures;
  readonly secretlint: ScannerFigures;
}

type Find = (text: string) => readonly Found[] | Promise<readonly Found[]>;

const SEED = 20_261_123;
const LONG_BYTES = 128 * 1024;
const ROUNDS = 5;
const BATCH = 500;

/** Measures both, taking turns. */
export async function benchScanner(): Promise<ScannerReport> {
  const samples = [...corpusOf("open"), ...corpusOf("held out"), ...independentCorpus(SEED)];
  const { messages } = JSON.parse(messagesBody(LONG_BYTES, seeded(SEED)).toString());
  const long = JSON.stringify(messages, null, 1);
  const finders = { own: scannerOfPacks("secrets"), secretlint } as const;
  const score = { own: await scoreOf(finders.own, samples), secretlint: await scoreOf(finders.secretlint, samples) };
  const texts = samples.map(({ text }) => text);
  const short = { own: [] as number[], secretlint: [] as number[] };
  const whole = { own: [] as number[], secretlint: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ["own", "secretlint"] as const) {
      short[name].push(await costOf(finders[name], texts));
      whole[name].push(await costOf(finders[name], [long]));
    }
  }
  const figures = (name: "own" | "secretlint"): ScannerFigures => {
    return { ...score[name], shortUs: median(short[name]), longUs: median(whole[name]) };
  };
  const own = figures("own");
  return { texts: texts.length, longBytes: Buffer.byteLength(long), own, secretlint: figures("secretlint") };
}

async function secretlint(content: string): Promise<readonly Found[]> {
  const rules = [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }];
  const source = { content, contentType: "text", filePath: "text.txt", ext: ".txt" } as const;
  const { messages } = await lintSource({ source, options: { config: { rules }, noPhysicFilePath: true } });
  return messages.map(({ range: [start, end] }) => ({ start, end }));
}

/** A secret counts as found when any part of it is, so that what a rule calls its range does not matter. */
async function scoreOf(find: Find, samples: readonly Sample[]) {
  const sum = { secrets: 0, caught: 0, findings: 0, right: 0, innocent: 0, touched: 0 };
  for (const [index, { text, spans }] of samples.entries()) {
    const found = await find(text);
    if (index % BATCH === 0) await forgetNotes();
    const meets = (hit: Found, [start, end]: Sample["spans"][number]) => hit.start < end && start < hit.end;
    sum.secrets += spans.length;
    sum.caught += spans.filter((span) => found.some((hit) => meets(hit, span))).length;
    sum.findings += found.length;
    sum.right += found.filter((hit) => spans.some((span) => meets(hit, span))).length;
    if (spans.length > 0) continue;
    sum.innocent += 1;
    if (found.length > 0) sum.touched += 1;
  }
  const falseAlarms = rate(sum.touched, sum.innocent);
  return { recall: rate(sum.caught, sum.secrets), precision: rate(sum.right, sum.findings), falseAlarms };
}

/** Microseconds for a kilobyte of these texts. */
async function costOf(find: Find, texts: readonly string[]): Promise<number> {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const begun = performance.now();
  for (const [index, text] of texts.entries()) {
    const found = find(text);
    // Who answers at once is not made to wait for a turn.
    if (!(found instanceof Promise)) continue;
    await found;
    if (index % BATCH === 0) await forgetNotes();
  }
  return ((performance.now() - begun) * 1000) / (bytes / 1024);
}

/** secretlint notes each of its steps, reads its notes in a turn of their own, and would keep millions of them. */
async function forgetNotes(): Promise<void> {
  await setImmediate();
  performance.clearMarks();
  performance.clearMeasures();
}

/** The report as a table. */
export function scannerSection({ texts, longBytes, own, secretlint }: ScannerReport): Section {
  const share = (name: string, of: (figures: ScannerFigures) => number): string[] => [
    name,
    ...[own, secretlint].map((figures) => `${(100 * of(figures)).toFixed(1)} %`),
    "",
  ];
  const cost = (name: string, of: (figures: ScannerFigures) => number): string[] => [
    name,
    ...[own, secretlint].map((figures) => `${of(figures).toFixed(1)} µs`),
    `${(of(own) / of(secretlint)).toFixed(2)} ×`,
  ];
  return {
    title: "The pack of secrets beside secretlint's recommended rules",
    columns: ["", "secrets", "secretlint", "ratio"],
    rows: [
      share("recall", ({ recall }) => recall),
      share("precision", ({ precision }) => precision),
      share("innocent texts with a finding", ({ falseAlarms }) => falseAlarms),
      cost("a kilobyte of labelled texts", ({ shortUs }) => shortUs),
      cost(`a kilobyte of ${Math.round(longBytes / 1024)} KB of conversation`, ({ longUs }) => longUs),
      ["  megabytes a second", ...[own, secretlint].map(({ longUs }) => (1e6 / 1024 / longUs).toFixed(0)), ""],
    ],
    notes: [
      `${texts} labelled texts, one by one; a secret counts as found when any part of it is. Medians of ${ROUNDS} rounds.`,
    ],
  };
}

if (import.meta.main) process.stdout.write(`${render(scannerSection(await benchScanner()))}\n`);
