/** Questions that went out to clients with a session; each answer comes in by itself, and is matched by its id. */
import { UpstreamError } from "../../providers/provider.ts";
import type { Answer } from "../../wire/mcp/message.ts";

/** Questions that wait for their answers. */
export class Asks {
  readonly #open = new Map<string, (answer: Answer) => void>();

  wait(session: string, id: string, signal: AbortSignal): Promise<Answer> {
    const name = `${session} ${id}`;
    return new Promise((resolve, reject) => {
      const onGone = () => {
        this.#open.delete(name);
        reject(new UpstreamError("broken", "the client went away before it answered"));
      };
      signal.addEventListener("abort", onGone, { once: true });
      this.#open.set(name, (answer) => {
        signal.removeEventListener("abort", onGone);
        this.#open.delete(name);
        resolve(answer);
      });
    });
  }

  /** Hands an answer to whoever asked; false when nobody here did. */
  answer(session: string, answer: Answer): boolean {
    const take = this.#open.get(`${session} ${answer.id}`);
    take?.(answer);
    return take !== undefined;
  }
}
