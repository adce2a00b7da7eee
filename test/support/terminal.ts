/**
 * The client's own screen, driven as a person drives it: a pseudo-terminal from `script`, keys in, text out. What is
 * read is compared without blanks and line ends, because the client moves the cursor instead of printing them.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClientHome, clientEnv } from "./claude.ts";
import { claudeBinary } from "./claude-binary.ts";
import { launch } from "./process.ts";

export interface Terminal extends AsyncDisposable {
  /** Types a line, waits until it stands on the screen, and presses Enter. */
  enter(line: string): Promise<void>;
  /** Resolves when `text` has been printed since the last `enter`. */
  shows(text: string): Promise<void>;
}

const PATIENCE_MS = 60_000;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of terminals begin with one
const ESCAPES = /\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b./g;

/** Opens the client on a screen of its own, past its first-run questions. */
export async function openTerminal(place: ClientHome, baseUrl: string, key: string): Promise<Terminal> {
  const settings = { hasCompletedOnboarding: true, projects: { [place.work]: { hasTrustDialogAccepted: true } } };
  await writeFile(join(place.home, ".claude.json"), JSON.stringify(settings));
  const pidFile = join(place.temp, "client.pid");
  const inner = `echo $$ > '${pidFile}'; stty cols 160 rows 50; exec '${await claudeBinary()}'`;
  const screen = launch({
    command: "script",
    args: process.platform === "linux" ? ["-qefc", inner, "/dev/null"] : ["-q", "/dev/null", "sh", "-c", inner],
    env: { ...clientEnv(place, baseUrl, key), TERM: "xterm-256color", SHELL: "/bin/sh" },
    cwd: place.work,
  });
  let mark = 0;
  const shows = (text: string) =>
    screen.until((output) => bare(output.slice(mark)).includes(bare(text)) || null, PATIENCE_MS).then(() => {});
  await shows("auto mode on");
  return {
    shows,
    enter: async (line) => {
      mark = screen.stdout().length;
      screen.write(line);
      await shows(line);
      mark = screen.stdout().length;
      screen.write("\r");
    },
    [Symbol.asyncDispose]: async () => {
      // The client leads a session of its own, out of reach of a signal to the group of `script`; that ends with it.
      process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
      await screen.exit;
    },
  };
}

function bare(text: string): string {
  return text.replace(ESCAPES, "").replace(/\s+/g, "");
}
