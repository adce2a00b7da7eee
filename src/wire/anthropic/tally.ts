/** Keeps the report of one answer while it passes; stream.ts and document.ts write it, the gateway reads it. */
import type { Hit } from "../../decision/scan.ts";
import type { Usage } from "../../decision/usage.ts";
import type { AnswerReport } from "./answer.ts";

/** Counts what an answer used, called and hit. */
export class Tally {
  usage: Usage | null = null;
  complete = false;
  stopped = false;
  readonly #toolUses: AnswerReport["toolUses"][number][] = [];
  readonly #hits = new Map<string, { guardrail: number; pattern: string; count: number }>();

  call(name: string, granted: boolean, id: unknown): void {
    const isJoined = name.startsWith("client-mcp:") && typeof id === "string" && /^[\w-]{1,128}$/.test(id);
    this.#toolUses.push({ name, granted, id: isJoined ? id : null });
  }

  hit(hit: Hit): void {
    const key = `${hit.guardrail} ${hit.pattern}`;
    const row = this.#hits.get(key) ?? { guardrail: hit.guardrail, pattern: hit.pattern, count: 0 };
    row.count += 1;
    this.#hits.set(key, row);
  }

  /** True when calls were withheld and none is left, so that the answer must not say that it waits for a tool. */
  get lostEveryCall(): boolean {
    return this.#toolUses.length > 0 && this.#toolUses.every((call) => !call.granted);
  }

  report(): AnswerReport {
    const hits = [...this.#hits.values()].map((row) => ({ ...row }));
    return { usage: this.usage, toolUses: [...this.#toolUses], hits, complete: this.complete, stopped: this.stopped };
  }
}
