/** A credential as written → the reference that is all a policy ever knows of it. */
import type { Credential } from "../language/tree.ts";

/** Where a secret is found: a variable's name, or a file's path. */
export interface Reference {
  readonly kind: "env" | "file";
  readonly ref: string;
}

/** The reference of a credential. */
export function referenceOf(credential: Credential): Reference {
  return credential.kind === "env"
    ? { kind: "env", ref: credential.name.text }
    : { kind: "file", ref: credential.path.text };
}
