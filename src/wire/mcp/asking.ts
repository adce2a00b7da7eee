/**
 * What a server may ask in the middle of a call: the person (`elicit`), the model (`sample`), the client's directories
 * (`roots`). Policy says which; of the client's capabilities the server sees no more than that, and what it asks all the
 * same does not reach the client.
 */
import type { Asking } from "../../language/tree.ts";
import { META, metaOf } from "./era.ts";
import { type Fields, fieldsIn, isFields, textIn } from "./message.ts";

/** Capabilities of a client, and the method by which a server uses each. */
const MEANS: readonly { readonly asking: Asking; readonly capability: string; readonly method: string }[] = [
  { asking: "elicit", capability: "elicitation", method: "elicitation/create" },
  { asking: "sample", capability: "sampling", method: "sampling/createMessage" },
  { asking: "roots", capability: "roots", method: "roots/list" },
];

/** Whether a request of a server may go on to the client. */
export function mayAsk(method: string, may: readonly Asking[]): boolean {
  if (method === "ping") return true;
  const means = MEANS.find((each) => each.method === method);
  return means !== undefined && may.includes(means.asking);
}

/** The capabilities that a server may see of a client. */
export function capabilitiesFor(capabilities: Fields, may: readonly Asking[]): Fields {
  const hidden = MEANS.filter(({ asking, capability }) => capability in capabilities && !may.includes(asking));
  if (hidden.length === 0) return capabilities;
  return Object.fromEntries(
    Object.entries(capabilities).filter(([name]) => !hidden.some((it) => it.capability === name)),
  );
}

/** Parameters of a request with the capabilities cut: those of `initialize`, or those that a stateless request carries. */
export function withCapabilities(params: Fields, may: readonly Asking[]): Fields {
  const meta = metaOf(params);
  if (isFields(meta[META.capabilities])) {
    const cut = capabilitiesFor(fieldsIn(meta, META.capabilities), may);
    return { ...params, _meta: { ...meta, [META.capabilities]: cut } };
  }
  return isFields(params.capabilities)
    ? { ...params, capabilities: capabilitiesFor(fieldsIn(params, "capabilities"), may) }
    : params;
}

/** Of what a result asks for in the stateless era, the first method that the server may not use; null when it may. */
export function forbiddenAsking(result: Fields, may: readonly Asking[]): string | null {
  if (result.resultType !== "input_required") return null;
  for (const request of Object.values(fieldsIn(result, "inputRequests"))) {
    const method = isFields(request) ? textIn(request, "method") : null;
    if (method === null || !mayAsk(method, may)) return method ?? "something";
  }
  return null;
}
