/**
 * The policies of a workspace, kept in step with the editor and with the disk. An edit is answered in the same turn with
 * what its file shows by itself; the whole is checked aside (rounds.ts), and told when it is known.
 */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Connection, TextDocuments } from "vscode-languageserver/node";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Source } from "../../language/source.ts";
import { readSources, SourcesError } from "../../revision/files.ts";
import type { Builtins } from "../../revision/packs.ts";
import { isPolicyFile, isSourceFile } from "../../revision/source-files.ts";
import { OpenPolicy } from "../open-policy.ts";
import { findRoots, type Root, rootAround } from "../roots.ts";
import { Rounds } from "../rounds.ts";
import type { WholeCheck } from "../whole-check.ts";
import { createAddresses, filePath, within } from "./addresses.ts";
import { say } from "./say.ts";
import { type Find, shownDiagnostic } from "./shapes.ts";

/** So long at most the telling of many files keeps a keystroke waiting. */
const SLICE_MS = 3;

/** A policy of the workspace. */
export interface Desk {
  readonly dir: string;
  readonly policy: OpenPolicy;
  /** Documents and addresses of its files. */
  readonly find: Find;
  /** null for packs and the like, which are no policy to be judged as a whole. */
  readonly rounds: Rounds | null;
}

/** A document's place: its policy, and the path that it has there. */
export interface Seat {
  readonly desk: Desk;
  readonly path: string;
}

/** What the workspace stands on. */
export interface Surroundings {
  readonly connection: Connection;
  readonly documents: TextDocuments<TextDocument>;
  readonly check: WholeCheck;
  readonly builtins: Builtins;
  /** Called when a whole policy has been checked and told. */
  readonly onJudged: () => void;
}

/** The policies of the folders that the editor has open, and of files that it has open by themselves. */
export class Workspace {
  readonly #around: Surroundings;
  #desks: readonly Desk[] = [];
  #isOpen = false;
  #isStale = false;
  #reading: Promise<void> | null = null;
  #folders: readonly string[] = [];
  #chosen: readonly string[] | null = null;
  /** What the editor was last told, by address. */
  readonly #told = new Map<string, string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Opens folders; `chosen` names the policy directories in them when they are not to be looked for. */
  async open(folders: readonly string[], chosen: readonly string[] | null): Promise<void> {
    this.#folders = folders;
    this.#chosen = chosen;
    await this.reload();
  }

