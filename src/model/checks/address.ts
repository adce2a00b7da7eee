/** Promise: an address is one that a credential can be sent to. */
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { Word } from "../../language/tree.ts";
import { fault } from "../fault.ts";

/** What is wrong with an address; it must not carry a credential itself, nor let one be read on the way. */
export function addressFaults({ text, span }: Word, what = "`url`"): Diagnostic[] {
  const url = URL.canParse(text) ? new URL(text) : null;
  const wrong = faultOf(url);
  return wrong === null ? [] : [fault("GW3023", span, `${what} ${wrong}`, 'write `"https://host/path"`')];
}

function faultOf(url: URL | null): string | null {
  if (!url || !/^https?:$/.test(url.protocol)) return "is no absolute `https://` address";
  if (url.username !== "" || url.password !== "") return "holds a user name or password";
  if (url.search !== "" || url.hash !== "") return "holds a query or fragment";
  if (url.protocol === "http:" && !isLoopback(url.hostname)) return "would send the credential unencrypted";
  return null;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(?:\.\d+){3}$/.test(host);
}
