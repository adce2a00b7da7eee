/** Keeps the report of one answer while it passes; stream.ts and document.ts write it, the gateway reads it. */
import type { Hit } from "../../decision/scan.ts";
import type { Usage } from "../../decision/usage.ts";
import type { AnswerReport } from "./answer.ts";

/** Counts what an answer used, called and hit. */
export class Tally {
  usage: Usage | null = null;
  complete = false;
  stopped = false;
  readonly #toolUses: { readonly name: string; readonly granted: boolean }[] = [];
  #lost = 0;
  readonly #hits = new Map<string, { guardrail: number; pattern: string; count: number }>();

  call(name: string, granted: boolean): void {
    this.#toolUses.push({ name, granted });
  }

  hit(hit: Hit): void {
    const key = `${hit.guardrail} ${hit.pattern}`;
    const row = this.#hits.get(key) ?? { guardrail: hit.guardrail, pattern: hit.pattern, count: 0 };
    row.count += 1;
    this.#hits.set(key, row);
  }

  /** The last call was taken out for what it holds, though its tool is granted. */
  lose(): void {
    this.#lost += 1;
  }

  /** True when calls were withheld and none is left, so that the answer must not say that it waits for a tool. */
  get lostEveryCall(): boolean {
    const gone = this.#lost + this.#toolUses.filter((call) => !call.granted).length;
    return this.#toolUses.length > 0 && gone === this.#toolUses.length;
  }

  report(): AnswerReport {
    const hits = [...this.#hits.values()].map((row) => ({ ...row }));
    return { usage: this.usage, toolUses: [...this.#toolUses], hits, complete: this.complete, stopped: this.stopped };
  }
}
