/**
 * Flow rules over a request and its answer. What was called before is what the request shows and what is remembered of its
 * conversation (trails.ts), so that a history which was shortened forgets nothing; what is called in the answer counts from
 * the moment at which it goes out, for this answer and for all others of the conversation.
 */
import { type Course, courseOf, type FlowDenial } from "../decision/course.ts";
import type { Refusal } from "../decision/decision.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import { quote } from "../decision/words.ts";
import type { Asked } from "./plane.ts";
import type { Trail, Trails } from "./trails.ts";

/** What may be called in one answer, for a caller whom flow rules bind. */
export interface CallFlow {
  /** Why a call of a tool is withheld by now; null when no rule stands in its way. */
  denial(tool: string): FlowDenial | null;
  /** The same with the rules that are only observed. */
  observed(tool: string): FlowDenial | null;
  /** A call goes out, of a tool of a server under this id. */
  passed(tool: string, id: string | null): void;
}

/** Whom rules bind, and when. */
export interface Bound {
  readonly table: Table;
  readonly principal: Principal;
  readonly now: number;
}

/** Follows the conversation of a request; null for a caller whom no flow rule binds, not even one that is observed. */
export function followFlow(asked: Asked, { table, principal, now }: Bound, trails: Trails): Following | null {
  const binding = courseOf(table, principal, now);
  const observed = table.observed === null ? null : courseOf(table.observed, principal, now);
  if (binding === null && observed === null) return null;
  const key = principal.key.name;
  const trail = trails.of(key, asked.continuity);
  for (const tool of asked.called()) {
    trail.add(tool);
    trails.called(key, tool);
  }
  return new Following({ binding, observed }, { key, trail, trails });
}

interface Courses {
  readonly binding: Course | null;
  readonly observed: Course | null;
}

interface Whose {
  readonly key: string;
  readonly trail: Trail;
  readonly trails: Trails;
}

/** A conversation whose rules look at all that is called in it, by this request and by others at the same time. */
export class Following implements CallFlow {
  readonly #courses: Courses;
  readonly #whose: Whose;
  #seen = 0;

  constructor(courses: Courses, whose: Whose) {
    this.#courses = courses;
    this.#whose = whose;
  }

  denial(tool: string): FlowDenial | null {
    this.#catchUp();
    return this.#courses.binding?.denial(tool) ?? null;
  }

  observed(tool: string): FlowDenial | null {
    this.#catchUp();
    return this.#courses.observed?.denial(tool) ?? null;
  }

  passed(tool: string, id: string | null): void {
    const { key, trail, trails } = this.#whose;
    if (id !== null && id.length <= LONGEST_ID && tool.startsWith("client-mcp:"))
      trails.issue(key, id, { tool, trail });
    trail.add(tool);
    trails.called(key, tool);
  }

  /**
   * Why a request cannot go on with a tool that the provider carries out by itself: a call of it never passes here, so it
   * must not be offered where a rule closes it, by what was called or by what the same answer could call before.
   */
  beyondReach(tools: readonly string[]): { readonly denial: FlowDenial; readonly message: string } | null {
    const served = [...new Set(tools.filter((tool) => BEYOND_REACH.test(tool)))];
    for (const tool of served) {
      const denial = this.denial(tool);
      if (denial !== null) {
        const what = `\`${quote(tool)}\` may not be used in a conversation after \`${denial.after}\` was called`;
        return { denial, message: `${what}, and its calls pass no gateway; start a new conversation` };
      }
      for (const before of served) {
        const coming = this.#courses.binding?.denialAfter(before, tool) ?? null;
        if (coming === null) continue;
        const what = `\`${quote(tool)}\` may not be used in a conversation after \`${coming.after}\` was called`;
        return { denial: coming, message: `${what}, and one answer could call both; offer one of them` };
      }
    }
    return null;
  }

  #catchUp(): void {
    const { trail } = this.#whose;
    const { binding, observed } = this.#courses;
    for (const tool of trail.from(this.#seen)) {
      binding?.call(tool);
      observed?.call(tool);
    }
    this.#seen = trail.length;
  }
}

/** Longer ids are nobody's. */
const LONGEST_ID = 128;
/** What a provider carries out by itself. */
const BEYOND_REACH = /^(?:server|connector):/;

/** The refusal of a request that offers what could not be withheld at its call; null when there is nothing of it. */
export function closedOffer(flow: Following | null, offered: readonly string[], revision: string): Refusal | null {
  const found = flow?.beyondReach(offered) ?? null;
  if (found === null) return null;
  const { denial, message } = found;
  return { kind: "refusal", revision, origins: [denial.origin], reason: "flow", message, retryAfterMs: null };
}
