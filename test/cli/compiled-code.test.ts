/** The cache of compiled code: where it lies, and that nothing depends on it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { compiledCode } from "../../src/cli/compiled-code.ts";
import { GW } from "./gw.ts";

test("it lies in the user's own cache, or nowhere", () => {
  assert.equal(
    compiledCode({}, () => "/h"),
    "/h/.cache/sallyport",
  );
  assert.equal(
    compiledCode({ XDG_CACHE_HOME: "/c" }, () => "/h"),
    "/c/sallyport",
  );
  for (const unusable of ["", "relative"]) {
    assert.equal(
      compiledCode({ XDG_CACHE_HOME: unusable }, () => "/h"),
      "/h/.cache/sallyport",
    );
  }
  const homeless = () => {
    throw new Error("no such user");
  };
  assert.equal(compiledCode({}, homeless), null);
});

test("`gw` fills it, and runs as well where it cannot", () => {
  const place = mkdtempSync(join(tmpdir(), "sallyport-code-"));
  const run = (home: string): string => {
    const env = { PATH: process.env.PATH, XDG_CACHE_HOME: home };
    return execFileSync(process.execPath, [GW, "--version"], { env, encoding: "utf8" });
  };
  try {
    const version = run(place);
    assert.match(version, /\d+\.\d+\.\d+/);
    assert.ok(readdirSync(join(place, "sallyport"), { recursive: true }).length > 10);
    assert.equal(run(place), version);
    const file = join(place, "file");
    writeFileSync(file, "");
    assert.equal(run(file), version);
    assert.ok(!existsSync(join(file, "sallyport")));
  } finally {
    rmSync(place, { recursive: true });
  }
});
