/** A credential as written → the reference that is all a policy ever knows of it. */
import type { Credential, ServerCredential } from "../language/tree.ts";

/** Where a secret is found: a variable's name, or a file's path. */
export interface Reference {
  readonly kind: "env" | "file";
  readonly ref: string;
}

/** How a service's credential is found: so, or as the machine it runs on has it. */
export type ServiceCredential = Reference | { readonly kind: "aws" | "google" };

/** Tokens that the gateway fetches as a client of its own. */
export interface OAuth {
  readonly kind: "oauth";
  readonly url: string;
  readonly client: string;
  readonly secret: Reference;
  readonly scope: string | null;
}

/** How the gateway shows itself to a server of tools. */
export function serverCredentialOf(credential: ServerCredential): Reference | OAuth | null {
  if (credential.kind !== "oauth") return secretOf(credential);
  const { url, client, scope } = credential;
  const secret = secretOf(credential.secret);
  return secret && { kind: "oauth", url: url.text, client: client.text, secret, scope: scope?.text ?? null };
}

/** A credential without its place. */
export function referenceOf(credential: Credential): ServiceCredential {
  switch (credential.kind) {
    case "env":
      return { kind: "env", ref: credential.name.text };
    case "file":
      return { kind: "file", ref: credential.path.text };
    case "aws":
    case "google":
      return { kind: credential.kind };
    default:
      return credential satisfies never;
  }
}

/** The same where a cloud's own credentials have no use, which is said by the checks. */
export function secretOf(credential: Credential): Reference | null {
  const reference = referenceOf(credential);
  return "ref" in reference ? reference : null;
}
