/**
 * Checks a signature as the receiver does, from the request as it came in: which headers are signed, the scope and the
 * time are read from the request itself. Written from AWS's description, and shares nothing with the signer.
 */
import { createHash, createHmac } from "node:crypto";
import type { Got } from "./server.ts";

/** The access key that signed, its scope, and whether the signature is right for a secret. */
export interface Checked {
  readonly id: string;
  readonly scope: string;
  readonly good: boolean;
}

const digest = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
const mac = (key: Buffer, text: string) => createHmac("sha256", key).update(text, "utf8").digest();

export function checkSignature({ method, path, headers, text }: Got, secret: string): Checked {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
    headers.authorization ?? "",
  );
  if (parts === null) throw new Error("no signature");
  const [, id = "", scope = "", list = "", signature = ""] = parts;
  const signedNames = list.split(";");
  const required = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))];
  if (!required.every((name) => signedNames.includes(name))) throw new Error("a header that must be signed is not");
  const question = path.indexOf("?");
  const [address, query] = question < 0 ? [path, ""] : [path.slice(0, question), path.slice(question + 1)];
  const twice = address
    .split("/")
    .map((segment) => segment.replace(/%/g, "%25").replace(/:/g, "%3A"))
    .join("/");
  const lines = [method, twice, query.split("&").sort().join("&")];
  for (const name of signedNames) lines.push(`${name}:${headers[name]}`);
  lines.push("", list, digest(text));
  const [day = "", region = "", service = "", end = ""] = scope.split("/");
  const when = String(headers["x-amz-date"]);
  if (!when.startsWith(day) || end !== "aws4_request") throw new Error("the scope does not fit the time");
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of [day, region, service, end]) key = mac(key, part);
  const wanted = mac(key, `AWS4-HMAC-SHA256\n${when}\n${scope}\n${digest(lines.join("\n"))}`).toString("hex");
  return { id, scope: `${region}/${service}`, good: wanted === signature };
}
