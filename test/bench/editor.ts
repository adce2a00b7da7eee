/**
 * What a person at an editor waits for: the real `gw lsp` on the large policy, a file of 20 KB open, keystroke by
 * keystroke over the protocol. Until the file's own faults are told, and until the whole policy has been judged.
 */
import { DidChangeTextDocumentNotification } from "vscode-languageserver/node";
import type { Source } from "../../src/language/source.ts";
import { codesOf, type Editor, startEditor } from "../editor/client.ts";
import { render, type Section } from "./report.ts";
import { calibrate, median, quantile } from "./statistics.ts";
import { LARGE, workload } from "./workload.ts";

/** Typed into a team, letter by letter, and taken out again: mostly the file is broken, as it is while one types. */
const TYPED = "  limit requests 10/min per key\n  allow tools @set-7, Tool4\n  deny models @group-33\n";
/** Faster than most people type. Now and then comes a pause in which a check of the whole begins, and is typed into. */
const LETTER_MS = 40;
const PAUSE_EVERY = 15;
const PAUSE_MS = 320;
const WHOLE_ROUNDS = 9;

const FILE = "teams/000.policy";
const WATCH = "watch.policy";

export interface EditorFigures {
  readonly calibrationNs: number;
  readonly keys: number;
  readonly bytes: number;
  readonly fileBytes: number;
  readonly keystrokes: number;
  /** A request that the server does not know, over the same pipes in the same run: what the machine itself takes. */
  readonly bareP50Ms: number;
  readonly bareP95Ms: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly mostMs: number;
  readonly wholeMs: number;
}

/** Types the text so many times, and measures. */
export async function benchEditor(rounds = 3): Promise<EditorFigures> {
  const sources = policyWithLongFile();
  const text = sources.find(({ path }) => path === FILE)!.text;
  const editor = await startEditor({ files: Object.fromEntries(sources.map(({ path, text: of }) => [path, of])) });
  try {
    await editor.open(FILE, text);
    const typist = createTypist(editor, text);
    // Until the first judgement the server reads and parses 2 MB; the invariant that does not hold tells when it has.
    await typist.toggle();
    await typist.toggle();
    const samples: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      samples.push(...(await typeIn(typist)), ...(await takeOut(typist)));
      bare.push(...(await askInVain(editor)));
    }
    const whole: number[] = [];
    for (let round = 0; round < WHOLE_ROUNDS; round++) whole.push(await typist.toggle());
    return {
      calibrationNs: calibrate(),
      keys: LARGE.keys,
      bytes: sources.reduce((sum, { text: of }) => sum + Buffer.byteLength(of), 0),
      fileBytes: Buffer.byteLength(text),
      keystrokes: samples.length,
      bareP50Ms: quantile(bare, 0.5),
      bareP95Ms: quantile(bare, 0.95),
      p50Ms: quantile(samples, 0.5),
      p95Ms: quantile(samples, 0.95),
      mostMs: Math.max(...samples),
      wholeMs: median(whole),
    };
  } finally {
    await editor.quit();
  }
}

/** Two of the files in one, and an invariant that an edit of a team breaks and mends. */
function policyWithLongFile(): Source[] {
  const sources = workload(LARGE);
  const other = sources.find(({ path }) => path === "teams/001.policy")!;
  const joined = (text: string) => `${text}\n${other.text.replace("language 1\n", "")}`;
  const invariant = 'invariant "watched" {\n  never allow tools Watched to team dept-0\n}\n';
  return [
    ...sources.flatMap(({ path, text }) => {
      if (path === other.path) return [];
      return [{ path, text: path === FILE ? joined(text) : text }];
    }),
    { path: WATCH, text: `language 1\n\n${invariant}` },
  ];
}

interface Typist {
  /** Puts text at an offset, or takes a stretch out, and answers how long the file's diagnostics took. */
  edit(start: number, end: number, text: string): Promise<number>;
  /** Breaks the invariant or mends it, and answers how long its diagnostic took. */
  toggle(): Promise<number>;
  /** Where in the file it is typed. */
  readonly place: number;
}

