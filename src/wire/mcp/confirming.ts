/**
 * How a person is asked to confirm a call, in the words of MCP: a mark on the tool's definition, by which a client asks
 * before it calls, and a form without fields that is accepted or declined, by which the gateway asks itself.
 */
import { type Fields, fieldsIn, isFields, textIn, type Value } from "./message.ts";

/** Claude Code asks a person before it calls a tool with this mark, whatever it was told to allow. */
const MARK = "anthropic/requiresUserInteraction";

/** A definition with the mark; all else that it says stays. */
export function marked(entry: Value): Value {
  if (!isFields(entry)) return entry;
  return { ...entry, _meta: { ...fieldsIn(entry, "_meta"), [MARK]: true } };
}

/** Whether a client can show a form to its person. */
export function canAsk(capabilities: Fields): boolean {
  const { elicitation } = capabilities;
  // An empty object is how clients said it before there was a second way.
  return isFields(elicitation) && (isFields(elicitation.form) || Object.keys(elicitation).length === 0);
}

/** The method by which a person is asked. */
export const ELICIT = "elicitation/create";

/** The form: to accept it is the answer. */
export function formOf(message: string): Fields {
  return { mode: "form", message, requestedSchema: { type: "object", properties: {} } };
}

/** What a person said; a form that nobody saw counts as cancelled. */
export type Word = "accept" | "decline" | "cancel";

/** Reads the answer to a form. */
export function wordIn(result: Fields | null): Word {
  const action = result === null ? null : textIn(result, "action");
  return action === "accept" || action === "decline" ? action : "cancel";
}
