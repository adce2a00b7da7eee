/** Reading a policy directory for a command. */
import { type Loaded, load } from "../revision/load.ts";
import { complaintAbout } from "./unreadable.ts";

/** Loads the directory of `gw COMMAND DIR`. Throws Complaint when it cannot be read. */
export async function loadFor(command: string, dir: string): Promise<Loaded> {
  try {
    return await load(dir);
  } catch (error) {
    throw complaintAbout(error, command, dir);
  }
}
