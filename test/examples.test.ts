/** Every policy of this repository is good, formatted, and passes its tests: what ships, what we run, what we show. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { lint } from "../src/analysis/lint.ts";
import { SIMULATED_PROVIDER } from "../src/cli/quickstart.ts";
import { frame } from "../src/language/frame.ts";
import { print } from "../src/language/print.ts";
import type { Source } from "../src/language/source.ts";
import { build } from "../src/revision/build.ts";
import { readSources } from "../src/revision/files.ts";
import { load } from "../src/revision/load.ts";
import { readBuiltins } from "../src/revision/packs.ts";

const AT = Date.parse("2026-06-01T10:00:00Z");
const root = fileURLToPath(new URL("../", import.meta.url));
const examples = readdirSync(`${root}examples`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `examples/${name}`);

const assertFormatted = (source: Source) => {
  assert.deepEqual(print(source), { text: source.text }, `\`gw policy fmt\` would change ${source.path}`);
};

for (const dir of [...examples, "policy/starter", "policy/gateway"]) {
  suite(dir, () => {
    test("has neither errors nor warnings", async () => {
      const { built, texts } = await load(root + dir);
      const drawn = built.diagnostics.map((diagnostic) => frame(diagnostic, texts.get(diagnostic.span.path) ?? ""));
      assert.equal(drawn.join("\n\n"), "");
    });

    test("has nothing to be remarked, but for what it allows", async () => {
      const { built, texts } = await load(root + dir, AT);
      assert.ok(built.model !== null && built.table !== null);
      const found = lint(built.model, built.table, AT);
      assert.equal(found.map((it) => frame(it, texts.get(it.span.path) ?? "")).join("\n\n"), "");
    });

    test("has tests, and passes them", async () => {
      const { report } = (await load(root + dir)).built;
      assert.ok(report !== null && report.tests.length > 0);
      const findings = report.tests.flatMap(({ failures, warnings }) => [...failures, ...warnings]);
      assert.deepEqual(
        findings.map(({ span, message }) => `${span.path}:${span.line}: ${message}`),
        [],
      );
    });

    test("keeps what its invariants promise", async () => {
      const { proofs } = (await load(root + dir, AT)).built;
      const broken = proofs?.invariants.flatMap(({ failures }) => failures.map(({ message }) => message));
      assert.deepEqual(broken, []);
    });

    test("is formatted", async () => {
      for (const source of await readSources(root + dir)) if (source.path.endsWith(".policy")) assertFormatted(source);
    });
  });
}

test("the packs that ship are formatted, and good when a policy uses them all", async () => {
  const builtins = await readBuiltins();
  for (const source of builtins.values()) assertFormatted(source);
  const uses = [...builtins.keys()].map((name) => `use ${name} from builtin\n`).join("");
  const sources = [{ path: "org.policy", text: `language 1\n\n${uses}\norg acme {\n}\n` }];
  const { table, diagnostics } = build(sources, builtins, { id: "", content: "", commit: null }, AT);
  assert.ok(table !== null);
  const others = diagnostics.filter(({ code, span }) => code !== "GW3026" || span.path !== "org.policy");
  assert.deepEqual(others, []);
});

test("nothing is to be remarked about the lists of the packs that ship", async () => {
  const lists = ["GW6011", "GW6040"];
  for (const { path, text } of (await readBuiltins()).values()) {
    const org = { path: "org.policy", text: "language 1\n\norg acme {\n}\n" };
    const { model, table } = build([org, { path, text }], new Map(), { id: "", content: "", commit: null }, AT);
    assert.ok(model !== null && table !== null, path);
    assert.ok(model.patterns.length + model.lists.length > 0, path);
    const found = lint(model, table, AT).filter(({ code }) => lists.includes(code));
    assert.deepEqual(
      found.map(({ message }) => message),
      [],
      path,
    );
  }
});

test("the starter policy is as good with the provider that answers by itself", async () => {
  const sources = await readSources(`${root}policy/starter`);
  const simulated = sources.map(({ path, text }) => ({
    path,
    text: path === "provider.policy" ? SIMULATED_PROVIDER : text,
  }));
  for (const source of simulated) assertFormatted(source);
  const { report, diagnostics } = build(simulated, await readBuiltins(), { id: "", content: "", commit: null }, AT);
  assert.deepEqual(diagnostics, []);
  assert.equal(report?.failed, 0);
});
