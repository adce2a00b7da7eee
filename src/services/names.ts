/** Names in an answer of a service, fit for the record: few, short, and no place for a text to hide in. */

const MOST_NAMES = 10;
const NAME = /^[\w.:/ -]{1,64}$/;

/** The strings among some values that are names, each once. */
export function namesOf(values: readonly unknown[]): string[] {
  const names = values.filter((value): value is string => typeof value === "string" && NAME.test(value));
  return [...new Set(names)].slice(0, MOST_NAMES);
}
