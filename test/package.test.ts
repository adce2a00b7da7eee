/** What is published works by itself: built, packed, unpacked elsewhere, and run as JavaScript. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "sallyport-package-"));
const home = join(place, "package");

function gw(...args: string[]): string {
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  return execFileSync(process.execPath, [join(home, manifest.bin.gw), ...args], { cwd: place, encoding: "utf8" });
}

before(() => {
  execFileSync(process.execPath, [join(root, ".ci/build.ts")], {
    stdio: "inherit",
  });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", place, "./dist"], { cwd: root });
  const archive = readdirSync(place).find((name) => name.endsWith(".tgz"));
  assert.ok(archive, "npm pack made no archive");
  execFileSync("tar", ["-xzf", archive], { cwd: place });
  symlinkSync(join(root, "node_modules"), join(home, "node_modules"));
});

after(() => rmSync(place, { recursive: true, force: true }));

test("the package holds no TypeScript, no tests and nothing private", () => {
  assert.ok(existsSync(join(home, "LICENSE")));
  const names = readdirSync(join(home, "src"), { recursive: true }).map(String);
  assert.deepEqual(
    names.filter((name) => name.endsWith(".ts")),
    [],
  );
  assert.ok(!existsSync(join(home, "test")));
});

test("it tells its version", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  assert.match(gw("--version"), new RegExp(`\\b${version.replaceAll(".", "\\.")}\\b`));
});

test("it makes a policy that passes its own check and tests", () => {
  gw("init", "policy");
  gw("policy", "check", "policy");
  gw("policy", "test", "policy");
  gw("policy", "fmt", "--check", "policy");
});
