/**
 * As much of VS Code's API as the extension and its library ask for. What is asked for and never looked at is made up as
 * it is asked for: every other name is a class, a function and a namespace at once.
 */
import { registerHooks } from "node:module";

/** What the test says of the editor, and what the extension showed. */
export interface FakeEditor {
  trusted: boolean;
  folder: string;
  command: readonly string[];
  readonly warnings: string[];
  /** The commands that the extension registered, by name. */
  readonly commands: Map<string, () => unknown>;
  grantTrust(): void;
}

type Listener = (event: unknown) => void;

/** Makes `require("vscode")` give this editor, for the whole process. */
export function installFakeEditor(): FakeEditor {
  const granted = new Set<Listener>();
  const editor: FakeEditor = {
    trusted: true,
    folder: "",
    command: [],
    warnings: [],
    commands: new Map(),
    grantTrust() {
      editor.trusted = true;
      for (const listener of granted) listener(undefined);
    },
  };
  const nothing = { dispose() {} };
  const workspace = {
    get isTrusted() {
      return editor.trusted;
    },
    get workspaceFolders() {
      return [{ name: "w", index: 0, uri: { scheme: "file", fsPath: editor.folder, toString: () => "file:///w" } }];
    },
    textDocuments: [],
    notebookDocuments: [],
    getConfiguration: () => ({
      get: (name: string, otherwise: unknown) => (name === "sallyport.command" ? editor.command : otherwise),
      inspect: () => undefined,
    }),
    onDidGrantWorkspaceTrust: (listener: Listener) => granted.add(listener) && nothing,
  };
  const window = {
    showWarningMessage: (text: string) => Promise.resolve(void editor.warnings.push(text)),
    showErrorMessage: (text: string) => Promise.resolve(void editor.warnings.push(text)),
  };
  const commands = {
    registerCommand: (name: string, run: () => unknown) => editor.commands.set(name, run) && nothing,
  };
  const api = orAnything({
    EventEmitter,
    Disposable,
    version: "1.91.0",
    env: { language: "en", appName: "fake" },
    workspace: orAnything(workspace),
    window: orAnything(window),
    commands: orAnything(commands),
  });
  const shared = globalThis as typeof globalThis & { fakeEditorApi?: unknown };
  shared.fakeEditorApi = api;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "vscode"
        ? { url: "fake:vscode", format: "commonjs", shortCircuit: true }
        : next(specifier, context),
    load: (url, context, next) =>
      url === "fake:vscode"
        ? { format: "commonjs", source: "module.exports = globalThis.fakeEditorApi", shortCircuit: true }
        : next(url, context),
  });
  return editor;
}

class EventEmitter {
  readonly #listeners = new Set<Listener>();
  readonly event = (listener: Listener) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(event: unknown): void {
    for (const listener of this.#listeners) listener(event);
  }
  dispose(): void {}
}

class Disposable {
  dispose(): void {}
}

function orAnything(known: object): object {
  return new Proxy(known, { get: (target, name) => Reflect.get(target, name) ?? anything() });
}

/** Can be called, constructed and looked into, and says nothing. */
function anything(): unknown {
  return new Proxy(class {} as object, {
    get: (target, name) => {
      if (name === "then") return undefined;
      return name === Symbol.toPrimitive ? () => "" : (Reflect.get(target, name) ?? anything());
    },
    apply: anything,
    construct: () => anything() as object,
  });
}
