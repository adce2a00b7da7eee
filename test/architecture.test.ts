/** The arrows of the house: who may import whom, where each library may live, and that nothing runs in a circle. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

const GROUND = ["language", "model", "decision"];
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  language: [],
  model: ["language"],
  decision: ["language", "model"],
  analysis: GROUND,
  identity: GROUND,
  providers: GROUND,
  services: [...GROUND, "providers"],
  wire: GROUND,
  audit: GROUND,
  limits: [...GROUND, "audit"],
  telemetry: [...GROUND, "audit"],
  revision: [...GROUND, "analysis"],
  editor: [...GROUND, "analysis", "revision"],
  gateway: [...GROUND, "identity", "providers", "services", "wire", "audit", "limits", "telemetry"],
  cli: [
    ...GROUND,
    ...["analysis", "identity", "providers", "services", "wire", "audit", "limits", "telemetry"],
    ...["revision", "editor", "gateway"],
  ],
};

/** Rooms that touch neither files, network, clock nor chance. */
const PURE = new Set(["language", "model", "decision", "analysis", "wire"]);

/** Each library has one home. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ["language/"],
  fastify: ["gateway/server.ts"],
  undici: ["providers/"],
  re2js: ["model/", "decision/"],
  "smol-toml": ["revision/gitleaks.ts"],
  zod: ["audit/", "cli/"],
  "prom-client": ["telemetry/"],
  pino: ["telemetry/"],
  chokidar: ["revision/"],
  "simple-git": ["revision/"],
  commander: ["cli/"],
  "vscode-languageserver/node": ["editor/protocol/"],
  "vscode-languageserver-textdocument": ["editor/protocol/"],
};

interface Module {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly own: readonly string[];
  readonly foreign: readonly string[];
}

function modules(): readonly Module[] {
  const names = readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)).split(sep).join("/"));
  return names.sort().map((path) => {
    const text = readFileSync(join(SRC, path), "utf8");
    const found = [
      ...text.matchAll(/^\s*(?:import|export)\b[^;"']*?\bfrom\s+["']([^"']+)["']/gm),
      ...text.matchAll(/^\s*import\s+["']([^"']+)["']/gm),
      ...text.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g),
    ].map((match) => match[1] ?? "");
    const own = found
      .filter((name) => name.startsWith("."))
      .map((name) =>
        relative(SRC, resolve(SRC, dirname(path), name))
          .split(sep)
          .join("/"),
      );
    return {
      path,
      room: path.split("/")[0] ?? "",
      text,
      own,
      foreign: found.filter((name) => !name.startsWith(".")),
    };
  });
}

test("every file lies in a room", () => {
  for (const { path, room } of modules()) {
    assert.ok(path.includes("/") && room in ROOMS, `src/${path} lies in no room`);
  }
});

test("no arrow runs upward", () => {
  const wrong: string[] = [];
  for (const { path, room, own } of modules()) {
    for (const target of own) {
      const other = target.split("/")[0] ?? "";
      if (target.startsWith("..")) wrong.push(`src/${path} imports ${target}, outside src`);
      else if (other !== room && !ROOMS[room]?.includes(other)) wrong.push(`src/${path} imports src/${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("no imports run in a circle, types included", () => {
  const edges = new Map(modules().map(({ path, own }) => [path, own]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    assert.equal(start, -1, `circle: ${[...trail.slice(start), path].join(" -> ")}`);
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
});

test("every import of an own file names a file that is there", () => {
  const all = modules();
  const paths = new Set(all.map(({ path }) => path));
  for (const { path, own } of all) {
    for (const target of own) assert.ok(paths.has(target), `src/${path} imports src/${target}, which is not there`);
  }
});

test("pure rooms use nothing of node, no clock and no chance", () => {
  const wrong: string[] = [];
  for (const { path, room, text, foreign } of modules()) {
    if (!PURE.has(room)) continue;
    for (const name of foreign) if (name.startsWith("node:")) wrong.push(`src/${path} imports ${name}`);
    for (const [word] of text.matchAll(/\b(?:Date\.now|Math\.random|performance\.now|process\.\w+|setTimeout)\b/g)) {
      wrong.push(`src/${path} uses ${word}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("each library lives in its home", () => {
  const wrong: string[] = [];
  for (const { path, foreign } of modules()) {
    for (const name of foreign) {
      if (name.startsWith("node:")) continue;
      const homes = LIBRARIES[name];
      if (!homes?.some((home) => path.startsWith(home))) wrong.push(`src/${path} imports ${name}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("besides providers, three files speak to other machines: one for services, two to the gateway for its doctor", () => {
  const calling = modules().filter(({ text }) => /^(?!\s*[*"'`]).*\bfetch\(/m.test(text));
  assert.deepEqual(
    calling.map(({ path }) => path),
    ["cli/gateway-findings.ts", "cli/server-findings.ts", "services/http.ts"],
  );
});

test("no barrels", () => {
  for (const { path } of modules()) assert.ok(!path.endsWith("index.ts"), `src/${path} is a barrel`);
});

test("every module opens with its job, and every exported function has a sentence", () => {
  const wrong: string[] = [];
  for (const { path, text } of modules()) {
    const opening = text.replace(/^#!.*\n/, "");
    if (!opening.startsWith("/**")) wrong.push(`src/${path} does not say what it is for`);
    for (const match of text.matchAll(/(\*\/\n)?^export (?:async )?(?:function\*?|class) (\w+)/gm)) {
      if (!match[1]) wrong.push(`src/${path}: ${match[2]} has no sentence`);
    }
  }
  assert.deepEqual(wrong, []);
});

/** Rooms that every request goes through. */
const BUSY = new Set([
  "decision",
  "identity",
  "providers",
  "services",
  "wire",
  "audit",
  "limits",
  "telemetry",
  "gateway",
]);
/** `this.#leave = () => …`, also over two lines. */
const OLD_FUNCTION = /[\w\])]\.#?\w+ (?:\?\?|\|\|)?=\s+(?:async )?(?:function\b|\([^()]*\)(?:: [^=]+)? =>|\w+ =>)/g;

test("on the way of a request no function is written where a property takes it", () => {
  // V8 makes such a function among what it takes to be old; all that it knows then stays until the whole heap is looked through.
  const found = modules()
    .filter(({ room }) => BUSY.has(room))
    .flatMap(({ path, text }) => [...text.matchAll(OLD_FUNCTION)].map(([match]) => `${path}: ${match}`));
  assert.deepEqual(found, []);
});
