/** Small policies for tests of this room, in directories of their own, with keys minted at run time. */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { mintKey } from "../../src/identity/mint.ts";

export interface PolicyDir {
  readonly dir: string;
  put(path: string, text: string): void;
  drop(path: string): void;
  remove(): void;
}

/** A directory for a policy; files are replaced whole, as editors do. */
export function policyDir(): PolicyDir {
  const dir = mkdtempSync(join(tmpdir(), "sallyport-policy-"));
  return {
    dir,
    put(path, text) {
      const at = join(dir, path);
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(join(dirname(at), ".draft"), text);
      renameSync(join(dirname(at), ".draft"), at);
    },
    drop: (path) => rmSync(join(dir, path)),
    remove: () => rmSync(dir, { recursive: true }),
  };
}

/** An org with a simulated provider and one team that may use one model. */
export function orgText(team = "  allow models claude-haiku-4-5\n"): string {
  return `language 1

org acme {
}

provider sim {
  kind simulated
}

models small {
  claude-haiku-4-5, claude-haiku-5-5
  via sim
}

team eng {
${team}}
`;
}

/** A key of the team, and the block that makes it known. */
export function freshKey(name: string): { readonly key: string; readonly digest: string; readonly text: string } {
  const minted = mintKey(randomBytes);
  const block = `key ${name} in eng {\n  hash sha256:${minted.digest}\n  expires 2099-12-31\n}\n`;
  return { ...minted, text: `language 1\n\n${block}` };
}