  /** The policy directories are others now, or are to be looked for. */
  async choose(chosen: readonly string[] | null): Promise<void> {
    if (JSON.stringify(chosen) === JSON.stringify(this.#chosen)) return;
    this.#chosen = chosen;
    await this.reload();
  }

  /** Folders came to the workspace, or left it. */
  async refold(added: readonly string[], removed: readonly string[]): Promise<void> {
    this.#folders = [...this.#folders.filter((folder) => !removed.includes(folder)), ...added];
    await this.reload();
  }

  /** Checks nothing any more. */
  close(): void {
    for (const desk of this.#desks) desk.rounds?.close();
  }

  /** Looks for policies again, and reads all of them: once more, if that is wanted while it is under way. */
  reload(): Promise<void> {
    this.#isStale = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const roots = (await Promise.all(this.#folders.map((folder) => this.#rootsIn(folder)))).flat();
      const desks = await Promise.all(roots.map((root) => this.#read(root)));
      this.close();
      this.#desks = desks;
      this.#isOpen = true;
      for (const document of this.#around.documents.all()) {
        // It may have been edited while its folder was read.
        const seat = this.seatOf(document.uri);
        if (seat === null) await this.#adopt(document.uri);
        else seat.desk.policy.put({ path: seat.path, text: document.getText() });
      }
      for (const desk of this.#desks) this.#begin(desk);
    }
    this.#forgetAllBut(new Set(this.#desks.flatMap((desk) => desk.policy.paths.map((path) => desk.find(path)?.uri))));
  }

  async #rootsIn(folder: string): Promise<readonly Root[]> {
    const roots = this.#chosen?.map((dir) => ({ dir, whole: true })) ?? (await findRoots(folder));
    return roots.map(({ dir, whole }) => ({ dir: join(folder, dir), whole }));
  }

  /** Reads the files of a root. */
  async #read({ dir, whole }: Root): Promise<Desk> {
    try {
      return this.#desk(dir, whole, await readSources(dir));
    } catch (error) {
      if (!(error instanceof SourcesError)) throw error;
      say(this.#around.connection, "error", error.message);
      return this.#desk(dir, whole, []);
    }
  }

  /** A policy of these files; what is open in the editor lies over them. */
  #desk(dir: string, whole: boolean, sources: readonly Source[]): Desk {
    const { connection, documents, check, builtins } = this.#around;
    const policy = new OpenPolicy(builtins, whole);
    for (const source of sources) policy.put(source);
    for (const document of documents.all()) {
      const path = within(dir, filePath(document.uri));
      if (path !== null && isPolicyFile(path)) policy.put({ path, text: document.getText() });
    }
    const listener = {
      judged: (paths: Iterable<string>) => void this.#judged(desk, paths),
      failed: (error: unknown) => connection.console.error(`the policy in ${dir} could not be checked: ${error}`),
    };
    const rounds = whole ? new Rounds({ dir, policy }, check, listener) : null;
    const desk: Desk = { dir, policy, find: createAddresses(dir, policy, documents), rounds };
    return desk;
  }

  /** Finds a policy around a document that lies in none: opened by itself, such as a pack that ships. */
  async #adopt(uri: string): Promise<Desk | null> {
    const path = filePath(uri);
    if (path === null || !isPolicyFile(path) || this.seatOf(uri) !== null) return null;
    const dir = await rootAround(path);
    const desk = dir === null ? this.#desk(dirname(path), false, []) : await this.#read({ dir, whole: true });
    // The document may have been adopted twice while its folder was read.
    if (this.seatOf(uri) !== null) return null;
    this.#desks = [...this.#desks, desk];
    return desk;
  }

  /** Where a document lies; null for one that is no policy file, or whose policy is not read yet. */
  seatOf(uri: string): Seat | null {
    const file = filePath(uri);
    return file !== null && isPolicyFile(file) ? this.#seatAt(file) : null;
  }

  /** Where a file lies that policies read: in the language, the rules of another tool, or a lock. */
  #seatOfSource(uri: string): Seat | null {
    const file = filePath(uri);
    return file !== null && isSourceFile(file) ? this.#seatAt(file) : null;
  }

  #seatAt(file: string): Seat | null {
    const seats = this.#desks.flatMap((desk): Seat[] => {
      const path = within(desk.dir, file);
      return path === null ? [] : [{ desk, path }];
    });
    return seats.sort((a, b) => a.path.length - b.path.length)[0] ?? null;
  }

  get desks(): readonly Desk[] {
    return this.#desks;
  }

  // ---- what changes ---------------------------------------------------------------------------------------------------

  /** An open document has a new text. */
  edited(document: TextDocument): void {
    const seat = this.seatOf(document.uri);
    if (seat !== null) this.#put(seat, document.getText());
    // What is opened before the folders are read is laid over them when they are.
    else if (this.#isOpen) void this.#adopt(document.uri).then((desk) => desk && this.#begin(desk));
  }

  /** A file came to the disk, or left it: one of the language may move the bounds of policies, others lie in one or in none. */
  async movedOnDisk(uris: readonly string[]): Promise<void> {
    const matters = (uri: string): boolean => {
      const file = filePath(uri);
      return file !== null && (isPolicyFile(file) || this.#seatOfSource(uri) !== null);
    };
    if (uris.some(matters)) await this.reload();
  }

  /** A file changed on the disk, or its document was closed: unless it is open, what lies there counts. */
  async saved(uri: string): Promise<void> {
    const seat = this.#seatOfSource(uri);
    const isOpen = seat !== null && isPolicyFile(seat.path) && this.#around.documents.get(uri) !== undefined;
    if (seat === null || isOpen) return;
    this.#put(seat, await readFile(join(seat.desk.dir, seat.path), "utf8").catch(() => null));
  }

  #put({ desk, path }: Seat, text: string | null): void {
    if (text === null) desk.policy.drop(path);
    else desk.policy.put({ path, text });
    this.#tell(desk, path);
    desk.rounds?.changed([path]);
  }

  /** What is open is told about at once; the rest of a policy when it is checked as a whole. */
  #begin(desk: Desk): void {
    for (const path of desk.rounds === null ? desk.policy.paths : this.#openIn(desk)) this.#tell(desk, path);
    desk.rounds?.changed(desk.policy.paths);
  }

  #openIn(desk: Desk): readonly string[] {
    const seats = this.#around.documents.all().map(({ uri }) => this.seatOf(uri));
    return seats.flatMap((seat) => (seat?.desk === desk ? [seat.path] : []));
  }

  /** Tells about files, a few at a time, so that a keystroke in between is not held up. */
  async #judged(desk: Desk, paths: Iterable<string>): Promise<void> {
    let begun = performance.now();
    for (const path of new Set([...this.#openIn(desk), ...paths])) {
      if (performance.now() - begun > SLICE_MS) {
        await setImmediate();
        begun = performance.now();
      }
      if (!this.#desks.includes(desk)) return;
      this.#tell(desk, path);
    }
    this.#around.onJudged();
  }

  // ---- what the editor is told ----------------------------------------------------------------------------------------

  #tell({ policy, find }: Desk, path: string): void {
    const found = find(path);
    if (found === null) return;
    const { uri, document } = found;
    const diagnostics = policy.findings(path).map((finding) => shownDiagnostic(finding, document, find));
    const { version } = document;
    const key = JSON.stringify({ version, diagnostics });
    if (key === this.#told.get(uri) || (diagnostics.length === 0 && !this.#told.has(uri) && version === 0)) return;
    this.#told.set(uri, key);
    const isOpen = this.#around.documents.get(uri) !== undefined;
    void this.#around.connection.sendDiagnostics(isOpen ? { uri, version, diagnostics } : { uri, diagnostics });
  }

  #forgetAllBut(kept: ReadonlySet<string | undefined>): void {
    for (const uri of this.#told.keys()) {
      if (kept.has(uri)) continue;
      this.#told.delete(uri);
      void this.#around.connection.sendDiagnostics({ uri, diagnostics: [] });
    }
  }
}
