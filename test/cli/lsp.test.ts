/** The language server as an editor meets it: a process of its own, spoken to over its standard input and output. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import {
  CodeActionRequest,
  CodeLensRefreshRequest,
  CodeLensRequest,
  CompletionRequest,
  ConfigurationRequest,
  DefinitionRequest,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  DidChangeWorkspaceFoldersNotification,
  DocumentFormattingRequest,
  DocumentHighlightRequest,
  DocumentSymbolRequest,
  ExecuteCommandRequest,
  HoverRequest,
  PrepareRenameRequest,
  ReferencesRequest,
  RenameRequest,
  ShowMessageNotification,
  WorkspaceSymbolRequest,
} from "vscode-languageserver/node";
import { lockOf, printLock } from "../../src/model/lock.ts";
import { sha256 } from "../../src/revision/locks.ts";
import { codesOf, type Editor, type Setup, startEditor, type Told } from "../editor/client.ts";
import { FILES, TEAMS, TESTS } from "../editor/policies.ts";
import { playground } from "./gw.ts";

const POLICY = Object.fromEntries(Object.entries(FILES).map(([path, text]) => [`policy/${path}`, text]));

async function using(setup: Setup, work: (editor: Editor) => Promise<void>): Promise<void> {
  const editor = await startEditor(setup);
  let code: number | null = null;
  try {
    await work(editor);
  } finally {
    code = await editor.quit();
  }
  assert.equal(code, 0);
}

test("a policy is checked as it is typed, over all its files, tests and invariants included", () =>
  using({ files: POLICY }, async (editor) => {
    await editor.open("policy/teams.policy", TEAMS);
    await editor.change("policy/teams.policy", TEAMS.replace("@everyday", "@evryday"));
    const { diagnostics, version } = await editor.until("policy/teams.policy", (told) => told.diagnostics.length > 0);
    assert.equal(version, 2);
    assert.equal(diagnostics[0]?.code, "GW2003");
    assert.deepEqual(diagnostics[0]?.range, { start: { line: 4, character: 15 }, end: { line: 4, character: 23 } });

    // A grant in this file breaks a test and an invariant that stand in another one, which is not even open.
    await editor.change(
      "policy/teams.policy",
      TEAMS.replace("only models @anthropic.haiku", "allow models @anthropic.opus\n  allow tools WebFetch"),
    );
    const broken = await editor.until("policy/tests.policy", (told) => told.diagnostics.length > 1);
    assert.deepEqual(
      broken.diagnostics.map(({ range }) => range.start.line),
      [4, 12],
    );
    await editor.change("policy/teams.policy", TEAMS);
    await editor.until("policy/tests.policy", (told) => told.diagnostics.length === 0);
  }));

test("what another program writes to the disk counts, unless it is open", () =>
  using({ files: POLICY }, async (editor) => {
    const changed = (path: string) =>
      editor.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: [{ uri: editor.uri(path), type: 2 }],
      });
    writeFileSync(join(editor.dir, "policy/tests.policy"), TESTS.replace("team eng {", "team egn {"));
    await changed("policy/tests.policy");
    assert.deepEqual(codesOf(await editor.until("policy/tests.policy", (told) => told.diagnostics.length > 0)), [
      "GW2006",
    ]);

    await editor.open("policy/tests.policy", TESTS);
    await editor.until("policy/tests.policy", (told) => told.diagnostics.length === 0);
  }));

test("formatting is that of `gw policy fmt`", () =>
  using({ files: POLICY }, async (editor) => {
    await editor.open("policy/teams.policy", TEAMS.replace("  budget", "\n\n     budget"));
    const edits = await editor.connection.sendRequest(DocumentFormattingRequest.type, {
      textDocument: { uri: editor.uri("policy/teams.policy") },
      options: { tabSize: 8, insertSpaces: false },
    });
    assert.deepEqual(
      edits?.map(({ newText }) => newText.trim()),
      [""],
    );
  }));

test("rules of other tools and lock files count as the files of the language do, when they are written, come or go", () => {
  const RULES = "[[rules]]\nid = \"order\"\nregex = '''ORD-[0-9]{6}'''\n";
  const use = `language 1\n\nuse leaks from gitleaks "rules.toml" sha256:${createHash("sha256").update(RULES).digest("hex")}\n`;
  const pins = `${use}\nmcp github {\n  url "https://mcp.example/github"\n  pins "github.lock" on drift block\n}\n`;
  const files = { ...POLICY, "policy/more.policy": pins, "policy/rules.toml": RULES };
  return using({ files }, async (editor) => {
    const disk = (path: string, type: 1 | 2 | 3) =>
      editor.connection.sendNotification(DidChangeWatchedFilesNotification.type, {
        changes: [{ uri: editor.uri(path), type }],
      });
    const errors = async (codes: readonly string[]) => {
      const isSo = (told: Told) => isDeepStrictEqual(codesOf(told).filter(isError), codes);
      await editor.until("policy/more.policy", isSo);
    };
    const isError = (code: unknown) => !String(code).startsWith("GW6");
    await errors(["GW3055"]);
    writeFileSync(join(editor.dir, "policy/github.lock"), printLock(lockOf("github", [], null, sha256), sha256));
    await disk("policy/github.lock", 1);
    await errors([]);
    writeFileSync(join(editor.dir, "policy/rules.toml"), `${RULES}\n`);
    await disk("policy/rules.toml", 2);
    await errors(["GW3018"]);
    writeFileSync(join(editor.dir, "policy/rules.toml"), RULES);
    await disk("policy/rules.toml", 2);
    await errors([]);
    writeFileSync(join(editor.dir, "policy/github.lock"), printLock(lockOf("gitlab", [], null, sha256), sha256));
    await disk("policy/github.lock", 2);
    await errors(["GW3055"]);
  });
});

/** A place in a file of the policy, in front of some words. */
function at(editor: Editor, path: string, words: string, skip = 0) {
  const lines = (POLICY[path] ?? "").split("\n");
  const line = lines.findIndex((text) => text.includes(words));
  assert.ok(line >= 0, words);
  return { textDocument: { uri: editor.uri(path) }, position: { line, character: lines[line]!.indexOf(words) + skip } };
}

