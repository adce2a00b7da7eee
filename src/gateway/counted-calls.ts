/** Calls of tools, counted one by one as they go out. */
import type { Charge } from "../audit/entry.ts";
import { callLimits, siteOf } from "../decision/call-limits.ts";
import type { Refusal } from "../decision/decision.ts";
import { ONE_CALL } from "../decision/demand.ts";
import type { Principal } from "../decision/principal.ts";
import type { Table } from "../decision/table.ts";
import type { Reservation } from "../limits/limits.ts";
import { refusalOf } from "../limits/refusal.ts";
import type { Ports } from "./ports.ts";

type Counting = Pick<Ports, "limits" | "now">;

/** Whose calls they are, and under which policy. */
interface Calling {
  readonly table: Table;
  readonly principal: Principal;
}

/** Sets a call aside in every counter that counts it; null when none does. */
export function reserveCall(
  { table, principal }: Calling,
  tool: string,
  { limits, now }: Counting,
): Reservation | Refusal | null {
  const at = now();
  const holds = callLimits(table, principal, tool, at);
  if (holds.length === 0) return null;
  const reserved = limits.reserve(holds, ONE_CALL, table.timezone, at);
  return reserved.kind === "denial" ? refusalOf(reserved, table.revision, table.timezone, at) : reserved;
}

/** The calls that one answer asks for. Those of the gateway's own servers are counted when they come. */
export class CountedCalls {
  readonly #caller: Calling;
  readonly #ports: Counting;
  readonly #charges: Charge[] = [];

  constructor(caller: Calling, ports: Counting) {
    this.#caller = caller;
    this.#ports = ports;
  }

  /** What the calls took so far, for the record. */
  get charges(): readonly Charge[] {
    return this.#charges;
  }

  /** Counts a call that is about to go out; the refusal when a limit is reached, and then nothing is counted. */
  take(tool: string): Refusal | null {
    if (siteOf(this.#caller.table, tool) !== "answer") return null;
    const reserved = reserveCall(this.#caller, tool, this.#ports);
    if (reserved?.kind === "refusal") return reserved;
    if (reserved !== null) this.#charges.push(...this.#ports.limits.settle(reserved, ONE_CALL, this.#ports.now()));
    return null;
  }
}
