/**
 * A provider's credential, by reference. The value is held here and put into one header by anthropic.ts; every error
 * names the reference only. A file is looked at before each use, so that a rotated secret is taken up without a reload.
 */
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { TableProvider } from "../decision/table.ts";
import { UpstreamError } from "./provider.ts";

export type Reference = NonNullable<TableProvider["credential"]>;

export interface Credential {
  /** The value to use now; throws UpstreamError `credential`. */
  read(): string;
  /** The provider did not take it: look again before the next use, even when the file seems unchanged. */
  doubt(): void;
}

/** Where references lead: the environment, and the directory from which relative paths are taken. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly root: string;
}

/** Opens a reference; reads it once, so that a missing secret shows at once. */
export function openCredential({ kind, ref }: Reference, { env, root }: Surroundings): Credential {
  const credential = kind === "env" ? fromEnv(ref, env) : fromFile(isAbsolute(ref) ? ref : join(root, ref));
  credential.read();
  return credential;
}

function fromEnv(name: string, env: Readonly<Record<string, string | undefined>>): Credential {
  return { read: () => checked(env[name] ?? "", `environment variable \`${name}\``), doubt: () => {} };
}

function fromFile(path: string): Credential {
  let seen = "";
  let value = "";
  return {
    read() {
      const version = versionOf(path);
      if (version !== seen) {
        value = checked(contentOf(path), `credential file \`${path}\``);
        seen = version;
      }
      return value;
    },
    doubt() {
      seen = "";
    },
  };
}

function versionOf(path: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(path);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    throw unreadable(path);
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw unreadable(path);
  }
}

function unreadable(path: string): UpstreamError {
  return new UpstreamError("credential", `credential file \`${path}\` cannot be read`);
}

function checked(raw: string, what: string): string {
  const value = raw.trim();
  if (value === "") throw new UpstreamError("credential", `${what} is empty or not set`);
  if (!/^[\x21-\x7e]+$/.test(value)) throw new UpstreamError("credential", `${what} does not fit into a header`);
  return value;
}
