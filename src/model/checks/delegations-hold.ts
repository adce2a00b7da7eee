/**
 * Promise: whoever may write in a delegated folder can neither reach beyond its team nor above the team's ceiling. The
 * folder declares teams below that team, keys in it and tests of them; the team itself stands elsewhere, and on it or
 * above it a ceiling on models, tools and cost that the folder cannot lift.
 */
import type { Diagnostic, Note } from "../../language/diagnostic.ts";
import type { Span } from "../../language/source.ts";
import type { Declaration, DelegateDeclaration, Statement, Subject, Thing } from "../../language/tree.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";
import { globMatches } from "../glob.ts";
import { parentPath } from "./parents-declared.ts";

/** Delegations of no file, without a ceiling, and what stands in a folder beyond its team. */
export function delegationsHold(declared: Declared): Diagnostic[] {
  return declared.delegates.flatMap((delegate) => {
    // known-names.ts speaks about a team that is not there.
    if (!declared.teams.has(delegate.team.text)) return [];
    const trees = declared.trees.filter(({ source }) => globMatches(delegate.name.text, source.path));
    const beyond = trees.flatMap(({ declarations }) =>
      declarations.filter((it) => !isWithin(it, delegate, declared)).map((it) => isBeyond(it, delegate)),
    );
    return [...(trees.length === 0 ? [nowhere(delegate)] : beyond), ...ceilingOf(delegate, declared)];
  });
}

function nowhere({ name }: DelegateDeclaration): Diagnostic {
  const help = "paths begin in the policy directory, as in `teams/payments/**`";
  return fault("GW3043", name.span, `no file of the policy matches \`${name.text}\``, help);
}

// ---- what stands in the folder ----------------------------------------------------------------------------------------

function isWithin(declaration: Declaration, { team }: DelegateDeclaration, declared: Declared): boolean {
  switch (declaration.kind) {
    case "team":
      return declaration.name.text.startsWith(`${team.text}/`);
    case "key":
      return isAtOrBelow(declaration.team.text, team.text);
    case "test":
      return isAbout(declaration.subject, team.text, declared);
    case "use":
    case "org":
    case "provider":
    case "models":
    case "tools":
    case "mcp":
    case "pattern":
    case "guardrail":
    case "service":
    case "audit":
    case "invariant":
    case "delegate":
      return false;
    default:
      return declaration satisfies never;
  }
}

function isAtOrBelow(team: string, top: string): boolean {
  return team === top || team.startsWith(`${top}/`);
}

function isAbout({ kind, name }: Subject, team: string, declared: Declared): boolean {
  if (kind === "team") return isAtOrBelow(name.text, team);
  if (kind === "org") return false;
  const key = declared.keys.get(name.text);
  // An unknown key is said elsewhere.
  return key === undefined || isAtOrBelow(key.declaration.team.text, team);
}

function isBeyond(declaration: Declaration, delegate: DelegateDeclaration): Diagnostic {
  const team = delegate.team.text;
  const folder = { message: `\`${delegate.name.text}\` is delegated to team ${team} here`, span: delegate.span };
  const help = `files there declare teams below \`${team}\`, keys in it, and tests of these; move it elsewhere`;
  const { message, span } = described(declaration);
  return fault("GW3041", span, `${message} stands in a file of team ${team}`, help, [folder]);
}

function described(declaration: Declaration): { message: string; span: Span } {
  if (declaration.kind === "audit") return { message: "`audit`", span: declaration.span };
  const { kind, name } = declaration;
  if (kind === "test") {
    const { subject } = declaration;
    return { message: `a test for ${subject.kind} \`${subject.name.text}\``, span: subject.name.span };
  }
  if (kind === "key") return { message: `a key in \`${declaration.team.text}\``, span: declaration.team.span };
  return { message: `${kind} \`${name.text}\``, span: name.span };
}

/** Who approves is for the host of the repository to say; this is how. */
function codeOwners({ name, team }: DelegateDeclaration): Note {
  const owners = team.text.replaceAll("/", "-");
  return {
    message: `with a line in CODEOWNERS its owners approve it: \`/policy/${name.text} @your-org/${owners}\``,
    span: null,
  };
}

// ---- the ceiling over it ----------------------------------------------------------------------------------------------

const CEILING: readonly { readonly words: string; readonly is: (statement: Statement) => boolean }[] = [
  { words: "`only models`", is: (it) => isOnly(it, "models") },
  { words: "`only tools`", is: (it) => isOnly(it, "tools") },
  { words: "a `budget` of the whole block", is: (it) => it.kind === "budget" && it.per === "block" },
];

/** What is only observed holds nobody. */
function isOnly(statement: Statement, thing: Thing): boolean {
  return statement.kind === "access" && statement.effect === "only" && statement.thing === thing && !statement.observe;
}

/** What is missing on the path from the org to the team, for ever: what ends by itself is no ceiling. */
function ceilingOf(delegate: DelegateDeclaration, declared: Declared): Diagnostic[] {
  const statements = [...pathOf(delegate.team.text, declared)].filter((it) => !("until" in it) || it.until === null);
  const missing = CEILING.filter(({ is }) => !statements.some(is)).map(({ words }) => words);
  if (missing.length === 0) return [];
  const team = delegate.team.text;
  const list = missing.length === 1 ? missing[0] : `${missing.slice(0, -1).join(", ")} and ${missing.at(-1)}`;
  const message = `team \`${team}\` has no ceiling that its own files cannot lift: ${list} ${missing.length === 1 ? "is" : "are"} missing`;
  const help = "write it on the team or above it";
  return [fault("GW3042", delegate.team.span, message, help, [codeOwners(delegate)])];
}

function* pathOf(team: string, declared: Declared): Generator<Statement> {
  for (let path: string | null = team; path !== null; path = parentPath(path)) {
    yield* declared.teams.get(path)?.declaration.body ?? [];
  }
  yield* declared.orgs[0]?.body ?? [];
}
