/** A policy directory that cannot be read, as a complaint with what the person may have meant. */
import { dirname } from "node:path";
import { SourcesError } from "../revision/files.ts";
import { Complaint } from "./complaint.ts";

/** Turns a reader's error into a complaint of `gw COMMAND DIR`; other errors are thrown on. */
export function complaintAbout(error: unknown, command: string, dir: string): Complaint {
  if (!(error instanceof SourcesError)) throw error;
  return new Complaint(error.message, advice(error.code, command, dir));
}

function advice(code: SourcesError["code"], command: string, dir: string): string | null {
  if (code === "missing" || code === "empty") return `\`gw init ${dir}\` writes a policy to start from`;
  if (code === "not-a-directory") return `name the whole directory: \`gw ${command} ${dirname(dir)}\``;
  return null;
}
