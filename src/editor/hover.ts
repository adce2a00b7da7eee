/**
 * What is to be told about a place: what the name there resolves to, with its `##` comment; what a word of the language
 * means; the page of a diagnostic. What a team or key may do in the end is asked of judge.ts, which knows the table.
 */
import { CODES, type Code } from "../language/codes.ts";
import { wordAt } from "../language/cursor.ts";
import { place } from "../language/source.ts";
import type { GuardAction, Item, Thing } from "../language/tree.ts";
import type { Declared } from "../model/declared.ts";
import { isGlob } from "../model/glob.ts";
import { listsIn } from "../model/lists.ts";
import { declarationOf, holds, type NamedDeclaration, nameAround, type Place } from "./find.ts";
import type { Asked } from "./judge.ts";
import { namesMatching } from "./known-names.ts";
import type { Occurrence } from "./occurrences.ts";
import type { OpenPolicy } from "./open-policy.ts";
import { wordDoc } from "./words.ts";

/** What to tell. */
export interface Hover {
  readonly start: number;
  readonly end: number;
  /** Paragraphs of Markdown. */
  readonly parts: readonly string[];
  /** A node whose effective policy is worth telling. */
  readonly node: Asked | null;
}

/** More names than these are counted only. */
const MOST = 12;

/** Tells about a place; null when there is nothing to tell. */
export function hoverAt(at: Place): Hover | null {
  const told = aboutCode(at) ?? aboutName(at) ?? aboutItem(at) ?? aboutWord(at);
  const pages = pagesAt(at);
  if (pages.parts.length === 0) return told;
  return told === null ? pages : { ...told, parts: [...told.parts, ...pages.parts] };
}

function pagesAt({ policy, path, offset }: Place): Hover {
  const found = policy.findings(path).filter(({ span }) => holds(span, offset));
  const codes = [...new Set(found.map(({ code }) => code))];
  const parts = codes.map(pageOf);
  return { start: found[0]?.span.start ?? offset, end: found[0]?.span.end ?? offset, parts, node: null };
}

function pageOf(code: Code): string {
  return `**${code}** ${CODES[code].title}\n\n${CODES[code].page}`;
}

/** A number in a comment, such as `# allow GW6010: …`. */
function aboutCode({ policy, path, offset }: Place): Hover | null {
  const text = policy.treeOf(path)?.source.text ?? "";
  const line = text.lastIndexOf("\n", offset - 1) + 1;
  const found = Array.from(text.slice(line, text.indexOf("\n", offset) + 1 || undefined).matchAll(/\bGW\d{4}\b/g)).find(
    ({ index }) => holds({ start: line + index, end: line + index + "GW6010".length }, offset),
  );
  const code = found?.[0] ?? "";
  if (found === undefined || !Object.hasOwn(CODES, code)) return null;
  return {
    start: line + found.index,
    end: line + found.index + code.length,
    parts: [pageOf(code as Code)],
    node: null,
  };
}

function aboutWord({ policy, path, offset }: Place): Hover | null {
  const found = wordAt(policy.treeOf(path)?.source.text ?? "", offset);
  const doc = found && wordDoc(found.word);
  return found && doc !== null
    ? { start: found.start, end: found.end, parts: [`\`${found.word}\`: ${doc}`], node: null }
    : null;
}

// ---- names ------------------------------------------------------------------------------------------------------------

function aboutName(at: Place): Hover | null {
  const name = nameAround(at);
  if (name === null) return null;
  const { start, end } = name.whole;
  const declaration = declarationOf(at.policy, name);
  if (declaration === null) return null;
  const parts = [
    `${declaration.kind} \`${name.name}\` (${place(declaration.name.span)})`,
    ...(declaration.doc === null ? [] : [declaration.doc.replaceAll("\n", "  \n")]),
    ...meaning(at.policy, name, declaration),
  ];
  const isNode = name.kind === "org" || name.kind === "team" || name.kind === "key";
  return { start, end, parts, node: isNode ? { kind: name.kind as Asked["kind"], name: name.name } : null };
}

function doing({ deed, at, observe }: GuardAction): string {
  const words = { flag: "flags", mask: "masks", redact: "redacts", reject: "rejects" }[deed.kind];
  const from = at === null ? "" : ` from severity ${at} on`;
  const why = deed.kind === "reject" ? ` (${deed.message.text})` : "";
  return `${observe ? "observes what it would do: " : ""}${words}${why}${from}`;
}

function meaning(policy: OpenPolicy, { name }: Occurrence, declaration: NamedDeclaration): readonly string[] {
  switch (declaration.kind) {
    case "models":
    case "tools": {
      const globs = policy.groups[declaration.kind].get(name) ?? [];
      const via = declaration.kind === "models" ? declaration.via.map(({ text }) => text) : [];
      return [`${listed(globs)}${via.length === 0 ? "" : ` via ${via.join(" then ")}`}`];
    }
    case "provider":
      return declaration.body.flatMap((it) =>
        it.kind === "kind" ? [`of kind ${it.name.text}`] : it.kind === "url" ? [it.url.text] : [],
      );
    case "pattern":
      return [declaration.matches.map(({ pattern, flags }) => `\`/${pattern}/${flags}\``).join("  \n")];
    case "guardrail": {
      const on = declaration.on.map(({ stage }) => stage).join(" and ");
      const where = declaration.in.length === 0 ? "" : ` (${declaration.in.map((it) => it.place).join(", ")})`;
      return declaration.actions.map((action) => `${doing(action)} in ${on}${where}`);
    }
    case "mcp":
      return declaration.body.flatMap((it) =>
        it.kind === "url"
          ? [it.url.text]
          : it.kind === "command"
            ? [it.words.map(({ text }) => `\`${text}\``).join(" ")]
            : [],
      );
    case "service":
      return declaration.body.flatMap((it) => (it.kind === "kind" ? [`of kind ${it.name.text}`] : []));
    case "use":
      return [declaration.from.kind === "builtin" ? "ships with sallyport" : `from \`${declaration.from.path.text}\``];
    default:
      return [];
  }
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  // What ends in a date says no more than its name without one.
  const dated = (name: string) => Number(name.includes("?"));
  const shown = names
    .toSorted((a, b) => dated(a) - dated(b))
    .slice(0, MOST)
    .map((name) => `\`${name}\``)
    .join(", ");
  return names.length <= MOST ? shown : `${shown} and ${names.length - MOST} more`;
}

// ---- globs ------------------------------------------------------------------------------------------------------------

function aboutItem({ policy, path, offset }: Place): Hover | null {
  const lists = policy.treeOf(path)?.declarations.flatMap(listsIn) ?? [];
  for (const { thing, items } of lists) {
    const item = items.find(({ span }) => holds(span, offset));
    if (item !== undefined) return aboutGlob(item, thing, policy.declared);
  }
  return null;
}

function aboutGlob({ text, kind, span }: Item, thing: Thing, declared: Declared): Hover | null {
  if (kind === "reference" || thing === "providers" || !isGlob(text)) return null;
  const names = namesMatching(declared, thing, text);
  const known = names.length === 0 ? `no ${thing} that the policy knows` : listed(names);
  return { start: span.start, end: span.end, parts: [`\`${text}\` matches ${known}`], node: null };
}
