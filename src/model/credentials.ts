/** A credential as written → the reference that is all a policy ever knows of it. */
import type { Credential, ServerCredential } from "../language/tree.ts";

/** Where a secret is found: a variable's name, or a file's path. */
export interface Reference {
  readonly kind: "env" | "file";
  readonly ref: string;
}

/** Tokens that the gateway fetches as a client of its own. */
export interface OAuth {
  readonly kind: "oauth";
  readonly url: string;
  readonly client: string;
  readonly secret: Reference;
  readonly scope: string | null;
}

/** How the gateway shows itself to a server of tools. */
export function serverCredentialOf(credential: ServerCredential): Reference | OAuth {
  if (credential.kind !== "oauth") return referenceOf(credential);
  const { url, client, secret, scope } = credential;
  return { kind: "oauth", url: url.text, client: client.text, secret: referenceOf(secret), scope: scope?.text ?? null };
}

/** The reference of a credential. */
export function referenceOf(credential: Credential): Reference {
  return credential.kind === "env"
    ? { kind: "env", ref: credential.name.text }
    : { kind: "file", ref: credential.path.text };
}
