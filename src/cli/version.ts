/** The version of this program, from its manifest. */
import { readFileSync } from "node:fs";

/** The version, such as `1.2.3`. */
export function version(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  return manifest.version;
}