test("names lead to their definition, to their references, and to a new name, over files that are not open", () =>
  using({ files: POLICY }, async (editor) => {
    const { connection } = editor;
    const group = at(editor, "policy/teams.policy", "@everyday", 1);
    const definition = await connection.sendRequest(DefinitionRequest.type, group);
    assert.deepEqual(definition, {
      uri: editor.uri("policy/org.policy"),
      range: { start: { line: 19, character: 7 }, end: { line: 19, character: 15 } },
    });
    const context = { includeDeclaration: true };
    const references = await connection.sendRequest(ReferencesRequest.type, { ...group, context });
    assert.deepEqual(
      references?.map(({ uri }) => uri),
      [editor.uri("policy/org.policy"), editor.uri("policy/teams.policy")],
    );
    assert.equal((await connection.sendRequest(DocumentHighlightRequest.type, group))?.length, 1);
    assert.deepEqual(await connection.sendRequest(PrepareRenameRequest.type, group), {
      start: { line: 4, character: 16 },
      end: { line: 4, character: 24 },
    });
    const edit = await connection.sendRequest(RenameRequest.type, { ...group, newName: "daily" });
    assert.deepEqual(Object.keys(edit?.changes ?? {}), [
      editor.uri("policy/org.policy"),
      editor.uri("policy/teams.policy"),
    ]);

    const ofPack = at(editor, "policy/teams.policy", "haiku");
    const pack = await connection.sendRequest(DefinitionRequest.type, ofPack);
    assert.match(JSON.stringify(pack), /policy\/packs\/anthropic\.policy/);
    await assert.rejects(connection.sendRequest(PrepareRenameRequest.type, ofPack), /ships with sallyport/);
  }));

