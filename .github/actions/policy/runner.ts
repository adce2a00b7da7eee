/**
 * How a step speaks to the runner of GitHub Actions: outputs and the summary go into files that it names, and lines on
 * stdout that begin with `::` are commands. Elsewhere there are no such files, and the lines are only read.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";

/** What a step was told, without the blanks around it; empty when it was not. */
export function told(name: string): string {
  return (process.env[name] ?? "").trim();
}

/** A directory that ends with the job. */
export function temporaryDirectory(): string {
  return told("RUNNER_TEMP") || tmpdir();
}

/** Sets an output of the step. */
export function setOutput(name: string, value: string): void {
  // A delimiter that nobody can guess, so that no value can end early and set another output.
  const end = randomUUID();
  appendTo("GITHUB_OUTPUT", `${name}<<${end}\n${value}\n${end}\n`);
}

/** Adds to the summary of the job. */
export function summarize(markdown: string): void {
  appendTo("GITHUB_STEP_SUMMARY", `${markdown}\n`);
}

function appendTo(variable: string, text: string): void {
  const file = told(variable);
  if (file !== "") appendFileSync(file, text);
}

/** Says a sentence that stands on the page of the run, and beside a file if it is about one. */
export function say(kind: "notice" | "warning" | "error", sentence: string, file: string | null = null): void {
  const place = file === null ? "" : ` file=${escaped(file).replaceAll(":", "%3A").replaceAll(",", "%2C")}`;
  console.log(`::${kind}${place}::${escaped(sentence)}`);
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Prints what a command said, folded under its name. Nothing in it is taken for a command to the runner. */
export function fold(title: string, text: string): void {
  if (text === "") return;
  const token = randomUUID();
  console.log(`::group::${escaped(title)}\n::stop-commands::${token}\n${text.trimEnd()}\n::${token}::\n::endgroup::`);
}
