/** Makes what is published: `dist/`, a package of plain JavaScript with its packs, beside which nothing of this checkout is needed. */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const dist = `${root}dist/`;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
execFileSync(
  process.execPath,
  [
    `${root}node_modules/typescript/bin/tsc`,
    "-p",
    root,
    "--noEmit",
    "false",
    "--rootDir",
    `${root}src`,
    "--outDir",
    `${dist}src`,
  ],
  {
    stdio: "inherit",
  },
);
for (const part of ["policy/packs", "policy/starter", "LICENSE", "README.md"]) {
  cpSync(root + part, dist + part, { recursive: true });
}
const {
  private: _private,
  scripts: _scripts,
  devDependencies: _dev,
  allowScripts: _allow,
  ...manifest
} = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
manifest.bin = { gw: "src/cli/gw.js" };
// In a checkout the Node that runs it is among the dependencies, so only the package asks for one.
manifest.engines = { node: ">=24" };
writeFileSync(`${dist}package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
chmodSync(`${dist}src/cli/gw.js`, 0o755);
