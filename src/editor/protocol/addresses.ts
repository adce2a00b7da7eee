/** Between the editor's addresses and the paths that policies use. */
import { join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TextDocuments } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { builtinFile, builtinOf } from "../../revision/packs.ts";
import type { OpenPolicy } from "../open-policy.ts";
import type { Find } from "./shapes.ts";

/** The file that an address names; null for what is no file, such as a text that was never saved. */
export function filePath(uri: string): string | null {
  return uri.startsWith("file:") ? fileURLToPath(uri) : null;
}

/** A file's path as seen from a directory, with `/` between its parts; null when it does not lie in it. */
export function within(dir: string, file: string | null): string | null {
  if (file === null) return null;
  const path = relative(dir, file);
  return path === "" || path.startsWith("..") ? null : path.split(sep).join("/");
}

/** Finds the documents of a policy's files, those that are not open included. */
export function createAddresses(dir: string, policy: OpenPolicy, documents: TextDocuments<TextDocument>): Find {
  const made = new Map<string, TextDocument>();
  return (path) => {
    const builtin = builtinOf(path);
    const uri = (builtin === null ? pathToFileURL(join(dir, path)) : builtinFile(builtin)).href;
    const open = builtin === null ? openAt(documents, join(dir, path)) : undefined;
    if (open !== undefined) return { uri: open.uri, document: open };
    const text = policy.treeOf(path)?.source.text ?? "";
    const known = made.get(path);
    const document = known?.getText() === text ? known : TextDocument.create(uri, "policy", 0, text);
    made.set(path, document);
    return { uri, document };
  };
}

/** Editors differ in how they write an address, so that it is compared as a path. */
function openAt(documents: TextDocuments<TextDocument>, file: string): TextDocument | undefined {
  return documents.get(pathToFileURL(file).href) ?? documents.all().find(({ uri }) => filePath(uri) === file);
}
