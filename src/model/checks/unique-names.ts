/** Promise: names are unique per kind over the whole policy directory. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import { place } from "../../language/source.ts";
import type { Declared } from "../declared.ts";
import { fault } from "../fault.ts";

/** Every declaration whose name is taken, with the place of the first. */
export function uniqueNames(declared: Declared): Diagnostic[] {
  return declared.repeated
    .filter(({ declaration }) => declaration.kind !== "org")
    .map(({ declaration, first }) => {
      const message = `${declaration.kind} \`${declaration.name.text}\` is declared twice`;
      return fault("GW2001", declaration.name.span, message, `the other one is at ${place(first)}`, [
        { message: "first declared here", span: first },
      ]);
    });
}
