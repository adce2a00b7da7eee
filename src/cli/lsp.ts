/** `gw lsp`: the language server, over standard input and output. It is started by editors and not by people. */
import { serveEditor } from "../editor/protocol/server.ts";
import { Complaint } from "./complaint.ts";
import { version } from "./version.ts";

/** Serves the editor at the other end until it goes away, which ends the process. */
export async function lsp(): Promise<never> {
  if (process.stdin.isTTY === true) {
    throw new Complaint("an editor starts this command and talks to it", "`gw lsp --help` says how to set one up");
  }
  await serveEditor(process.stdin, process.stdout, version());
  return new Promise<never>(() => {});
}
