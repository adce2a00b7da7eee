/** Why the gateway itself could not serve, apart from policy: on the wire, and in the record. */
export type Fault =
  | "endpoint"
  | "origin"
  | "malformed"
  | "too-large"
  | "overloaded"
  | "media-type"
  | "upstream"
  | "timeout"
  | "issuer"
  | "audit"
  | "draining"
  | "internal";
