/** Requests about names: where they are declared, where they stand, what a file declares, and giving them another text. */
import {
  type Connection,
  type DocumentSymbol,
  ErrorCodes,
  type Location,
  ResponseError,
  SymbolKind,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import type { Span } from "../../language/source.ts";
import { definitionAt, referencesAt } from "../find.ts";
import { type Edits, rename, renameable } from "../rename.ts";
import { type Outlined, searchSymbols, symbolsOf } from "../symbols.ts";
import type { AskedPlace, Asking } from "./asking.ts";
import { locationOf, rangeOf, textEditOf } from "./shapes.ts";
import type { Desk, Workspace } from "./workspace.ts";

const SYMBOL_KINDS: Readonly<Record<Outlined["kind"], SymbolKind>> = {
  use: SymbolKind.Package,
  org: SymbolKind.Module,
  team: SymbolKind.Namespace,
  key: SymbolKind.Key,
  provider: SymbolKind.Interface,
  models: SymbolKind.Array,
  tools: SymbolKind.Array,
  mcp: SymbolKind.Interface,
  pattern: SymbolKind.String,
  guardrail: SymbolKind.Event,
  service: SymbolKind.Interface,
  audit: SymbolKind.Property,
  test: SymbolKind.Function,
  invariant: SymbolKind.Constant,
  delegate: SymbolKind.Operator,
};

/** Answers these requests. */
export function answerNavigation(connection: Connection, asking: Asking, workspace: Workspace): void {
  connection.onDefinition(async (params) => {
    const asked = await asking.at(params);
    const span = asked && definitionAt(asked.place);
    return asked && span ? locationOf(span, asked.desk.find) : null;
  });
  connection.onReferences(async (params) => {
    const asked = await asking.at(params);
    return asked && locationsOf(asked, referencesAt(asked.place, params.context.includeDeclaration));
  });
  connection.onDocumentHighlight(async (params) => {
    const asked = await asking.at(params);
    if (asked === null) return null;
    const here = referencesAt(asked.place, true).filter(({ path }) => path === asked.path);
    return here.map((span) => ({ range: rangeOf(asked.document, span) }));
  });
  connection.onPrepareRename(async (params) => {
    const asked = await asking.at(params);
    if (asked === null) return null;
    const name = renameable(asked.place);
    if ("refuse" in name) throw new ResponseError(ErrorCodes.InvalidRequest, name.refuse);
    return rangeOf(asked.document, name.span);
  });
  connection.onRenameRequest(async (params) => {
    const asked = await asking.at(params);
    if (asked === null) return null;
    const edits = rename(asked.place, params.newName);
    if ("refuse" in edits) throw new ResponseError(ErrorCodes.InvalidRequest, edits.refuse);
    return workspaceEditOf(edits, asked.desk);
  });
  connection.onDocumentSymbol(async ({ textDocument }): Promise<DocumentSymbol[] | null> => {
    const asked = await asking.about(textDocument.uri);
    const tree = asked?.desk.policy.treeOf(asked.path);
    if (asked === null || !tree) return null;
    return symbolsOf(tree).map(({ kind, name, detail, span, nameSpan }) => ({
      name,
      detail,
      kind: SYMBOL_KINDS[kind],
      range: rangeOf(asked.document, span),
      selectionRange: rangeOf(asked.document, nameSpan),
    }));
  });
  connection.onWorkspaceSymbol(({ query }) =>
    workspace.desks.flatMap(({ policy, find }) =>
      searchSymbols(policy, query).flatMap(({ kind, name, detail, nameSpan }) => {
        const location = locationOf(nameSpan, find);
        return location ? [{ name, kind: SYMBOL_KINDS[kind], containerName: detail, location }] : [];
      }),
    ),
  );
}

function locationsOf({ desk }: AskedPlace, spans: readonly Span[]): Location[] {
  return spans.flatMap((span) => locationOf(span, desk.find) ?? []);
}

/** Edits of several files, each by its address. */
export function workspaceEditOf(edits: Edits, { find }: Desk): WorkspaceEdit {
  const changes = [...edits].flatMap(([path, list]) => {
    const found = find(path);
    return found ? [[found.uri, list.map((edit) => textEditOf(found.document, edit))] as const] : [];
  });
  return { changes: Object.fromEntries(changes) };
}
