/** Requests for help with writing: proposals, what a place means, ways to mend a fault, and running a test. */
import {
  CodeActionKind,
  type CodeLens,
  CompletionItemKind,
  type Connection,
  type InitializeParams,
  InsertTextFormat,
  MarkupKind,
} from "vscode-languageserver/node";
import { complete, type Proposal } from "../complete.ts";
import { effectiveText } from "../effective-text.ts";
import { fixesIn } from "../fixes.ts";
import { hoverAt } from "../hover.ts";
import { lensesOf, verdictOf } from "../lenses.ts";
import type { WholeCheck } from "../whole-check.ts";
import type { Asking } from "./asking.ts";
import { say } from "./say.ts";
import { rangeOf, shownDiagnostic, textEditOf } from "./shapes.ts";

/** The command behind a lens: the address of a file, and the name of a test in it. */
export const RUN_TEST = "sallyport.runTest";

const ITEM_KINDS: Readonly<Record<Proposal["kind"], CompletionItemKind>> = {
  word: CompletionItemKind.Keyword,
  snippet: CompletionItemKind.Snippet,
  name: CompletionItemKind.Value,
  group: CompletionItemKind.Reference,
  value: CompletionItemKind.Constant,
  text: CompletionItemKind.Text,
};

/** What these answers need. */
export interface Means {
  readonly connection: Connection;
  readonly asking: Asking;
  readonly check: WholeCheck;
  /** What the editor said of itself; asked when a request comes, for it is said before the first one. */
  readonly editor: () => InitializeParams | null;
}

/** Answers these requests. */
export function answerAssistance(means: Means): void {
  answerCompletion(means);
  answerHover(means);
  answerFixes(means);
  answerTests(means);
}

function answerCompletion({ connection, asking, editor }: Means): void {
  connection.onCompletion(async (params) => {
    const asked = await asking.at(params);
    const found = asked && complete(asked.place);
    if (!found) return null;
    const { document, place } = asked;
    const knowsSnippets = editor()?.capabilities.textDocument?.completion?.completionItem?.snippetSupport === true;
    const range = rangeOf(document, { start: found.start, end: place.offset });
    const items = found.list.map(({ kind, label, snippet, detail, doc }) => ({
      label,
      kind: ITEM_KINDS[kind],
      ...(detail === null ? {} : { detail }),
      ...(doc === null ? {} : { documentation: { kind: MarkupKind.Markdown, value: doc } }),
      ...(snippet !== null && knowsSnippets ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
      textEdit: { range, newText: snippet === null ? label : knowsSnippets ? snippet.marked : snippet.plain },
    }));
    return { isIncomplete: !found.isWhole, items };
  });
}

function answerHover({ connection, asking, check }: Means): void {
  connection.onHover(async (params) => {
    const asked = await asking.at(params);
    const found = asked && hoverAt(asked.place);
    if (!found) return null;
    const { desk, document } = asked;
    if (found.node !== null) await desk.rounds?.settled();
    const node = found.node && desk.rounds && (await check.effective(desk.dir, found.node, Date.now()));
    const parts = node ? [...found.parts, effectiveText(node)] : found.parts;
    return { contents: { kind: MarkupKind.Markdown, value: parts.join("\n\n") }, range: rangeOf(document, found) };
  });
}

function answerFixes({ connection, asking }: Means): void {
  connection.onCodeAction(async ({ textDocument, range }) => {
    const asked = await asking.about(textDocument.uri);
    if (asked === null) return null;
    const { document, desk, path } = asked;
    const touched = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
    return fixesIn(desk.policy, path, touched).map(({ title, diagnostic, edit, preferred }) => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [shownDiagnostic(diagnostic, document, desk.find)],
      isPreferred: preferred,
      edit: { changes: { [textDocument.uri]: [textEditOf(document, edit)] } },
    }));
  });
}

function answerTests({ connection, asking }: Means): void {
  connection.onCodeLens(async ({ textDocument: { uri } }): Promise<CodeLens[] | null> => {
    const asked = await asking.about(uri);
    if (asked === null || asked.desk.rounds === null) return null;
    return lensesOf(asked.desk.policy, asked.path).map(({ span, title, test }) => ({
      range: rangeOf(asked.document, span),
      command: { title, command: RUN_TEST, arguments: [uri, test] },
    }));
  });
  connection.onExecuteCommand(async ({ command, arguments: [uri, test] = [] }) => {
    if (command !== RUN_TEST || typeof uri !== "string" || typeof test !== "string") return null;
    const asked = await asking.about(uri);
    if (asked === null) return null;
    await asked.desk.rounds?.settled();
    const verdict = verdictOf(asked.desk.policy, test);
    say(connection, verdict.passed ? "info" : "warning", verdict.message);
    return verdict;
  });
}
