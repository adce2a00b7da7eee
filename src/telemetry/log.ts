/**
 * The log for people: one line for each refusal, fault and policy change, told from audit entries, so that it knows no
 * more than they do: names and places, never a text, a key or a credential.
 */
import { type DestinationStream, type Logger, pino } from "pino";
import type {
  AlteredBody,
  BudgetWarnBody,
  CallBody,
  DecisionBody,
  DriftBody,
  Entry,
  FaultBody,
  JoinBody,
  OutcomeBody,
  ReturnBody,
} from "../audit/entry.ts";

/** Should a careless line carry headers or a credential all the same, these never show. */
const SECRETS = ["authorization", "x-api-key", "cookie", "set-cookie", "credential", "key_value"];
const REDACTED = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** Makes the process's logger. */
export function createLogger(level: string, destination: DestinationStream): Logger {
  return pino({ level, base: null, redact: REDACTED, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Tells the log about every entry that a person may want to see. */
export function narrate(logger: Logger): (entry: Entry) => void {
  return ({ body }) => {
    switch (body.kind) {
      case "decision":
        askedInVain(logger, body);
        return body.effect === "refuse" ? refused(logger, body) : undefined;
      case "outcome":
        askedInVain(logger, body);
        return body.end === "complete" ? undefined : ended(logger, body);
      case "call":
        return body.effect === "refuse" ? barred(logger, body) : undefined;
      case "return":
        return body.end === "complete" ? undefined : returned(logger, body);
      case "heard":
        return undefined;
      case "drift":
        return drifted(logger, body);
      case "altered":
        return altered(logger, body);
      case "join":
        return body.finding === "joined" ? undefined : strayed(logger, body);
      case "fault":
        return failed(logger, body);
      case "policy.load":
        return logger.info({ revision: body.revision, commit: body.commit, keys: body.keys }, "policy in force");
      case "policy.reject":
        return logger.warn({ revision: body.revision, faults: body.faults }, "policy change not taken");
      case "budget.warn":
        return warned(logger, body);
      case "recovery":
        return logger.warn({ truncatedBytes: body.truncatedBytes, open: body.open.length }, "audit log recovered");
      case "start":
        return logger.info({ version: body.version }, "started");
      case "stop":
        return logger.info("stopped");
      default:
        return body satisfies never;
    }
  };
}

/** A service that is left alone for a while was told of when it failed. */
function askedInVain(logger: Logger, { ticket, actor, asked }: DecisionBody | OutcomeBody): void {
  for (const { guardrail, service, trouble } of asked) {
    if (trouble === null || trouble === "open") continue;
    logger.warn({ ticket, ...actor, guardrail, service, trouble }, "service gave no verdict");
  }
}

function refused(logger: Logger, { ticket, actor, reason, model, origins }: DecisionBody): void {
  logger.info({ ticket, ...actor, reason, model, origins }, "refused");
}

function ended(logger: Logger, { ticket, actor, end, fault, provider, model, status }: OutcomeBody): void {
  const facts = { ticket, ...actor, end, fault, provider, model, status };
  if (end === "upstream-failed") logger.warn(facts, "provider failed");
  else logger.info(facts, end === "stopped" ? "answer stopped by a guardrail" : "caller went away");
}

function barred(logger: Logger, { ticket, actor, reason, name, origins }: CallBody): void {
  logger.info({ ticket, ...actor, reason, name, origins }, "call refused");
}

function returned(logger: Logger, { ticket, actor, end, fault, name, status }: ReturnBody): void {
  const facts = { ticket, ...actor, end, fault, name, status };
  if (end === "upstream-failed") logger.warn(facts, "server of tools failed");
  else logger.info(facts, "caller went away");
}

function drifted(logger: Logger, { server, action, count, drift, origin }: DriftBody): void {
  const facts = { server, origin };
  const tools = drift.map(({ tool, change }) => (tool === null ? change : `${tool}:${change}`));
  if (count === 0) logger.info(facts, "tools of a server are as pinned again");
  else logger.warn({ ...facts, action, tools }, "tools of a server are not what was pinned");
}

function altered(logger: Logger, { ticket, actor, server, action, count, tools, origin }: AlteredBody): void {
  const facts = { ticket, ...actor, server, action, count, tools, origin };
  logger.warn(facts, "a request tells its model something else of tools than what was pinned");
}

function strayed(logger: Logger, { actor, finding, name, toolUse, call, answer, session }: JoinBody): void {
  const facts = { ...actor, finding, name, toolUse, call, answer, session };
  if (finding === "outside") logger.info(facts, "a tool of a server of the client's own was used");
  else logger.warn(facts, "a call and what a model asked for do not belong together");
}

function warned(logger: Logger, { ticket, actor, counter, used, ceiling, warnAt, origin }: BudgetWarnBody): void {
  const usd = { usedUsd: used / 1e6, ceilingUsd: ceiling / 1e6 };
  logger.warn({ ticket, ...actor, counter, ...usd, warnAt: `${warnAt}%`, origin }, "budget nearly used up");
}

function failed(logger: Logger, { ticket, actor, fault, status, path }: FaultBody): void {
  logger.warn({ ticket, ...actor, fault, status, path }, "could not serve");
}
