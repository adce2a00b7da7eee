/** The official conformance suite says of a server behind the gateway what it says of the server alone, in both eras. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { startFixture } from "../../support/mcp/fixture-server.ts";
import { startKeyProxy } from "../../support/mcp/key-proxy.ts";
import { policyOf, startWorld } from "../world.ts";

const PACKAGE = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json");
const SUITE = join(dirname(PACKAGE), "dist/index.js");

const GRANTS = "allow tools mcp:fixture/*, mcp-prompt:fixture/*, mcp-resource:fixture/**";

/** What the suite found: each check of each scenario, by name, with its verdict. */
type Verdicts = ReadonlyMap<string, string>;

async function verdictsOn(url: string, revision: string, t: TestContext): Promise<Verdicts> {
  const out = await mkdtemp(join(tmpdir(), "conformance-"));
  t.after(() => rm(out, { recursive: true }));
  const args = [SUITE, "server", "--url", url, "--requirements", revision, "-o", out];
  await new Promise<void>((resolve) => execFile(process.execPath, args, { cwd: out }, () => resolve()));
  const verdicts = new Map<string, string>();
  for (const folder of (await readdir(out)).sort()) {
    // The name ends in the moment at which it was made.
    const scenario = folder.replace(/-\d{4}-\d\d-\d\dT.*$/, "");
    const checks = JSON.parse(await readFile(join(out, folder, "checks.json"), "utf8")) as {
      id: string;
      status: string;
    }[];
    for (const [at, { id, status }] of checks.entries()) verdicts.set(`${scenario} ${at} ${id}`, status);
  }
  return verdicts;
}

function count(verdicts: Verdicts, status: string): number {
  return [...verdicts.values()].filter((it) => it === status).length;
}

for (const [revision, least] of [
  ["2025-11-25", 84],
  ["2026-07-28", 155],
] as const) {
  test(`${revision}: through the gateway as alone`, async (t) => {
    const fixture = await startFixture();
    t.after(() => fixture.close());
    const rest = `mcp fixture {\n  url "${fixture.url}"\n  may elicit, sample, roots\n}\n`;
    const world = await startWorld(t, { policy: policyOf(GRANTS, rest) });
    const proxy = await startKeyProxy(world.url, world.key);
    t.after(() => proxy.close());
    const alone = await verdictsOn(fixture.url, revision, t);
    const through = await verdictsOn(`${proxy.url}/mcp/fixture`, revision, t);
    assert.equal(count(alone, "SUCCESS"), least, "the fixture is as good as it should be");
    const differing = [...alone].filter(([check, status]) => through.get(check) !== status);
    assert.deepEqual(
      differing.map(([check, status]) => `${check}: alone ${status}, through ${through.get(check)}`),
      [],
    );
    assert.equal(through.size, alone.size);
  });
}
