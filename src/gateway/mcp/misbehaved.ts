/** A server that is there and answers otherwise than it should; what it does goes behind its name in a sentence. */
import { UpstreamError } from "../../providers/provider.ts";

/** What it does, in words that hold nothing of its answer. */
export class Misbehaved extends UpstreamError {
  readonly does: string;

  constructor(does: string) {
    super("broken", `the server ${does}`);
    this.does = does;
  }
}

/** It answers with what is not of the protocol; `why` says so of what came with a good status. */
export function noMessage(status: number, why: string): Misbehaved {
  if (status >= 200 && status < 300) return new Misbehaved(`answered with what is no message: ${why}`);
  return new Misbehaved(`answered with status ${status}, which is neither an answer nor an error`);
}
