/** What a value is called where it stands, in every spelling that files and languages use. */

/** A name of some words, in lower case. */
export interface Label {
  readonly words: readonly string[];
  readonly snake: string;
  readonly upper: string;
  readonly kebab: string;
  readonly dotted: string;
  readonly camel: string;
  readonly pascal: string;
  readonly title: string;
}

/** The spellings of `datadog api key`. */
export function labelOf(text: string): Label {
  const words = text.toLowerCase().split(/[\s_-]+/);
  const capitals = words.map((word) => word[0]!.toUpperCase() + word.slice(1));
  const pascal = capitals.join("");
  return {
    words,
    snake: words.join("_"),
    upper: words.join("_").toUpperCase(),
    kebab: words.join("-"),
    dotted: words.join("."),
    camel: pascal[0]!.toLowerCase() + pascal.slice(1),
    pascal,
    title: capitals.join(" "),
  };
}