test("the outline of a file and a search over all of them show what is declared", () =>
  using({ files: POLICY }, async ({ connection, uri }) => {
    const textDocument = { uri: uri("policy/teams.policy") };
    const symbols = await connection.sendRequest(DocumentSymbolRequest.type, { textDocument });
    assert.deepEqual(
      symbols?.map(({ name }) => name),
      ["eng", "eng/payments", "dana"],
    );
    const found = await connection.sendRequest(WorkspaceSymbolRequest.type, { query: "nosecr" });
    assert.deepEqual(
      found?.map(({ name, location }) => [name, location.uri]),
      [["no-secrets", uri("policy/org.policy")]],
    );
  }));

test("proposals fit the place, and are written out for editors that know how", () =>
  using(
    {
      files: POLICY,
      capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } } } },
    },
    async (editor) => {
      const text = TEAMS.replace("@everyday", "@every");
      await editor.open("policy/teams.policy", text);
      const end = { line: 4, character: 21 };
      const textDocument = { uri: editor.uri("policy/teams.policy") };
      const proposals = await editor.connection.sendRequest(CompletionRequest.type, { textDocument, position: end });
      assert.ok(proposals !== null && "items" in proposals);
      const everyday = proposals.items.find(({ label }) => label === "@everyday");
      assert.deepEqual(everyday?.textEdit, {
        range: { start: { line: 4, character: 15 }, end },
        newText: "@everyday",
      });
      const outside = { textDocument, position: { line: 1, character: 0 } };
      const heads = await editor.connection.sendRequest(CompletionRequest.type, outside);
      assert.ok(heads !== null && "items" in heads);
      assert.equal(heads.items.find(({ label }) => label === "team")?.insertTextFormat, 2);
    },
  ));

test("pointing at a key tells what it may do in the end", () =>
  using({ files: POLICY }, async (editor) => {
    await editor.open("policy/teams.policy", TEAMS);
    const hover = await editor.connection.sendRequest(HoverRequest.type, at(editor, "policy/teams.policy", "dana"));
    assert.match(
      JSON.stringify(hover?.contents),
      /key `dana`.*org acme › team eng › team eng\/payments › key dana.*models: `@anthropic\.haiku`/,
    );
    const word = await editor.connection.sendRequest(HoverRequest.type, at(editor, "policy/teams.policy", "budget"));
    assert.match(JSON.stringify(word?.contents), /A ceiling on cost/);
  }));

test("what a fault suggests is one step away", () =>
  using({ files: POLICY }, async (editor) => {
    await editor.open("policy/teams.policy", TEAMS.replace("@everyday", "@evryday"));
    const { diagnostics } = await editor.until("policy/teams.policy", (told) => told.diagnostics.length > 0);
    const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: editor.uri("policy/teams.policy") },
      range: diagnostics[0]!.range,
      context: { diagnostics: [...diagnostics] },
    });
    assert.deepEqual(
      actions?.map((action) => [action.title, "edit" in action && action.edit?.changes]),
      [
        [
          "Replace with @everyday",
          { [editor.uri("policy/teams.policy")]: [{ range: diagnostics[0]!.range, newText: "@everyday" }] },
        ],
      ],
    );
  }));

test("the lens of a test runs it as it stands in the editor, and says how it ended", () =>
  using({ files: POLICY, capabilities: { workspace: { codeLens: { refreshSupport: true } } } }, async (editor) => {
    const { connection } = editor;
    const refreshed = new Promise<void>((resolve) => {
      connection.onRequest(CodeLensRefreshRequest.type, () => resolve());
    });
    const said: string[] = [];
    connection.onNotification(ShowMessageNotification.type, ({ message }) => {
      said.push(message);
    });
    await editor.open("policy/tests.policy", TESTS);
    await refreshed;
    const textDocument = { uri: editor.uri("policy/tests.policy") };
    const run = async () => {
      const [lens] = (await connection.sendRequest(CodeLensRequest.type, { textDocument })) ?? [];
      assert.ok(lens?.command);
      const { command, arguments: args = [], title } = lens.command;
      return { title, verdict: await connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: args }) };
    };
    assert.deepEqual(await run(), {
      title: "run test (holds)",
      verdict: { passed: true, message: 'test "engineers read" holds' },
    });
    await editor.change("policy/tests.policy", TESTS.replace("WebFetch", "Read"));
    const { verdict } = await run();
    assert.deepEqual(verdict, { passed: false, message: 'test "engineers read" fails in 1 line' });
    assert.deepEqual(said, ['test "engineers read" holds', 'test "engineers read" fails in 1 line']);
    const { diagnostics } = await editor.until("policy/tests.policy", (told) => told.diagnostics.length > 0);
    assert.deepEqual(diagnostics[0]?.range.start, { line: 4, character: 2 });
  }));

