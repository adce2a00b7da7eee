/** Makes `gw` ready: from a checkout, which is built of nothing but its files, or from the registry. Says where it is. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { say, setOutput, temporaryDirectory, told } from "./runner.ts";

const OWN_CHECKOUT = fileURLToPath(new URL("../../../", import.meta.url));
/** A version, a range or a tag of the registry; what npm would take for a path, an address or an option is none. */
const VERSION = /^[\^~]?\w[\w.+-]*$/;

try {
  setOutput("gw", gwOf(told("SALLYPORT")));
} catch (error) {
  say("error", `\`gw\` could not be made ready: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function gwOf(wish: string): string {
  if (wish === "") return fromCheckout(OWN_CHECKOUT);
  if (wish.startsWith(".") || wish.startsWith("/")) return fromCheckout(resolve(wish));
  if (VERSION.test(wish)) return fromRegistry(wish);
  throw new Error(`\`${wish}\` is neither a version of sallyport nor a path that begins with \`.\` or \`/\``);
}

function fromCheckout(root: string): string {
  if (!existsSync(join(root, "package-lock.json"))) throw new Error(`\`${root}\` is no checkout of sallyport`);
  if (!existsSync(join(root, "node_modules"))) npm(root, "ci", "--omit=dev");
  return gwIn(root);
}

function fromRegistry(version: string): string {
  // Away from the workspace: a change under review must not say from where packages come.
  const home = join(temporaryDirectory(), "sallyport");
  mkdirSync(home, { recursive: true });
  npm(home, "install", "--no-save", "--prefix", home, `sallyport@${version}`);
  return gwIn(join(home, "node_modules", "sallyport"));
}

function npm(cwd: string, ...args: readonly string[]): void {
  execFileSync("npm", [...args, "--no-audit", "--no-fund"], { cwd, stdio: ["ignore", "inherit", "inherit"] });
}

function gwIn(root: string): string {
  return join(root, JSON.parse(readFileSync(join(root, "package.json"), "utf8")).bin.gw);
}
