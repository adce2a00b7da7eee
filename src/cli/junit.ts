/** A report of tests and invariants in the XML that CI systems read. A policy that is not good is one test that failed. */
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Loaded } from "../revision/load.ts";
import { noteText, placeJson } from "./report.ts";

/** One test as JUnit knows it. */
interface Case {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly failures: readonly Diagnostic[];
}

/** A demand on coverage, and what falls short of it. */
export type CoverageCase = Pick<Case, "name" | "failures">;

/** Writes the report of a policy directory. */
export function junit(dir: string, { built, revision }: Loaded, coverage: CoverageCase | null): string {
  const tests: readonly Case[] =
    built.report === null
      ? [{ name: "the policy is good", file: dir, line: 1, failures: errorsOf(built.diagnostics) }]
      : [...(built.proofs?.invariants ?? []), ...built.report.tests].map(({ name, span, failures }) => ({
          name,
          ...placeJson(span, dir),
          failures,
        }));
  const cases = coverage === null ? tests : [...tests, { ...coverage, file: dir, line: 1 }];
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const counts = `tests="${cases.length}" failures="${failed}" errors="0" skipped="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${inXml(dir)}" ${counts}>`,
    `    <properties><property name="revision" value="${revision.id}"/></properties>`,
    ...cases.map((test) => writeCase(test, dir)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function errorsOf(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}

function writeCase({ name, file, line, failures }: Case, dir: string): string {
  const head = `    <testcase name="${inXml(name)}" classname="${inXml(file)}" file="${inXml(file)}" line="${line}"`;
  if (failures.length === 0) return `${head}/>`;
  return [`${head}>`, ...failures.map((failure) => writeFailure(failure, dir)), "    </testcase>"].join("\n");
}

function writeFailure({ code, span, message, notes }: Diagnostic, dir: string): string {
  const { file, line, column } = placeJson(span, dir);
  const text = [`${file}:${line}:${column}: ${message}`, ...notes.map((note) => noteText(note, dir))].join("\n");
  return `      <failure type="${code}" message="${inXml(message)}">${inXml(text)}</failure>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Control characters cannot stand in XML even escaped, so they become a blot. */
function inXml(text: string): string {
  return text
    .replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
