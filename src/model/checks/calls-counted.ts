/**
 * Promise: a limit on calls counts something. Calls are counted where they are made or asked for: at the gateway's own
 * servers, and in answers that ask the client to make them. What the provider runs by itself never comes by.
 */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Item } from "../../language/tree.ts";
import { familyOf, NEVER_CALLED } from "../called.ts";
import { fault } from "../fault.ts";
import { writtenItem } from "../lists.ts";

/** The fault of an entry of which no call can be counted; null when there is one. `globs` is what it stands for. */
export function neverCounted(item: Item, globs: readonly string[]): Diagnostic | null {
  const whys = globs.map((glob) => NEVER_CALLED[familyOf(glob)]);
  const [why] = whys;
  if (why === undefined || whys.includes(undefined)) return null;
  const message = `no call of \`${writtenItem(item)}\` is ever counted: ${why}`;
  return fault("GW3070", item.span, message, "leave it out; to forbid it, deny it");
}