test("a file that is opened by itself brings the policy around it", () =>
  using({ files: POLICY, alone: true }, async (editor) => {
    await editor.open("policy/tests.policy", TESTS.replace("Read", "Rread"));
    const { diagnostics } = await editor.until("policy/tests.policy", (told) => told.diagnostics.length > 0);
    assert.ok(diagnostics.some(({ code }) => code === "GW2020"));
  }));

test("a folder that comes to the workspace brings its policies, and takes them along when it leaves", () =>
  using({ files: POLICY, alone: true, capabilities: { workspace: { workspaceFolders: true } } }, async (editor) => {
    writeFileSync(join(editor.dir, "policy/tests.policy"), TESTS.replace("team eng {", "team egn {"));
    const folder = { uri: pathToFileURL(editor.dir).href, name: "test" };
    const change = (event: { added: (typeof folder)[]; removed: (typeof folder)[] }) =>
      editor.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, { event });
    await change({ added: [folder], removed: [] });
    await editor.until("policy/tests.policy", (told) => codesOf(told).includes("GW2006"));
    await change({ added: [], removed: [folder] });
    await editor.until("policy/tests.policy", (told) => told.diagnostics.length === 0);
  }));

/** A pack that lacks a name: told only where its folder is said to be a policy. */
const PACK = { ...POLICY, "packs/a.policy": "language 1\n\ntools a {\n  @b\n}\n" };

test("a pack beside the policy is judged by its text, and its names are not missed", () =>
  using({ files: PACK }, async (editor) => {
    const text = PACK["packs/a.policy"];
    await editor.open("packs/a.policy", `${text}oops\n`);
    assert.deepEqual(codesOf(await editor.until("packs/a.policy", (told) => told.diagnostics.length > 0)), ["GW1009"]);
    await editor.change("packs/a.policy", text);
    await editor.until("packs/a.policy", (told) => told.diagnostics.length === 0);
  }));

test("an editor may say which folders are policies", () =>
  using({ files: PACK, initializationOptions: { policies: ["packs"] } }, async (editor) => {
    await editor.until("packs/a.policy", (told) => codesOf(told).includes("GW2004"));
  }));

test("so may the settings that it is asked for, also when they change", () =>
  using({ files: PACK, capabilities: { workspace: { configuration: true } } }, async (editor) => {
    editor.connection.onRequest(ConfigurationRequest.type, () => [{ policies: ["packs"] }]);
    await editor.connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    await editor.until("packs/a.policy", (told) => codesOf(told).includes("GW2004"));
  }));

test("it asks to be told of its own settings and of files on the disk, where an editor can be asked", () => {
  const dynamic = { dynamicRegistration: true };
  const workspace = { didChangeConfiguration: dynamic, didChangeWatchedFiles: dynamic };
  return using({ files: PACK, capabilities: { workspace } }, async (editor) => {
    const settings = await editor.registered(DidChangeConfigurationNotification.method);
    assert.deepEqual(settings, { section: "sallyport" });
    const files = await editor.registered(DidChangeWatchedFilesNotification.method);
    assert.deepEqual(files, { watchers: [{ globPattern: "**/*.{policy,toml,lock}" }] });
  });
});

test("it does not outlive an editor that vanishes", async () => {
  const editor = await startEditor({ files: POLICY });
  await editor.open("policy/teams.policy", `${TEAMS}\noops`);
  await editor.until("policy/teams.policy", (told) => told.diagnostics.length > 0);
  assert.equal(await editor.vanish(), 1);
});

test("a person who starts it by hand is told what it is for", async () => {
  const play = playground();
  try {
    const { code, out } = await play.gw("lsp", "--help");
    assert.equal(code, 0);
    assert.match(out, /language server/);
  } finally {
    play.remove();
  }
});
