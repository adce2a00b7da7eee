/**
 * The editor's side of `gw lsp`: starts it in a workspace that is trusted, and again when its setting changes. All that it
 * offers (faults, completion, hover, formatting …) comes through the protocol, so nothing of that is here.
 */
import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { findCommand } from "./command.ts";

const LANGUAGE = "sallyport-policy";
const SETTING = "sallyport.command";

let client: LanguageClient | null = null;
/** Starts and stops happen one after the other. */
let last: Promise<void> = Promise.resolve();

/** Called by the editor with the first policy that is opened. */
export function activate({ subscriptions }: ExtensionContext): void {
  subscriptions.push(
    commands.registerCommand("sallyport.restart", restart),
    workspace.onDidGrantWorkspaceTrust(restart),
    workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(SETTING)) void restart();
    }),
  );
  void restart();
}

/** Called by the editor at its end. */
export function deactivate(): Promise<void> {
  return enqueue(stop);
}

function restart(): Promise<void> {
  return enqueue(async () => {
    await stop();
    await start();
  });
}

function enqueue(work: () => Promise<void>): Promise<void> {
  last = last.then(work).catch((error: unknown) => {
    void window.showErrorMessage(`gw lsp: ${error instanceof Error ? error.message : String(error)}`);
  });
  return last;
}

async function stop(): Promise<void> {
  const running = client;
  client = null;
  await running?.dispose();
}

async function start(): Promise<void> {
  // A workspace says which program is run; that is for its reader to allow.
  if (!workspace.isTrusted) return;
  const setting = workspace.getConfiguration().get<readonly string[]>(SETTING, []);
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
  const surroundings = { platform: process.platform, path: process.env.PATH ?? "" };
  const command = findCommand(
    setting,
    folders.map(({ uri }) => uri.fsPath),
    surroundings,
  );
  if (command === null) {
    const open = "Open the setting";
    const text = "There is no `gw` in this workspace or on the path, so policies are highlighted and not checked.";
    void window.showWarningMessage(text, open).then((chosen) => {
      if (chosen === open) void commands.executeCommand("workbench.action.openSettings", SETTING);
    });
    return;
  }
  const { program, args, cwd, shell } = command;
  const options = cwd === undefined ? { shell } : { cwd, shell };
  const started = new LanguageClient(
    "sallyport",
    "Sallyport policies",
    { command: program, args: [...args], options },
    { documentSelector: [{ scheme: "file", language: LANGUAGE }] },
  );
  client = started;
  await started.start();
}
