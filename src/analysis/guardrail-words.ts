/** What a guardrail does, in words: for explanations and for the rows of a diff. */
import type { Deed, GuardrailAction } from "../model/model.ts";

/** `redacts at high`, `would reject: why`. */
export function actionText({ deed, at, observe }: GuardrailAction): string {
  const from = at === "low" ? "" : ` at ${at}`;
  return `${observe ? `would ${deed.kind}` : VERB[deed.kind]}${from}${detailOf(deed)}`;
}

const VERB = {
  flag: "flags",
  mask: "masks",
  redact: "redacts",
  reject: "rejects",
} as const satisfies Record<Deed["kind"], string>;

function detailOf(deed: Deed): string {
  switch (deed.kind) {
    case "flag":
      return "";
    case "mask":
      return deed.keep === 0 ? "" : ` and keeps ${deed.keep} characters`;
    case "redact":
      return deed.restore ? " and restores tool input" : "";
    case "reject":
      return `: ${deed.message}`;
    default:
      return deed satisfies never;
  }
}