function createTypist({ connection, uri, until, onTold }: Editor, initial: string): Typist {
  let text = initial;
  let version = 1;
  let broken = false;
  let told: (version: number | null) => void = () => {};
  onTold(FILE, ({ version: of }) => told(of));
  const place = initial.indexOf("{\n", initial.indexOf("team dept-0 ")) + 2;
  const send = (start: number, end: number, insert: string): Promise<void> => {
    version += 1;
    const range = { start: positionOf(text, start), end: positionOf(text, end) };
    text = text.slice(0, start) + insert + text.slice(end);
    const textDocument = { uri: uri(FILE), version };
    const contentChanges = [{ range, text: insert }];
    return connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument, contentChanges });
  };
  return {
    place,
    async edit(start, end, insert) {
      const wanted = version + 1;
      const answered = new Promise<void>((resolve) => {
        told = (now) => now === wanted && resolve();
      });
      const begun = performance.now();
      await send(start, end, insert);
      await answered;
      return performance.now() - begun;
    },
    async toggle() {
      const line = "  allow tools Watched\n";
      const begun = performance.now();
      await (broken ? send(place, place + line.length, "") : send(place, place, line));
      broken = !broken;
      await until(WATCH, (told) => codesOf(told).includes("GW5010") === broken);
      return performance.now() - begun;
    },
  };
}

async function typeIn(typist: Typist): Promise<number[]> {
  const samples: number[] = [];
  for (const [index, letter] of Array.from(TYPED).entries()) {
    samples.push(await typist.edit(typist.place + index, typist.place + index, letter));
    await pauseAfter(index);
  }
  return samples;
}

async function takeOut({ edit, place }: Typist): Promise<number[]> {
  const samples: number[] = [];
  for (let end = TYPED.length; end > 0; end--) {
    samples.push(await edit(place + end - 1, place + end, ""));
    await pauseAfter(end);
  }
  return samples;
}

/** At the pace of typing, but nothing is typed: the server declines each request at once. */
async function askInVain({ connection }: Editor): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < TYPED.length; index++) {
    const begun = performance.now();
    await connection.sendRequest("sallyport/nothing").catch(() => {});
    samples.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, LETTER_MS));
  }
  return samples;
}

async function pauseAfter(keystroke: number): Promise<void> {
  const ms = keystroke % PAUSE_EVERY === 0 ? PAUSE_MS : LETTER_MS;
  await new Promise((resolve) => setTimeout(resolve, ms));
}

function positionOf(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)!.length };
}

/** The figures as a section of the report. */
export function editorSection(figures: EditorFigures): Section {
  const { calibrationNs, keys, bytes, fileBytes, keystrokes, bareP50Ms, bareP95Ms } = figures;
  const row = (name: string, ms: number) => [
    name,
    `${ms.toFixed(1)} ms`,
    `${((ms * 1e6) / calibrationNs / 1e6).toFixed(1)} M`,
  ];
  return {
    title: `Typing in an editor: ${keys} keys, ${(bytes / 1e6).toFixed(1)} MB, a file of ${Math.round(fileBytes / 1000)} KB`,
    columns: ["from a keystroke to", "time", "calibration steps"],
    rows: [
      row("faults of text and names of the file, p50", figures.p50Ms),
      row("faults of text and names of the file, p95", figures.p95Ms),
      row("faults of text and names of the file, most", figures.mostMs),
      row("a broken invariant in another file, p50", figures.wholeMs),
      row("an answer that takes no work, p50", bareP50Ms),
      row("an answer that takes no work, p95", bareP95Ms),
    ],
    notes: [
      `Wished: a p95 of at most 20 ms. ${keystrokes} keystrokes, over the protocol, through two pipes and back.`,
      "The whole policy is checked aside, after a pause as long as such a check takes; that is in the last row.",
      `One step of the calibration loop: ${calibrationNs.toFixed(2)} ns.`,
    ],
  };
}

if (import.meta.main) process.stdout.write(`${render(editorSection(await benchEditor()))}\n`);
