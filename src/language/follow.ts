/**
 * What may stand behind a run of tokens: the grammar itself, walked as the automaton that it is. The parser answers only
 * whether a text is right; an editor asks in its middle how it may go on. Nothing here repeats a rule of the language.
 */
import {
  Alternation,
  Alternative,
  type IProduction,
  type IToken,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type TokenType,
} from "chevrotain";
import { theGrammar } from "./parse.ts";

/** A type of token that may come next, and the rules that it would be read in, outermost first. */
export interface Follower {
  readonly type: TokenType;
  readonly rules: readonly string[];
}

/** What is still to be read: the parts of one rule from `at` on, and `around` it what follows them. */
interface Rest {
  readonly parts: readonly IProduction[];
  readonly at: number;
  readonly rules: readonly string[];
  readonly around: Rest | null;
}

interface Step extends Follower {
  readonly rest: Rest;
}

/** What may follow these tokens when they begin a rule; empty when they do not fit it. */
export function followers(rule: string, tokens: readonly IToken[]): readonly Follower[] {
  const begin = theGrammar().getGAstProductions()[rule];
  if (begin === undefined) throw new Error(`the grammar has no rule ${rule}`);
  let steps = next([{ parts: begin.definition, at: 0, rules: [rule], around: null }]);
  for (const { tokenType } of tokens) {
    const taken = steps.filter(({ type }) => type === tokenType || tokenType.CATEGORIES?.includes(type));
    steps = next(taken.map(({ rest }) => rest));
  }
  return steps.map(({ type, rules }) => ({ type, rules }));
}

function next(states: readonly Rest[]): Step[] {
  const steps: Step[] = [];
  for (const state of states) walk(state, steps);
  return steps;
}

/** Every token that can be read first. */
function walk(rest: Rest | null, steps: Step[]): void {
  if (rest === null) return;
  const part = rest.parts[rest.at];
  const after: Rest = { ...rest, at: rest.at + 1 };
  const into = (parts: readonly IProduction[], around: Rest = after) => {
    walk({ ...rest, parts, at: 0, around }, steps);
  };
  if (part === undefined) walk(rest.around, steps);
  else if (part instanceof Terminal) steps.push({ type: part.terminalType, rules: rest.rules, rest: after });
  else if (part instanceof NonTerminal) {
    const rules = [...rest.rules, part.nonTerminalName];
    walk({ parts: part.referencedRule.definition, at: 0, rules, around: after }, steps);
  } else if (part instanceof Alternation) for (const alternative of part.definition) into([alternative]);
  else if (part instanceof Alternative) into(part.definition);
  else if (part instanceof Option) {
    into(part.definition);
    walk(after, steps);
  } else if (part instanceof Repetition) {
    into(part.definition, rest);
    walk(after, steps);
  } else if (part instanceof RepetitionMandatory) into(part.definition, again(part.definition, after));
  else if (part instanceof RepetitionMandatoryWithSeparator || part instanceof RepetitionWithSeparator) {
    const more = [new Terminal({ terminalType: part.separator }), ...part.definition];
    into(part.definition, again(more, after));
    if (part instanceof RepetitionWithSeparator) walk(after, steps);
  } else throw new Error(`a part of the grammar of an unknown kind: ${part.constructor.name}`);
}

/** The parts any number of times, and then what comes after. */
function again(definition: readonly IProduction[], after: Rest): Rest {
  return { ...after, parts: [new Repetition({ definition: [...definition] })], at: 0, around: after };
}
