/**
 * The texts of a file that guardrails are tried on: all of a plain file, or of a recorded conversation each text by
 * itself, where it stands in the JSON. A conversation is the body of a Messages request, or lines of JSON of which each
 * is such a body or holds one `message`, as the transcripts of Claude Code do.
 */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import type { Standing } from "../analysis/guard-find.ts";
import { readMessages } from "../wire/anthropic/read.ts";
import type { Json, Node } from "../wire/json.ts";
import { skim } from "../wire/skim.ts";
import { textAt } from "../wire/text.ts";
import { Complaint } from "./complaint.ts";

/** A text, and where it comes from. */
export interface SourceText {
  /** As the command line names it; `-` for standard input. */
  readonly file: string;
  /** Line of the file on which the JSON of a conversation stands; null for all else. */
  readonly line: number | null;
  /** Path in that JSON: `messages[2].content[0].text`; null for a plain file. */
  readonly path: string | null;
  /** null for a plain file: all guardrails look at it. */
  readonly standing: Standing | null;
  readonly text: string;
}

/** What a file is called that is standard input. */
const STANDARD_INPUT = "-";

/** The fields that a conversation of one message lacks; they are before it, so that its offsets move together. */
const AROUND = ['{"model":"m","max_tokens":1,"messages":[', "]}"] as const;

/** The files that are named; standard input when there are none, unless a person would have to type it. */
export function filesToSearch(named: readonly string[], isTyped: boolean): readonly string[] {
  if (named.length > 0) return named;
  if (!isTyped) return [STANDARD_INPUT];
  throw new Complaint("no file is named", "name files, or pipe a text in: `git diff | gw guard scan`");
}

/** Reads a file and takes its texts apart; null for one that is no text. */
export async function textsOfFile(file: string): Promise<SourceText[] | null> {
  const bytes = file === STANDARD_INPUT ? await buffer(process.stdin) : await readNamed(file);
  if (bytes.includes(0)) return null;
  const whole = conversation(file, bytes, null);
  if (whole !== null) return whole;
  const text = bytes.toString("utf8");
  return linesOfJson(file, text) ?? [{ file, line: null, path: null, standing: null, text }];
}

async function readNamed(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new Complaint(`there is no file \`${file}\``, "`-` reads standard input");
    if (code === "EISDIR") throw new Complaint(`\`${file}\` is a directory`, "name the files in it");
    throw error;
  }
}

/** The texts of each line; null unless every line is a JSON object and one of them belongs to a conversation. */
function linesOfJson(file: string, text: string): SourceText[] | null {
  const lines = text.split("\n").map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const written = lines.filter(({ line }) => line !== "");
  if (written.length === 0 || written.some(({ line }) => !line.startsWith("{"))) return null;
  const found = written.map(({ line, number }) => textsOfLine(file, line, number));
  return found.every((texts) => texts === null) ? null : found.flatMap((texts) => texts ?? []);
}

function textsOfLine(file: string, line: string, number: number): SourceText[] | null {
  const body = conversation(file, Buffer.from(line), number);
  if (body !== null) return body;
  const message = messageOf(line);
  const texts = message === null ? null : conversation(file, Buffer.from(AROUND.join(message)), number);
  return texts?.map((text) => ({ ...text, path: text.path!.replace(/^messages\[0\]/, "message") })) ?? null;
}

/** The `message` of a line of a transcript, as JSON. */
function messageOf(line: string): string | null {
  try {
    const { message } = JSON.parse(line) as { message?: { role?: unknown; content?: unknown } };
    if (message?.content === undefined) return null;
    const { role, content } = message;
    return JSON.stringify({ role, content });
  } catch {
    return null;
  }
}

function conversation(file: string, bytes: Buffer, line: number | null): SourceText[] | null {
  const request = readMessages(bytes);
  if (request.kind === "malformed") return null;
  const json = skim(bytes);
  return request.texts.map(({ place, author, start, end }) => {
    const path = pathOf(json, 0, start);
    return { file, line, path, standing: { place, author }, text: textAt(bytes, start, end) };
  });
}

/** The way from a value to the string that begins at an offset; for the name of a field the way to its object. */
function pathOf(json: Json, node: Node, offset: number): string {
  for (const [step, child] of steps(json, node)) {
    if (json.start(child) <= offset && offset < json.end(child)) return joined(step, pathOf(json, child, offset));
  }
  return "";
}

function steps(json: Json, node: Node): Iterable<readonly [string, Node]> {
  if (json.kind(node) === "object") return json.fields(node);
  return json.elements(node).map((child, index) => [`[${index}]`, child] as const);
}

function joined(step: string, rest: string): string {
  return rest === "" || rest.startsWith("[") ? step + rest : `${step}.${rest}`;
}
