/** A Git repository with a policy on two branches, as a pipeline checks it out: `origin/main`, and the change at HEAD. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Repository {
  readonly dir: string;
  write(path: string, text: string): void;
  remove(path: string): void;
  commit(): string;
  git(...args: readonly string[]): string;
  destroy(): void;
}

/** A repository whose `origin/main` holds these files; HEAD is a branch beside it. */
export function repository(files: Readonly<Record<string, string>>): Repository {
  const dir = mkdtempSync(join(tmpdir(), "sallyport-repository-"));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...args], { cwd: dir, encoding: "utf8" });
  const made: Repository = {
    dir,
    git,
    write(path, text) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    },
    remove: (path) => rmSync(join(dir, path), { recursive: true }),
    commit() {
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", "policy");
      return git("rev-parse", "HEAD").trim();
    },
    destroy: () => rmSync(dir, { recursive: true }),
  };
  git("init", "--quiet", "--initial-branch=change");
  for (const [path, text] of Object.entries(files)) made.write(path, text);
  git("update-ref", "refs/remotes/origin/main", made.commit());
  return made;
}
