/** Two reports of `gw` as one: code scanning takes one run of a tool in a file, and both commands know the faults of the text. */

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
}
interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly Result[];
  }[];
}

/** The findings of both, each once. */
export function mergeSarif(one: string, other: string): string {
  const [first, second] = [JSON.parse(one) as Log, JSON.parse(other) as Log];
  const runs = [...first.runs, ...second.runs];
  const rules = new Map(runs.flatMap(({ tool }) => tool.driver.rules.map((rule) => [rule.id, rule])));
  const ids = [...rules.keys()];
  const results = new Map<string, Result>();
  for (const result of runs.flatMap((run) => run.results)) {
    const placed = { ...result, ruleIndex: ids.indexOf(result.ruleId) };
    results.set(JSON.stringify(placed), placed);
  }
  const [run] = first.runs;
  const driver = { ...run?.tool.driver, rules: [...rules.values()] };
  return `${JSON.stringify({ ...first, runs: [{ ...run, tool: { driver }, results: [...results.values()] }] }, null, 2)}\n`;
}
