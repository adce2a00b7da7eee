/**
 * Where `gw` keeps its own code compiled between two runs: compiling it is half of what a short command takes. Whoever can
 * write there can say what the next `gw` does, so the place is the user's own, and not the folder for everybody's temporary
 * files that Node would take. When nothing can be written there, Node does without and says nothing.
 */
import { isAbsolute, join } from "node:path";

/** The folder; null for a user without a home, as containers have them. */
export function compiledCode(environment: NodeJS.ProcessEnv, home: () => string): string | null {
  const { XDG_CACHE_HOME: chosen } = environment;
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, "sallyport");
  try {
    return join(home(), ".cache", "sallyport");
  } catch {
    return null;
  }
}
