/**
 * The course of one conversation under the flow rules of its caller. Whoever follows it says what is called, and asks
 * before each further call. Names are taken as either plane has them.
 */
import { emptyBits, hasBit, unite } from "./bits.ts";
import type { FlowRules } from "./flow-rules.ts";
import { createNaming } from "./naming.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { Table } from "./table.ts";
import { type Runtime, runtimeOf, viewOf } from "./view.ts";
import { quote } from "./words.ts";

/** Why a tool may not be called by now. */
export interface FlowDenial {
  readonly origin: Origin;
  /** What was called before, as policy names it. */
  readonly after: string;
}

/** A conversation in which nothing was called yet. */
export class Course {
  readonly #runtime: Runtime;
  readonly #rules: FlowRules;
  /** Called tools that matter, in the order of their first calls, each by one of its names. */
  readonly #called = new Map<number, string>();
  #closed: Uint32Array | null = null;

  constructor(runtime: Runtime, rules: FlowRules) {
    this.#runtime = runtime;
    this.#rules = rules;
  }

  /** A tool is called. */
  call(tool: string): void {
    const atom = this.#runtime.atomOf.tools(tool);
    if (atom < 0 || !hasBit(this.#rules.watched, atom) || this.#called.has(atom)) return;
    this.#called.set(atom, tool);
    this.#closed ??= emptyBits(this.#runtime.table.atoms.tools.atoms);
    unite(this.#closed, this.#rules.closedBy(atom));
  }

  /** Why a tool may not be called now; null when it may, as far as its course goes. */
  denial(tool: string): FlowDenial | null {
    if (this.#closed === null) return null;
    const atom = this.#runtime.atomOf.tools(tool);
    if (atom < 0 || !hasBit(this.#closed, atom)) return null;
    for (const [before, name] of this.#called) {
      const origin = this.#rules.originOf(atom, before);
      if (origin !== null) return { origin, after: this.#name(name) };
    }
    return null;
  }

  /** Why a tool could not be called after another one, whatever was called by now. */
  denialAfter(before: string, tool: string): FlowDenial | null {
    const { tools } = this.#runtime.atomOf;
    const origin = tools(before) < 0 || tools(tool) < 0 ? null : this.#rules.originOf(tools(tool), tools(before));
    return origin === null ? null : { origin, after: this.#name(before) };
  }

  #name(tool: string): string {
    return quote(createNaming(this.#runtime.table.servers)(tool));
  }
}

/** The course of a conversation that begins; null for a caller whom no flow rule binds now. */
export function courseOf(table: Table, { node }: Principal, now: number): Course | null {
  const runtime = runtimeOf(table);
  const { flows } = viewOf(runtime, node, now);
  return flows === null ? null : new Course(runtime, flows);
}
