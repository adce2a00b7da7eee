/** Calls that a statement decides by its condition: one that is granted for its sake, or refused for it. */
import type { TestSend } from "../model/model.ts";
import type { Predicate } from "../model/predicate.ts";
import { witnessOf } from "./witness.ts";

/** A call that a test may make, and what becomes of it while the statement stands. */
export interface DecidedCall {
  readonly tool: string;
  readonly input: NonNullable<TestSend["input"]>;
  readonly expect: TestSend["expect"];
}

const MOST_TOOLS = 8;

/** Conditions by the atoms of tools. */
type Conditions = ReadonlyMap<number, Predicate>;

/** Calls that go otherwise under the one conditions than under the others. */
export function missingCalls(
  held: Conditions,
  without: Conditions,
  nameOf: (atom: number) => string | null,
): readonly DecidedCall[] {
  const atoms = [...new Set([...held.keys(), ...without.keys()])].slice(0, MOST_TOOLS);
  return atoms.flatMap((atom) => {
    const tool = nameOf(atom);
    if (tool === null) return [];
    const [now, then] = [held.get(atom) ?? ANY_INPUT, without.get(atom) ?? ANY_INPUT];
    return [
      ...callOf(tool, witnessOf(but(now, then)), { kind: "allow", remaining: null }),
      ...callOf(tool, witnessOf(but(then, now)), { kind: "refuse", reason: "arguments" }),
    ];
  });
}

const ANY_INPUT: Predicate = { kind: "and", of: [] };

/** The one, and not the other. */
function but(one: Predicate, other: Predicate): Predicate {
  return { kind: "and", of: [one, { kind: "not", of: other }] };
}

function callOf(tool: string, input: TestSend["input"], expect: TestSend["expect"]): DecidedCall[] {
  return input === null ? [] : [{ tool, input, expect }];
}
