/** Paths of files as text, told apart without looking at a disk. */

/**
 * An absolute path without `.`, `..`, doubled slashes or a slash at its end; null for what is none, what leads above the root,
 * and what some systems read otherwise: a NUL ends it there, a backslash parts it.
 */
export function normalPath(path: string): string | null {
  if (!path.startsWith("/") || /[\0\\]/.test(path)) return null;
  const steps: string[] = [];
  for (const step of path.split("/")) {
    if (step === "..") {
      if (steps.pop() === undefined) return null;
    } else if (step !== "" && step !== ".") steps.push(step);
  }
  return `/${steps.join("/")}`;
}
