/** What a command loads is what it needs: checking a policy in an editor or a hook must not wait for a server to load. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const SRC = new URL("../../src/", import.meta.url);

/** Libraries that are loaded before a file's first line runs. */
function librariesOf(file: string): ReadonlySet<string> {
  const libraries = new Set<string>();
  const seen = new Set<string>();
  const visit = (url: URL): void => {
    if (seen.has(url.href)) return;
    seen.add(url.href);
    const text = readFileSync(url, "utf8");
    const written = /^(?:(?:import|export)\s+(type\s)?[^;"]*?from\s+|const [^;"]*= await import\()"([^"]+)"/gm;
    for (const [, types, name = ""] of text.matchAll(written)) {
      if (types !== undefined) continue;
      if (name.startsWith(".")) visit(new URL(name, url));
      else if (!name.startsWith("node:")) libraries.add(name);
    }
  };
  visit(new URL(file, SRC));
  assert.ok(seen.size > 1, `${file} imports nothing?`);
  return libraries;
}

test("the command line itself loads the option parser only", () => {
  assert.deepEqual([...librariesOf("cli/gw.ts")], ["commander"]);
});

test("commands about policies load no server, no client and no watcher", () => {
  for (const command of [
    "policy-check",
    "policy-fmt",
    "policy-test",
    "policy-diff",
    "policy-explain",
    "key-new",
    "init",
    "lsp",
  ]) {
    const libraries = librariesOf(`cli/${command}.ts`);
    for (const name of ["fastify", "undici", "pino", "prom-client", "chokidar", "simple-git", "zod"]) {
      assert.ok(!libraries.has(name), `${command} loads ${name}`);
    }
  }
});

test("the server loads them, so this test can fail", () => {
  const libraries = librariesOf("cli/serve.ts");
  for (const name of ["fastify", "undici", "pino", "chokidar"]) assert.ok(libraries.has(name), name);
});
