/** Promise: a key ends by itself, also when nobody remembers it. One that does not is a warning. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";

/** Keys without `expires`. */
export function keysExpire(declared: Declared): Diagnostic[] {
  return [...declared.keys.values()]
    .filter(({ declaration }) => declaration.body.every(({ kind }) => kind !== "expires"))
    .map(({ name, declaration }) =>
      fault("GW4008", declaration.name.span, `key \`${name}\` never expires`, "add `expires` and a date"),
    );
}
