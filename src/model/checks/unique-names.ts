/** Promise: names are unique per kind over the whole policy directory. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Declared } from "../declared.ts";
import { fault, firstIsHere } from "../fault.ts";

/** Every declaration whose name is taken, with the place of the first. */
export function uniqueNames(declared: Declared): Diagnostic[] {
  return declared.repeated
    .filter(({ declaration }) => declaration.kind !== "org")
    .map(({ declaration, first }) => {
      const message = `${declaration.kind} \`${declaration.name.text}\` is declared twice`;
      return fault("GW2001", declaration.name.span, message, "rename one, or join the two", firstIsHere(first));
    });
}
