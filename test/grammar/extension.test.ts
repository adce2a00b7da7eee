/** The extension for VS Code: packed by its one command, unpacked, and run beside an editor that is made up. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { EventEmitter, on, once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findCommand } from "../../grammar/vscode/src/command.ts";
import { GW } from "../cli/gw.ts";
import { installFakeEditor } from "./fake-editor.ts";
import { unzip } from "./unzip.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const place = realpathSync(mkdtempSync(join(tmpdir(), "sallyport-extension-")));
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** The files of the archive, by name. */
let archive: ReadonlyMap<string, Buffer> = new Map();

const editor = installFakeEditor();
let extension: { activate(context: { subscriptions: unknown[] }): void; deactivate(): Promise<void> };

before(async () => {
  await promisify(execFile)(process.execPath, [join(ROOT, ".ci/editor.ts"), place]);
  archive = unzip(readFileSync(join(place, `sallyport-policy-${version}.vsix`)));
  writeFileSync(join(place, "extension.cjs"), archive.get("extension/dist/extension.cjs")!);
  extension = createRequire(import.meta.url)(join(place, "extension.cjs"));
});

after(() => rmSync(place, { recursive: true, force: true }));

test("the archive holds what the editor needs, and nothing else", () => {
  assert.deepEqual([...archive.keys()].sort(), [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/dist/extension.cjs",
    "extension/language-configuration.json",
    "extension/package.json",
    "extension/policy.tmLanguage.json",
    "extension/readme.md",
  ]);
  const highlighting = readFileSync(join(ROOT, "grammar/policy.tmLanguage.json"));
  assert.deepEqual(archive.get("extension/policy.tmLanguage.json"), highlighting);
});

test("its manifest names files that are in the archive, and the version of the package", () => {
  const manifest = JSON.parse(archive.get("extension/package.json")!.toString());
  assert.equal(manifest.version, version);
  const { languages, grammars } = manifest.contributes;
  const named = [manifest.main, languages[0].configuration, grammars[0].path];
  for (const path of named) assert.ok(archive.has(path.replace("./", "extension/")), path);
  assert.deepEqual(languages[0].extensions, [".policy"]);
  assert.equal(grammars[0].language, languages[0].id);
  const scope = JSON.parse(archive.get("extension/policy.tmLanguage.json")!.toString()).scopeName;
  assert.equal(grammars[0].scopeName, scope);
  JSON.parse(archive.get("extension/language-configuration.json")!.toString());
});

test("its settings are those that its page tells of, and those that it and its server ask for", () => {
  const { contributes } = JSON.parse(archive.get("extension/package.json")!.toString());
  const page = archive.get("extension/readme.md")!.toString();
  const told = Array.from(page.matchAll(/^\| `(sallyport\.[\w.]+)`/gm), ([, name]) => name);
  assert.deepEqual(Object.keys(contributes.configuration.properties), told);
  assert.deepEqual(told, ["sallyport.command", "sallyport.policies", "sallyport.trace.server"]);
});

// ---- the command ------------------------------------------------------------------------------------------------------

function runnable(folder: string, text = "#!/bin/sh\n"): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "gw");
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

test("the command is the setting's, else that of the first folder that has one, else the one on the path", () => {
  const [one, two, bin] = ["one", "two", "bin"].map((name) => join(place, name)) as [string, string, string];
  const inTwo = runnable(join(two, "node_modules/.bin"));
  const onPath = runnable(bin);
  const here = { platform: "linux", path: [join(place, "none"), bin].join(delimiter) } as const;
  const plain = { args: ["lsp"], shell: false };
  assert.deepEqual(findCommand([], [one, two], here), { ...plain, program: inTwo, cwd: two });
  assert.deepEqual(findCommand([], [one], here), { ...plain, program: onPath, cwd: one });
  assert.deepEqual(findCommand([], [], here), { ...plain, program: onPath, cwd: undefined });
  assert.equal(findCommand([], [one], { ...here, path: "" }), null);
  const set = { program: "npx", args: ["gw", "lsp"], cwd: one };
  assert.deepEqual(findCommand(["npx", "gw"], [one, two], here), { ...set, shell: false });
  assert.deepEqual(findCommand(["npx", "gw"], [one, two], { ...here, platform: "win32" }), { ...set, shell: true });
});

