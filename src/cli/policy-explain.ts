/**
 * `gw policy explain`: a diagnostic by its code; a key, team or the org with all that made its policy; the decision about
 * a model or tool; a request of the record. Which of them is meant is told by the first word.
 */

import { Complaint } from "./complaint.ts";
import { explainCode } from "./explain-code.ts";
import { explainQuestion } from "./explain-question.ts";
import { explainSubject } from "./explain-subject.ts";
import { askable, DEFAULT_DIR, nodeNamed } from "./explain-words.ts";
import { loadFor } from "./reading.ts";
import type { Terminal } from "./terminal.ts";

/** What the command line says behind the words. */
export interface ExplainOptions {
  readonly format: "text" | "json";
  readonly at?: number;
  readonly model?: string;
  readonly tool?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly data?: string;
}

const REQUEST = /^req_/;

/** Explains what the words name. */
export async function policyExplain(
  words: readonly string[],
  options: ExplainOptions,
  terminal: Terminal,
): Promise<0 | 1> {
  const [first = "", ...rest] = words;
  switch (first) {
    case "org":
      return explainNode("org", ["", ...rest], { options, terminal });
    case "team":
    case "key":
      return explainNode(first, rest, { options, terminal });
    default:
      if (REQUEST.test(first)) return explainRecorded(first, rest, { options, terminal });
      refuseMore(rest);
      return explainCode(first, options.format, terminal);
  }
}

interface Manner {
  readonly options: ExplainOptions;
  readonly terminal: Terminal;
}

async function explainNode(
  kind: "org" | "team" | "key",
  [name, dir = DEFAULT_DIR, ...more]: readonly string[],
  { options, terminal }: Manner,
): Promise<0 | 1> {
  if (name === undefined) throw new Complaint(`which ${kind}?`, `write \`gw policy explain ${kind} NAME\``);
  refuseMore(more);
  const { format, model = null, tool = null, input = null, at = Date.now() } = options;
  if (input !== null && tool === null) {
    throw new Complaint("which tool is called with this input?", "name it: `--tool mcp:github/create_issue`");
  }
  const side = askable(await loadFor(`policy explain ${kind} ${name}`.trimEnd(), dir), dir, terminal.err);
  const asked = { side, node: nodeNamed(side, kind, name), at, dir, format, model, tool, input };
  const isQuestion = model !== null || tool !== null;
  return isQuestion ? explainQuestion(asked, terminal.out) : explainSubject(asked, terminal.out);
}

async function explainRecorded(
  ticket: string,
  [dir = DEFAULT_DIR, ...more]: readonly string[],
  { options, terminal }: Manner,
): Promise<0 | 1> {
  refuseMore(more);
  const { explainRequest } = await import("./explain-request.ts");
  return explainRequest({ ticket, dir, data: options.data ?? null, format: options.format }, terminal);
}

function refuseMore([word]: readonly string[]): void {
  if (word === undefined) return;
  throw new Complaint(
    `\`${word}\` is one word too many`,
    "`gw policy explain CODE`, `key NAME [DIR]`, `team NAME [DIR]`, `org [DIR]` or `req_… [DIR] --data DATA`",
  );
}
