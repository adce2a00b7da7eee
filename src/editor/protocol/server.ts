/**
 * `gw lsp` as an editor meets it: what the server offers, and the words of the protocol turned into questions of this
 * room and back. Everything that can be asked without a protocol lives one folder up.
 */
import {
  CodeActionKind,
  CodeLensRefreshRequest,
  createConnection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
  TextDocuments,
} from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { readBuiltins } from "../../revision/packs.ts";
import { format } from "../format.ts";
import { startWholeCheck } from "../whole-check.ts";
import { filePath } from "./addresses.ts";
import { createAsking } from "./asking.ts";
import { answerAssistance, RUN_TEST } from "./assistance.ts";
import { answerNavigation } from "./navigation.ts";
import { textEditOf } from "./shapes.ts";
import { Workspace } from "./workspace.ts";

/** The section of an editor's settings that is ours. */
const SETTINGS = "sallyport";

/** Begins to serve an editor. When the editor goes away, the process ends: with 0 if it said so before. */
export async function serveEditor(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  version: string,
): Promise<void> {
  const builtins = await readBuiltins();
  const connection = createConnection(input, output);
  const documents = new TextDocuments(TextDocument);
  const check = startWholeCheck();
  let opened: InitializeParams | null = null;
  const onJudged = () => {
    if (opened?.capabilities.workspace?.codeLens?.refreshSupport === true) {
      // An editor that declines asks again when it likes.
      connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
    }
  };
  const workspace = new Workspace({ connection, documents, check, builtins, onJudged });
  const ready = Promise.withResolvers<void>();
  connection.onInitialize((params) => {
    opened = params;
    return { capabilities: CAPABILITIES, serverInfo: { name: "sallyport", version } };
  });
  connection.onInitialized(async () => {
    if (opened === null) return;
    if (opened.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) {
      const watchers = [{ globPattern: "**/*.{policy,toml,lock}" }];
      connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }).catch((error: unknown) => {
        connection.console.warn(`changes on the disk are not seen: ${String(error)}`);
      });
    }
    if (opened.capabilities.workspace?.didChangeConfiguration?.dynamicRegistration === true) {
      connection.client
        .register(DidChangeConfigurationNotification.type, { section: SETTINGS })
        .catch((error: unknown) => connection.console.warn(`changes of settings are not seen: ${String(error)}`));
    }
    if (opened.capabilities.workspace?.workspaceFolders === true) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) =>
        workspace.refold(pathsOf(added), pathsOf(removed)),
      );
    }
    await workspace.open(foldersOf(opened), await chosen(opened));
    ready.resolve();
  });
  connection.onDidChangeConfiguration(async () => {
    await ready.promise;
    if (opened !== null) await workspace.choose(await chosen(opened));
  });
  /** Said when the server was started, or among the settings of an editor that can be asked for them. */
  const chosen = async ({ initializationOptions, capabilities }: InitializeParams) => {
    const said = policiesOf(initializationOptions);
    if (said !== null || capabilities.workspace?.configuration !== true) return said;
    return policiesOf(await connection.workspace.getConfiguration(SETTINGS).catch(() => null));
  };
  connection.onShutdown(() => {
    workspace.close();
    return check.close();
  });

  documents.onDidChangeContent(({ document }) => workspace.edited(document));
  documents.onDidClose(({ document }) => workspace.saved(document.uri));
  connection.onDidChangeWatchedFiles(async ({ changes }) => {
    const moved = changes.filter(({ type }) => type !== FileChangeType.Changed);
    await workspace.movedOnDisk(moved.map(({ uri }) => uri));
    const written = changes.filter(({ type }) => type === FileChangeType.Changed);
    await Promise.all(written.map(({ uri }) => workspace.saved(uri)));
  });

  const asking = createAsking(workspace, ready.promise);
  answerNavigation(connection, asking, workspace);
  answerAssistance({ connection, asking, check, editor: () => opened });
  connection.onDocumentFormatting(async ({ textDocument }) => {
    const asked = await asking.about(textDocument.uri);
    if (asked === null || asked.desk.policy.isPinned(asked.path)) return [];
    const { document, path } = asked;
    return format({ path, text: document.getText() }).map((edit) => textEditOf(document, edit));
  });

  documents.listen(connection);
  connection.listen();
}

const CAPABILITIES: InitializeResult["capabilities"] = {
  textDocumentSync: TextDocumentSyncKind.Incremental,
  documentFormattingProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  completionProvider: { triggerCharacters: ["@", "/", ":", ".", '"'] },
  hoverProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  codeLensProvider: {},
  executeCommandProvider: { commands: [RUN_TEST] },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  return pathsOf(workspaceFolders ?? (rootUri === null ? [] : [{ uri: rootUri }]));
}

function pathsOf(folders: readonly { readonly uri: string }[]): readonly string[] {
  return folders.flatMap(({ uri }) => filePath(uri) ?? []);
}

/** `{ "policies": ["policy"] }`: the directories that are policies; null when they are to be looked for. */
function policiesOf(settings: unknown): readonly string[] | null {
  if (typeof settings !== "object" || settings === null || !("policies" in settings)) return null;
  const { policies } = settings;
  if (!Array.isArray(policies) || policies.length === 0) return null;
  return policies.filter((dir: unknown): dir is string => typeof dir === "string");
}
