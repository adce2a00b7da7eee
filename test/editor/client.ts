/** An editor for tests: starts the real `gw lsp` in a process of its own, speaks the protocol, and keeps what it is told. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExitNotification,
  InitializedNotification,
  type InitializeParams,
  InitializeRequest,
  type InitializeResult,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { GW } from "../cli/gw.ts";

/** What a file was told to hold. */
export interface Told {
  readonly version: number | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Editor {
  readonly connection: ProtocolConnection;
  readonly dir: string;
  readonly answer: InitializeResult;
  uri(path: string): string;
  open(path: string, text: string): Promise<void>;
  change(path: string, text: string): Promise<void>;
  /** Resolves once what was last told about a file looks so. */
  until(path: string, looks: (told: Told) => boolean): Promise<Told>;
  /** Calls back each time a file is told about. */
  onTold(path: string, listener: (told: Told) => void): void;
  /** Resolves once the server asked to be told of something later on, with what exactly. */
  registered(method: string): Promise<unknown>;
  /** Goes away without a word, and answers the exit code. */
  vanish(): Promise<number | null>;
  /** Ends the conversation as editors do, and answers the exit code. */
  quit(): Promise<number | null>;
}

/** How the editor begins. */
export interface Setup {
  readonly files: Readonly<Record<string, string>>;
  readonly capabilities?: InitializeParams["capabilities"];
  readonly initializationOptions?: unknown;
  /** Opens no folder, only files by themselves. */
  readonly alone?: boolean;
}

/** Starts a server in a new folder with these files. */
export async function startEditor(setup: Setup): Promise<Editor> {
  const dir = mkdtempSync(join(tmpdir(), "sallyport-editor-"));
  for (const [path, text] of Object.entries(setup.files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  const child = spawn(process.execPath, [GW, "lsp", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: process.env.PATH },
  });
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const uri = (path: string) => pathToFileURL(join(dir, path)).href;
  const told = new Map<string, Told>();
  const watchers = new Set<() => void>();
  const listeners = new Map<string, (told: Told) => void>();
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri: of, version, diagnostics }) => {
    const now = { version: version ?? null, diagnostics };
    told.set(of, now);
    listeners.get(of)?.(now);
    for (const watcher of watchers) watcher();
  });
  const registrations = new Map<string, PromiseWithResolvers<unknown>>();
  const registration = (method: string) => {
    const known = registrations.get(method) ?? Promise.withResolvers<unknown>();
    registrations.set(method, known);
    return known;
  };
  connection.onRequest(RegistrationRequest.type, (asked) => {
    for (const { method, registerOptions } of asked.registrations) registration(method).resolve(registerOptions);
  });
  connection.listen();
  const folders = setup.alone === true ? null : [{ uri: pathToFileURL(dir).href, name: "test" }];
  const answer = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: folders,
    capabilities: setup.capabilities ?? {},
    initializationOptions: setup.initializationOptions,
  });
  await connection.sendNotification(InitializedNotification.type, {});
  const versions = new Map<string, number>();
  return {
    connection,
    dir,
    answer,
    uri,
    open(path, text) {
      versions.set(path, 1);
      const textDocument = { uri: uri(path), languageId: "policy", version: 1, text };
      return connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument });
    },
    change(path, text) {
      const version = (versions.get(path) ?? 0) + 1;
      versions.set(path, version);
      const textDocument = { uri: uri(path), version };
      return connection.sendNotification(DidChangeTextDocumentNotification.type, {
        textDocument,
        contentChanges: [{ text }],
      });
    },
    until: (path, looks) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const now = told.get(uri(path));
          if (now === undefined || !looks(now)) return;
          watchers.delete(look);
          resolve(now);
        };
        void exit.then((code) => reject(new Error(`the server ended with code ${code}`)));
        watchers.add(look);
        look();
      }),
    onTold(path, listener) {
      listeners.set(uri(path), listener);
    },
    registered: (method) => registration(method).promise,
    async vanish() {
      child.stdin.end();
      const code = await exit;
      connection.dispose();
      rmSync(dir, { recursive: true, force: true });
      return code;
    },
    async quit() {
      await connection.sendRequest(ShutdownRequest.type);
      await connection.sendNotification(ExitNotification.type);
      const code = await exit;
      connection.dispose();
      rmSync(dir, { recursive: true, force: true });
      return code;
    },
  };
}

/** The codes of what was told. */
export function codesOf({ diagnostics }: Told): readonly unknown[] {
  return diagnostics.map(({ code }) => code);
}
