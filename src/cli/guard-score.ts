/** `gw guard score SET.jsonl`: how well guardrails find what somebody labelled, per kind; as a gate when bounds are given. */
import { readFile } from "node:fs/promises";
import { guardFinder } from "../analysis/guard-find.ts";
import { type GuardScore, type LabelledText, rate, scoreGuards, type Tally } from "../analysis/guard-score.ts";
import { Complaint } from "./complaint.ts";
import { type ChoiceOptions, chooseGuards } from "./guard-choice.ts";
import type { Terminal } from "./terminal.ts";

/** What the command line says; bounds are in percent. */
export interface ScoreOptions extends ChoiceOptions {
  readonly format: "text" | "json";
  readonly minRecall?: string;
  readonly minPrecision?: string;
}

/** Scores a set; answers 1 when a bound is not kept. */
export async function guardScore(file: string, options: ScoreOptions, { out, err }: Terminal): Promise<0 | 1> {
  const bounds = {
    recall: bound("--min-recall", options.minRecall),
    precision: bound("--min-precision", options.minPrecision),
  };
  const texts = await readSet(file);
  const { table, guards } = await chooseGuards("guard score", options);
  const find = guardFinder(table, guards);
  const score = scoreGuards(texts, (text) => find(text, null));
  const rates = ratesOf(score.all);
  const missed = (["recall", "precision"] as const).filter((rate) => rates[rate] < bounds[rate]);
  const ok = missed.length === 0;
  out.write(options.format === "json" ? `${JSON.stringify(asJson(score, ok), null, 2)}\n` : drawn(score));
  for (const rate of missed) {
    // With two decimals, so that what falls short by little does not read as if it were enough.
    err.write(`${rate} is ${percent(rates[rate], 2)}, and has to be ${percent(bounds[rate], 2)} or more\n`);
  }
  return ok ? 0 : 1;
}

function bound(option: string, text: string | undefined): number {
  if (text === undefined) return 0;
  const percent = Number(text);
  if (text.trim() !== "" && percent >= 0 && percent <= 100) return percent / 100;
  throw new Complaint(`\`${option} ${text}\` is not a percentage`, "write a number from 0 to 100");
}

// ---- the set ----------------------------------------------------------------------------------------------------------

const LINE =
  '{"text": "…", "kind": "github", "spans": [[4, 44]]}, or "secrets": ["…"] in place of spans; neither for an innocent text';

async function readSet(file: string): Promise<LabelledText[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new Complaint(`there is no file \`${file}\``);
    if (error.code === "EISDIR") throw new Complaint(`\`${file}\` is a directory`, "name the set in it");
    throw error;
  });
  const texts = text
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [readLine(line, `${file}:${index + 1}`)]));
  if (texts.length === 0) throw new Complaint(`\`${file}\` holds no texts`, `each line is ${LINE}`);
  return texts;
}

interface Line {
  readonly text?: unknown;
  readonly kind?: unknown;
  readonly spans?: unknown;
  readonly secrets?: unknown;
}

function readLine(line: string, place: string): LabelledText {
  const wrong = (what: string): Complaint => new Complaint(`${place}: ${what}`, `a line is ${LINE}`);
  const parsed = parseLine(line);
  if (parsed === null) throw wrong("not a JSON object");
  const { text, kind = "all", spans, secrets } = parsed;
  if (typeof text !== "string") throw wrong("`text` is not a string");
  if (typeof kind !== "string") throw wrong("`kind` is not a string");
  if (spans !== undefined && secrets !== undefined) throw wrong("`spans` and `secrets` do not go together");
  if (secrets !== undefined) {
    if (!isListOf(secrets, isText)) throw wrong("`secrets` is not a list of strings");
    const lost = secrets.find((secret) => !text.includes(secret));
    if (lost !== undefined) throw wrong(`secret ${secrets.indexOf(lost) + 1} does not stand in the text`);
    return { text, kind, spans: secrets.flatMap((secret) => placesOf(text, secret)) };
  }
  if (spans === undefined) return { text, kind, spans: [] };
  if (!isListOf(spans, isSpan)) throw wrong("`spans` is not a list of pairs `[start, end]`");
  const beyond = spans.find(([start, end]) => start < 0 || end <= start || end > text.length);
  if (beyond !== undefined) throw wrong(`[${beyond.join(", ")}] is no part of the text`);
  return { text, kind, spans };
}

function parseLine(line: string): Line | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isSpan(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every((part) => Number.isInteger(part));
}

/** Every place of a secret in a text. */
function placesOf(text: string, secret: string): [number, number][] {
  const places: [number, number][] = [];
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
    places.push([at, at + secret.length]);
  }
  return places;
}

// ---- what is told -----------------------------------------------------------------------------------------------------

function ratesOf({ caught, secrets, right, findings, touched, innocent }: Tally) {
  return {
    recall: rate(caught, secrets),
    precision: rate(right, findings),
    falsePositiveRate: innocent === 0 ? 0 : touched / innocent,
  };
}

function asJson({ all, kinds }: GuardScore, ok: boolean) {
  const told = (tally: Tally) => ({ ...tally, ...ratesOf(tally) });
  return { ok, ...told(all), kinds: Object.fromEntries([...kinds].map(([kind, tally]) => [kind, told(tally)])) };
}

const HEADER = ["kind", "texts", "secrets", "caught", "recall", "findings", "precision", "innocent", "touched"];

function drawn({ all, kinds }: GuardScore): string {
  const rows = [HEADER, ...[...kinds].map(([kind, tally]) => rowOf(kind, tally)), rowOf("in all", all)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ");
  return `${rows.map(line).join("\n")}\n`;
}

function rowOf(kind: string, tally: Tally): string[] {
  const { texts, secrets, caught, findings, innocent, touched } = tally;
  const { recall, precision } = ratesOf(tally);
  const counts = [texts, secrets, caught, secrets === 0 ? "-" : percent(recall), findings];
  return [kind, ...[...counts, findings === 0 ? "-" : percent(precision), innocent, touched].map(String)];
}

function percent(part: number, decimals = 1): string {
  return `${(part * 100).toFixed(decimals)} %`;
}
