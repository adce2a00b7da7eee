/** What a person is told when a service gives no verdict on what a guardrail asks it: why, and what to do about it. */
import type { Trouble } from "../services/service.ts";

const WORDS = {
  connect: ["it cannot be reached", "soon"],
  timeout: ["it took too long", "soon"],
  busy: ["it is busy or broken", "soon"],
  open: ["it failed again and again, and is asked again in a few seconds", "later"],
  refused: ["it does not take the gateway's call", "never"],
  "too-large": ["it takes less text at once", "never"],
  answer: ["what it answered is no verdict", "never"],
  credential: ["the gateway's credential for it is not there", "never"],
} as const satisfies Record<Trouble, readonly [why: string, again: keyof typeof REMEDIES]>;

const REMEDIES = {
  soon: "send the message again",
  later: "then send the message again",
  never: "tell those who run the gateway",
} as const;

/** A clause about a service, for the sentence of a refusal. */
export function noVerdict(service: string, trouble: Trouble): string {
  const [why, again] = WORDS[trouble];
  return `service ${service} gave no verdict: ${why}; ${REMEDIES[again]}`;
}
