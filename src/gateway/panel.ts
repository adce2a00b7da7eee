/**
 * Brings verdicts to a streamed answer: asks about each block as it becomes whole, while the rest comes in, and sends what
 * a verdict lets go. The last bytes are kept back, because an answer ends only when it is settled.
 */
import type { AnswerReport } from "../wire/anthropic/answer.ts";
import type { Gate } from "../wire/anthropic/gate.ts";
import type { DroppedCall } from "../wire/anthropic/jury.ts";
import type { Inquiry, Objection } from "./inquiry.ts";

/** What became of an answer that a verdict ended. */
export interface Cut {
  readonly dropped: readonly DroppedCall[];
  readonly objection: Objection | null;
}

/** A report in which calls that never reached the client were not let through. */
export function withoutDropped(report: AnswerReport, cut: Cut | null): AnswerReport {
  if (cut === null || cut.objection === null || cut.dropped.length === 0) return report;
  const withheld = { reason: "guardrail", origin: cut.objection.origin } as const;
  const toolUses = [...report.toolUses];
  // What was dropped is the end of the answer.
  for (const { name, id } of cut.dropped.toReversed()) {
    const at = toolUses.findLastIndex((use) => use.granted && use.name === name && (use.id === null || use.id === id));
    if (at >= 0) toolUses[at] = { ...toolUses[at]!, granted: false, withheld };
  }
  return { ...report, toolUses };
}

/** What a panel works with. */
export interface PanelOptions {
  readonly gate: Gate;
  readonly inquiry: Inquiry;
  readonly send: (pieces: readonly Uint8Array[]) => void;
  /** Called once, when a verdict ends the answer. */
  readonly onStop: () => void;
}

/** The verdicts on one streamed answer. */
export class Panel implements Cut {
  readonly #options: PanelOptions;
  readonly #open = new Set<Promise<void>>();
  /** What has to be sent next, once the answer has come in whole. */
  #last: readonly Uint8Array[] | null = null;
  #objection: Objection | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: PanelOptions) {
    this.#options = options;
  }

  /** What ended the answer; null when nothing did. */
  get objection(): Objection | null {
    return this.#objection;
  }

  get dropped(): readonly DroppedCall[] {
    return this.#options.gate.dropped;
  }

  /** Asks about the blocks that are whole by now. */
  ask(): void {
    const { gate, inquiry } = this.#options;
    for (const question of gate.questions()) {
      const asked = inquiry
        .ask(question)
        .then((objection) => this.#take(question.id, objection))
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => this.#open.delete(asked));
      this.#open.add(asked);
    }
  }

  /** Waits for the verdicts on what is held; gives the bytes that end the answer. Throws what went wrong with asking. */
  async settle(last: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    this.#last = last;
    this.ask();
    while (this.#options.inquiry.jury.waits && this.#open.size > 0) await Promise.all(this.#open);
    if (this.#failure !== null) throw this.#failure.error;
    return this.#last;
  }

  #take(question: number, objection: Objection | null): void {
    const { gate, send, onStop } = this.#options;
    const pieces = gate.judged(question, objection?.sentence ?? null);
    if (objection !== null && this.#objection === null) {
      this.#objection = objection;
      onStop();
    }
    if (pieces.length === 0) return;
    if (this.#last === null) send(pieces);
    else {
      send(this.#last);
      this.#last = pieces;
    }
  }
}
