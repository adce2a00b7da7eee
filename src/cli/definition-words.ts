/**
 * What changed in the definition of a tool, in words: which parameter came or went, which hint turned over, which text reads
 * otherwise. Texts of servers are shown so that what is hidden in them is seen, and a terminal obeys none of it.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** The differences between two definitions, one line each. */
export function definitionWords(before: unknown, now: unknown): string[] {
  return differences(before as Json, now as Json, []).map(({ path, old, new: next }) => {
    const what = placeWords(path);
    if (old === undefined) return `${what} is new: ${shown(next!)}`;
    if (next === undefined) return `${what} is gone, it was ${shown(old)}`;
    return `${what} was ${shown(old)} and is ${shown(next)}`;
  });
}

interface Difference {
  readonly path: readonly string[];
  /** Undefined where nothing stood. */
  readonly old: Json | undefined;
  readonly new: Json | undefined;
}

function differences(old: Json | undefined, now: Json | undefined, path: readonly string[]): Difference[] {
  if (isObject(old) && isObject(now)) {
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return names.flatMap((name) => differences(old[name], now[name], [...path, name]));
  }
  // The order of such lists says nothing.
  if (path.at(-1) === "required" && Array.isArray(old) && Array.isArray(now)) {
    const own = (list: readonly Json[], other: readonly Json[]) => list.filter((each) => !other.includes(each));
    return [
      ...own(now, old).map((each) => ({ path: [...path, String(each)], old: false, new: true })),
      ...own(old, now).map((each) => ({ path: [...path, String(each)], old: true, new: false })),
    ];
  }
  return JSON.stringify(old) === JSON.stringify(now) ? [] : [{ path, old, new: now }];
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `parameter \`repo\`, type`, where a path would say `inputSchema.properties.repo.type`. */
function placeWords([first, ...rest]: readonly string[]): string {
  switch (first) {
    case "inputSchema":
      return schemaWords("parameter", "the parameters", rest);
    case "outputSchema":
      return schemaWords("result", "the result", rest);
    case "annotations":
      return rest.length === 0 ? "the hints" : `hint ${quoted(rest.join("."))}`;
    case undefined:
      return "the definition";
    default:
      return ["the", first, ...rest].map(visible).join(" ");
  }
}

function schemaWords(one: string, all: string, path: readonly string[]): string {
  const [member, name, ...rest] = path;
  if (member === "properties" && name !== undefined) {
    return [`${one} ${quoted(name)}`, ...rest.map(visible)].join(", ");
  }
  if (member === "required" && name !== undefined) return `that ${one} ${quoted(name)} has to be there`;
  return path.length === 0 ? all : `${all}, ${path.map(visible).join(", ")}`;
}

function quoted(text: string): string {
  return `\`${visible(text)}\``;
}

function shown(value: Json): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  return visible(JSON.stringify(value));
}

/** Characters that nobody sees, or that a terminal acts on, are written out. */
export function visible(text: string): string {
  return text.replace(/(?! )[\p{C}\p{Z}]/gu, (letter) => `\\u{${letter.codePointAt(0)!.toString(16)}}`);
}
