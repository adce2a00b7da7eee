/**
 * What becomes of policy changes while the gateway runs, told to the record, to the log and to people. serve.ts gives
 * these ears to the keeper.
 */
import type { AuditLog } from "../audit/log.ts";
import type { Table } from "../decision/table.ts";
import { place } from "../language/source.ts";
import type { Fault, Keeper, KeeperParts } from "../revision/keeper.ts";
import type { createLogger } from "../telemetry/log.ts";
import { brokenOf, count, diagnosticsJson, drawDiagnostics, drawFindings } from "./report.ts";
import type { Channel, Terminal } from "./terminal.ts";

/** Stands for the revision of a directory that could not be read. */
const UNREAD = "unread";

/** What the news are told with. */
export interface NewsParts {
  /** The policy directory as the user wrote it. */
  readonly dir: string;
  /** Frames for people, or lines of JSON for collectors. */
  readonly format: "text" | "json";
  readonly log: AuditLog;
  readonly logger: ReturnType<typeof createLogger>;
  /** Names of models that the policy in force writes out; kept up to date here. */
  readonly models: Set<string>;
  readonly terminal: Terminal;
  readonly onInternalError: (error: unknown) => void;
}

/** The keeper's listeners, and the reload that they are about. */
export interface News extends Pick<KeeperParts, "onTaken" | "onRejected"> {
  /** Reads the policy again; says that nothing changed only when somebody asked, or waits for a fault to be mended. */
  reload(keeper: Keeper, aloud: boolean): Promise<void>;
}

/** Makes the listeners. */
export function createNews(parts: NewsParts): News {
  const { dir, format, log, logger, models, terminal, onInternalError } = parts;
  const { err } = terminal;
  let revision: string | null = null;
  return {
    onTaken(table, { built, texts }) {
      const { id, commit, content } = table.revision;
      const body = { revision: id, commit, content, keys: table.keys.size, packs: built.builtins };
      log.append({ kind: "policy.load", ...body }).catch(onInternalError);
      models.clear();
      for (const model of table.catalogue) models.add(model);
      if (format === "text") {
        if (built.diagnostics.length > 0) err.write(`${drawDiagnostics(built.diagnostics, { dir, texts }, err)}\n`);
        // The start has words of its own.
        if (revision !== null) err.write(`${err.style("green", "policy taken:")} ${inForce(table)}\n`);
      }
      revision = id;
    },
    onRejected(fault) {
      const { id, content } = fault.kind === "unreadable" ? { id: UNREAD, content: "" } : fault.loaded.revision;
      log.append({ kind: "policy.reject", revision: id, content, faults: faultsOf(fault) }).catch(onInternalError);
      if (format === "json")
        return logger.warn({ inForce: revision, fault: faultJson(fault, dir) }, "policy change at fault");
      err.write(`${drawFault(fault, dir, err)}\n`);
      err.write(`${err.style("yellow", "policy change not taken:")} revision ${revision} stays in force\n`);
    },
    async reload(keeper, aloud) {
      const waited = keeper.fault !== null;
      const { kind } = await keeper.reload();
      if (kind !== "unchanged" || !(aloud || waited)) return;
      if (format === "json") logger.info({ revision }, "policy unchanged");
      else err.write(`policy unchanged: ${inForce(keeper.current)}\n`);
    },
  };
}

/** Every fault in a few words: a code and a place, or a sentence about the world; no text of the policy. */
export function faultsOf(fault: Fault): readonly string[] {
  switch (fault.kind) {
    case "unreadable":
      return [fault.error.message];
    case "world":
      return fault.problems;
    case "diagnostics":
      return fault.loaded.built.diagnostics
        .filter(({ severity }) => severity === "error")
        .map(({ code, span }) => `${code} ${place(span)}`);
    case "tests":
      return failuresOf(fault).map(({ code, span }) => `${code} ${place(span)}`);
    default:
      return fault satisfies never;
  }
}

/** A fault as people read it, with the lines it is about. */
export function drawFault(fault: Fault, dir: string, channel: Channel): string {
  switch (fault.kind) {
    case "unreadable":
      return `${channel.style("red", "error:")} ${fault.error.message}\n`;
    case "world":
      return fault.problems.map((problem) => `${channel.style("red", "error:")} ${problem}\n`).join("");
    case "diagnostics":
      return drawDiagnostics(fault.loaded.built.diagnostics, { dir, texts: fault.loaded.texts }, channel);
    case "tests":
      return [
        drawDiagnostics(brokenOf(fault.loaded.built), { dir, texts: fault.loaded.texts }, channel),
        drawFindings(failedTests(fault), dir, channel),
      ]
        .filter((part) => part !== "")
        .join("\n");
    default:
      return fault satisfies never;
  }
}

function faultJson(fault: Fault, dir: string) {
  switch (fault.kind) {
    case "unreadable":
      return { kind: fault.kind, message: fault.error.message };
    case "world":
      return { kind: fault.kind, problems: fault.problems };
    case "diagnostics":
      return { kind: fault.kind, diagnostics: diagnosticsJson(fault.loaded.built.diagnostics, dir) };
    case "tests":
      return { kind: fault.kind, diagnostics: diagnosticsJson(failuresOf(fault), dir) };
    default:
      return fault satisfies never;
  }
}

function failedTests({ loaded }: Extract<Fault, { kind: "tests" }>) {
  return (loaded.built.report?.tests ?? []).filter(({ passed }) => !passed);
}

function failuresOf(fault: Extract<Fault, { kind: "tests" }>) {
  return [...brokenOf(fault.loaded.built), ...failedTests(fault).flatMap(({ failures }) => failures)];
}

/** One line about a policy that is in force. */
export function inForce({ revision, keys }: Table): string {
  const commit = revision.commit === null ? "" : ` (commit ${revision.commit})`;
  return `revision ${revision.id}${commit}, ${count(keys.size, "key")}`;
}