// ---- the extension, running -------------------------------------------------------------------------------------------

afterEach(async () => {
  await extension.deactivate();
  Object.assign(editor, { trusted: true, folder: place, command: [] });
  editor.warnings.length = 0;
});

/** A workspace with a `gw` that answers every request with nothing, and tells here what it is told. */
async function listening(): Promise<{ folder: string; until(line: string): Promise<string[]>; close(): void }> {
  const told = new EventEmitter();
  const server = createServer((socket) => createInterface(socket).on("line", (line) => told.emit("line", line)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(join(place, "workspace-"));
  runnable(join(folder, "node_modules/.bin"), `#!${process.execPath}\n(${speak})(${port})\n`);
  const lines = on(told, "line") as AsyncIterableIterator<[string]>;
  const until = async (last: string): Promise<string[]> => {
    const heard: string[] = [];
    while (heard.at(-1) !== last) heard.push((await lines.next()).value[0]);
    return heard;
  };
  return { folder, until, close: () => server.close() };
}

/** Runs in the process of the `gw` above, as text. */
const speak = `(port) => {
  const tell = require("node:net").connect(port, "127.0.0.1");
  tell.write(JSON.stringify(process.argv.slice(2)) + " in " + process.cwd() + "\\n");
  let text = "";
  process.stdin.setEncoding("utf8").on("data", (more) => {
    text += more;
    for (let found; (found = /^Content-Length: (\\d+)\\r\\n\\r\\n/.exec(text)); ) {
      const end = found[0].length + Number(found[1]);
      if (text.length < end) return;
      const { id, method } = JSON.parse(text.slice(found[0].length, end));
      text = text.slice(end);
      if (method !== undefined) tell.write(method + "\\n");
      if (method === "exit") tell.end(() => process.exit());
      if (id === undefined || method === undefined) continue;
      const reply = JSON.stringify({ jsonrpc: "2.0", id, result: method === "initialize" ? { capabilities: {} } : null });
      process.stdout.write("Content-Length: " + reply.length + "\\r\\n\\r\\n" + reply);
    }
  });
}`;

test("it starts `gw lsp` in the workspace, starts it again on demand, and ends it in order", async () => {
  const gw = await listening();
  editor.folder = gw.folder;
  const begin = [`["lsp"] in ${gw.folder}`, "initialize", "initialized"];
  extension.activate({ subscriptions: [] });
  assert.deepEqual(await gw.until("initialized"), begin);
  await editor.commands.get("sallyport.restart")!();
  assert.deepEqual(await gw.until("initialized"), ["shutdown", "exit", ...begin]);
  await extension.deactivate();
  assert.deepEqual(await gw.until("exit"), ["shutdown", "exit"]);
  gw.close();
  assert.deepEqual(editor.warnings, []);
});

test("the real `gw lsp` and it understand each other", async () => {
  editor.folder = mkdtempSync(join(place, "policy-"));
  editor.command = [process.execPath, GW];
  extension.activate({ subscriptions: [] });
  await extension.deactivate();
  assert.deepEqual(editor.warnings, []);
});

test("it starts nothing in a workspace that is not trusted, until it is", async () => {
  const gw = await listening();
  Object.assign(editor, { folder: gw.folder, trusted: false });
  extension.activate({ subscriptions: [] });
  await editor.commands.get("sallyport.restart")!();
  editor.grantTrust();
  await extension.deactivate();
  const whole = [`["lsp"] in ${gw.folder}`, "initialize", "initialized", "shutdown", "exit"];
  assert.deepEqual(await gw.until("exit"), whole);
  gw.close();
  assert.deepEqual(editor.warnings, []);
});

test("without a `gw` it says so once, and what that means", async () => {
  const { PATH } = process.env;
  editor.folder = mkdtempSync(join(place, "empty-"));
  process.env.PATH = "";
  try {
    extension.activate({ subscriptions: [] });
    await extension.deactivate();
  } finally {
    process.env.PATH = PATH;
  }
  assert.equal(editor.warnings.length, 1);
  assert.match(editor.warnings[0]!, /no `gw` in this workspace or on the path/);
});
