/** Innocent files: lists of locked packages, fingerprints, caches, references, forms and rules about passwords. */
import type { Writer } from "../credentials.ts";
import { base64Bytes, letters, uuid } from "../shape.ts";
import { x } from "./innocent-values.ts";

/** By kind. */
export const INNOCENT_FILES: Readonly<Record<string, Writer>> = {
  "pods by small names": (c) =>
    `SPEC CHECKSUMS:\n  appAuth: ${x(c, 40)}\n  gRPC-Auth: ${x(c, 40)}\n  FirebaseAuth: ${x(c, 40)}\n`,
  "cache keys": (c) =>
    `cache restored from key: v2-deps-${base64Bytes(c, 32)}\nactions/cache key: Linux-node-${x(c, 64)}\nCache saved with key: npm-linux-${x(c, 64)}\n`,
  "gpg key": (c) => `gpgsign = true\nsigning-key = ${letters(c, "X", 16)}\nuser.signingkey ${letters(c, "X", 40)}\n`,
  "public ids": (c) =>
    `STRIPE_PUBLISHABLE_KEY=pk_live_${letters(c, "n", 24)}\nSENTRY_DSN=https://${x(c, 32)}@o${letters(c, "d", 6)}.ingest.sentry.io/42\nTENANT_ID=${uuid(c)}\n`,
  "form rules": () => "'password' => 'required|string|min:8|confirmed',\n'token' => 'required|string|max:64',\n",
  "planned values": () =>
    "+ password = (sensitive value)\n~ api_key  = (sensitive value)\n+ token    = (known after apply)\n",
  "names of secrets": () =>
    "existingSecret: billing-credentials-v2\nsecretName: tls-wildcard-2024\npasswordKey: postgres-password\n",
  pam: () => "password required pam_unix.so sha512 shadow nullok\nPasswordAuthentication no\npasswd: files systemd\n",
  "table of parameters": () =>
    "| Name | Type | Description |\n| --- | --- | --- |\n| password | string | At least 12 characters |\n| token | string | Bearer token (JWT) |\n",
  "arguments of a shell": () =>
    'PASSWORD=$1\nTOKEN=$(cat /run/secrets/token)\necho "$PASSWORD" | docker login --password-stdin\nread -s -p "Password: " PASSWORD\n',
  "mix lock": (c) =>
    `"plug_secret": {:hex, :plug_secret, "1.2.0", "${x(c, 64)}", [:mix], [], "hexpm", "${x(c, 64)}"},\n`,
  "bun lock": (c) =>
    `"npm:jsonwebtoken@9": { "integrity": "sha512-${base64Bytes(c, 64)}", "dependencies": ["jws"] },\n`,
  "pub lock": (c) =>
    `flutter_secure_storage:\n  description:\n    name: flutter_secure_storage\n    sha256: "${x(c, 64)}"\n`,
  "revisions of packages": (c) =>
    `{ "identity": "keychain-token", "state": { "revision": "${x(c, 40)}", "version": "1.2.3" } }\n`,
  "stored passwords": (c) =>
    `user:$apr1$${letters(c, "n", 8)}$${letters(c, "n", 22)}\npbkdf2_sha256$600000$${letters(c, "n", 22)}$${base64Bytes(c, 32)}\n`,
  "places in lists": (c) =>
    `"nextPageToken":"${letters(c, "w", 40)}","continuation_token":"${letters(c, "b", 60)}","syncToken":"${letters(c, "w", 28)}"\n`,
  "numbers in base64": (c) => `rn_("AQEA${"AAAB".repeat(8)}${letters(c, "b", 40)}AAAA")\n`,
};
