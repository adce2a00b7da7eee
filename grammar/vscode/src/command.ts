/** Where `gw` is: as the settings say, else in the workspace, else on the path. Nothing here knows the editor. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** How to start the language server. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** The folder to start it in. */
  readonly cwd: string | undefined;
  /** Scripts of Windows need a shell to run in, and then quotes around a path. */
  readonly shell: boolean;
}

/** What is known of the machine. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  /** The folders of the search path, joined as the machine joins them. */
  readonly path: string;
}

/** The command of the settings if there is one, else the nearest `gw`; null when there is none. */
export function findCommand(
  setting: readonly string[],
  folders: readonly string[],
  { platform, path }: Surroundings,
): Command | null {
  const windows = platform === "win32";
  const [program, ...args] = setting;
  if (program !== undefined) return { program, args: [...args, "lsp"], cwd: folders[0], shell: windows };
  const names = windows ? ["gw.cmd", "gw.exe"] : ["gw"];
  for (const folder of folders) {
    const found = firstRunnable([join(folder, "node_modules", ".bin")], names);
    if (found !== null) return { program: quoted(found, windows), args: ["lsp"], cwd: folder, shell: windows };
  }
  const found = firstRunnable(path.split(delimiter).filter(Boolean), names);
  return found === null ? null : { program: quoted(found, windows), args: ["lsp"], cwd: folders[0], shell: windows };
}

function quoted(path: string, windows: boolean): string {
  return windows ? `"${path}"` : path;
}

function firstRunnable(folders: readonly string[], names: readonly string[]): string | null {
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isRunnable) ?? null;
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
