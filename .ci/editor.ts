/**
 * Packs the extension for VS Code: `grammar/vscode/*.vsix`, or into the folder that is named. Its libraries come from its own
 * lock file into `.cache/editor`, once for each state of that file, and without scripts: nothing native is fetched or built.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const extension = join(root, "grammar/vscode");

const { version } = JSON.parse(readFileSync(join(extension, "package.json"), "utf8"));
const target = join(resolve(process.argv[2] ?? extension), `sallyport-policy-${version}.vsix`);
const libraries = fetched();
const place = mkdtempSync(join(libraries, "pack-"));
try {
  pack();
} finally {
  rmSync(place, { recursive: true, force: true });
}
process.stdout.write(`${target}\n`);

/** The folder whose `node_modules` is what the lock file says. It is filled beside its place and moved there whole. */
function fetched(): string {
  const manifests = ["package.json", "package-lock.json"];
  const state = createHash("sha256");
  for (const name of manifests) state.update(readFileSync(join(extension, name)));
  const cache = join(root, ".cache/editor");
  const home = join(cache, state.digest("hex").slice(0, 16));
  if (existsSync(home)) return home;
  process.stderr.write("fetching the extension's libraries\n");
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, "partial-"));
  try {
    for (const name of manifests) cpSync(join(extension, name), join(partial, name));
    npm(partial, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
    renameSync(partial, home);
  } catch (error) {
    // Another process may have been first.
    if (!existsSync(home)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return home;
}

function npm(cwd: string, ...args: string[]): void {
  // Under `npm run` this is the npm that runs it; by hand it is the one on the path.
  const script = process.env.npm_execpath;
  const [program, first] = script?.endsWith(".js") ? [process.execPath, [script]] : ["npm", []];
  execFileSync(program, [...first, ...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
}

/** Checks the types, makes one file of the sources and their libraries, and packs that with what it needs. */
function pack(): void {
  for (const name of ["package.json", "README.md", "language-configuration.json", "src"]) {
    cpSync(join(extension, name), join(place, name), { recursive: true });
  }
  cpSync(join(root, "grammar/policy.tmLanguage.json"), join(place, "policy.tmLanguage.json"));
  cpSync(join(root, "LICENSE"), join(place, "LICENSE"));
  const checked = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { types: ["node", "vscode"] },
    include: ["src"],
  };
  writeFileSync(join(place, "tsconfig.json"), JSON.stringify(checked));
  run(join(root, "node_modules/typescript/bin/tsc"), "-p", place);
  const bundle = ["--bundle", "--platform=node", "--format=cjs", "--target=node20", "--external:vscode", "--minify"];
  run(
    tool("esbuild/bin/esbuild"),
    "src/extension.ts",
    ...bundle,
    "--outfile=dist/extension.cjs",
    "--log-level=warning",
  );
  run(tool("@vscode/vsce/vsce"), "package", "--no-dependencies", "--allow-missing-repository", "--out", target);
}

function tool(path: string): string {
  return join(libraries, "node_modules", path);
}

function run(script: string, ...args: string[]): void {
  const { status, stdout } = spawnSync(process.execPath, [script, ...args], {
    cwd: place,
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  // These tell of their failures on either stream, and of their successes on the first.
  if (status !== 0) throw new Error(`${script} failed\n${stdout}`);
}
