/** Reading a policy directory for a command. */
import { type Loaded, load } from "../revision/load.ts";
import { complaintAbout } from "./unreadable.ts";

/** Loads the directory of `gw COMMAND DIR`; invariants are proved from `at` on, or from now on. Throws Complaint when it cannot be read. */
export async function loadFor(command: string, dir: string, at?: number): Promise<Loaded> {
  try {
    return await load(dir, at);
  } catch (error) {
    throw complaintAbout(error, command, dir);
  }
}
